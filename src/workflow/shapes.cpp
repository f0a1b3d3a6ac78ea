#include "src/workflow/shapes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace heddle {
namespace {

using task_list = std::vector<task_id>;

constexpr std::string_view plain = "t";

}  // namespace

void add_chain(shape_builder& shape, generate_options const& options)
{
  task_list before;
  for (std::size_t i = 0; i < options.tasks; ++i) before = {shape.add(plain, 1, before)};
}

void add_fork_join(shape_builder& shape, generate_options const& options)
{
  std::array const fork{shape.add(plain, 1, {})};
  task_list forked;
  while (shape.num_tasks() + 1 < options.tasks) forked.push_back(shape.add(plain, 1, fork));
  if (options.tasks == 2) shape.add(plain, 1, fork);
  if (!forked.empty()) shape.add(plain, 1, forked);
}

/// Task i follows task (i - 1) / 2.
void add_tree(shape_builder& shape, generate_options const& options)
{
  shape.add(plain, 1, {});
  for (std::size_t i = 1; i < options.tasks; ++i) {
    shape.add(plain, 1, std::array{static_cast<task_id>((i - 1) / 2)});
  }
}

/// The same tree from its leaves to its root.
void add_in_tree(shape_builder& shape, generate_options const& options)
{
  auto const last = options.tasks - 1;
  for (std::size_t i = options.tasks; i-- > 0;) {
    task_list before;
    for (auto const child : {2 * i + 1, 2 * i + 2}) {
      if (child <= last) before.push_back(static_cast<task_id>(last - child));
    }
    shape.add(plain, 1, before);
  }
}

/// log2(points) + 1 levels of as many tasks as points; a level joins points at distance 1, 2, 4,
/// ...
void add_fft(shape_builder& shape, generate_options const& options)
{
  std::size_t levels = 0;
  while ((std::size_t{2} << levels) * (levels + 2) <= options.tasks) ++levels;
  auto const points = std::size_t{1} << levels;
  for (std::size_t i = 0; i < points; ++i) shape.add(plain, 1, {});
  for (std::size_t level = 0; level < levels; ++level) {
    auto const first = level * points;
    for (std::size_t i = 0; i < points; ++i) {
      auto const partner = i ^ (std::size_t{1} << level);
      shape.add(plain, 1,
                std::array{static_cast<task_id>(first + std::min(i, partner)),
                           static_cast<task_id>(first + std::max(i, partner))});
    }
  }
}

/// Right-looking tiled factorisation; seconds are in proportion to the operations of the kernels.
void add_cholesky(shape_builder& shape, generate_options const& options)
{
  auto const num_tasks = [](std::size_t n) { return n + n * (n - 1) + n * (n - 1) * (n - 2) / 6; };
  std::size_t tiles    = 1;
  while (num_tasks(tiles + 1) <= options.tasks) ++tiles;
  task_list last_writer(tiles * tiles, -1);
  auto const run = [&](std::string_view kernel, double flops, std::size_t row, std::size_t column,
                       task_list before) {
    auto& writer = last_writer[row * tiles + column];
    if (writer >= 0) before.push_back(writer);
    writer = shape.add(kernel, flops, before);
  };
  auto const at = [&](std::size_t row, std::size_t column) {
    return last_writer[row * tiles + column];
  };
  for (std::size_t k = 0; k < tiles; ++k) {
    run("potrf", 1, k, k, {});
    for (auto i = k + 1; i < tiles; ++i) run("trsm", 3, i, k, {at(k, k)});
    for (auto i = k + 1; i < tiles; ++i) {
      run("syrk", 3, i, i, {at(i, k)});
      for (auto j = k + 1; j < i; ++j) run("gemm", 6, i, j, {at(i, k), at(j, k)});
    }
  }
}

/// Points on a line over time: each step of a point follows the point and its neighbours.
void add_stencil(shape_builder& shape, generate_options const& options)
{
  auto const points = std::max<std::size_t>(
    1, static_cast<std::size_t>(std::sqrt(static_cast<double>(options.tasks))));
  for (std::size_t i = 0; i < options.tasks; ++i) {
    task_list before;
    auto const point = i % points;
    for (auto p = point - std::min<std::size_t>(point, 1);
         i >= points && p < std::min(point + 2, points); ++p) {
      before.push_back(static_cast<task_id>(i - points - point + p));
    }
    shape.add(plain, 1, before);
  }
}

/// Layers of about sqrt(tasks) tasks; a task follows tasks of the layer before, `mean_degree` of
/// them in the mean, drawn without repetition (Bentley and Floyd, CACM 30(9), 1987).
void add_random(shape_builder& shape, generate_options const& options)
{
  auto& random    = shape.random();
  auto const mean = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(options.tasks)));
  // Degrees are uniform in [1, 2 * mean - 1], whose ends are rounded down and up by chance.
  auto const span            = static_cast<std::uint64_t>((2 * options.mean_degree - 1) * 1024);
  std::uint64_t before_first = 0;
  std::uint64_t before_size  = 0;
  while (shape.num_tasks() < options.tasks) {
    auto const first = shape.num_tasks();
    auto const size =
      std::min<std::uint64_t>(options.tasks - first, 1 + mean / 2 + random.below(mean + 1));
    for (std::uint64_t i = 0; i < size; ++i) {
      auto const degree = std::min(before_size, (1024 + random.below(span)) / 1024);
      task_list before;
      for (auto next = before_size - degree; next < before_size; ++next) {
        auto const drawn = static_cast<task_id>(before_first + random.below(next + 1));
        auto const taken = std::ranges::find(before, drawn) != before.end();
        before.push_back(taken ? static_cast<task_id>(before_first + next) : drawn);
      }
      shape.add(plain, 1, before);
    }
    before_first = first;
    before_size  = size;
  }
}

}  // namespace heddle
