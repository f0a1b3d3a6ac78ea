#include <heddle/workflow/generate.hpp>

#include "src/workflow/nearest_name.hpp"
#include "src/workflow/shapes.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace heddle {
namespace {

struct shape {
  generator_info info;
  void (*add)(shape_builder&, generate_options const&);
};

constexpr std::array shapes{
  shape{{"chain", "one task after another"}, add_chain},
  shape{{"fork_join", "one task, then all but two at once, then one task"}, add_fork_join},
  shape{{"tree", "a binary tree from its root to its leaves"}, add_tree},
  shape{{"in_tree", "a binary tree from its leaves to its root, as in a reduction"}, add_in_tree},
  shape{{"fft", "the butterfly of a fast Fourier transform"}, add_fft},
  shape{{"cholesky", "tiled Cholesky factorisation: potrf, trsm, syrk, gemm"}, add_cholesky},
  shape{{"stencil", "a line of points over time; a point follows its neighbours"}, add_stencil},
  shape{{"montage", "a mosaic of images of the sky: mProject to mViewer, 8 levels"}, add_montage},
  shape{{"epigenomics", "pieces of a genome through chains of four tasks, then merged"},
        add_epigenomics},
  shape{{"random", "layers of random width with random edges between neighbours"}, add_random},
};

constexpr auto infos = [] {
  std::array<generator_info, shapes.size()> all{};
  std::ranges::transform(shapes, all.begin(), &shape::info);
  return all;
}();

shape const& find_shape(std::string_view kind)
{
  auto const name  = [](shape const& s) { return s.info.name; };
  auto const found = std::ranges::find(shapes, kind, name);
  if (found != shapes.end()) return *found;
  std::array<std::string_view, shapes.size()> known{};
  std::ranges::transform(shapes, known.begin(), name);
  throw input_error{fmt::format("unknown kind of workflow \"{}\"; did you mean \"{}\"?", kind,
                                nearest_name(kind, known))};
}

void expect_in_range(generate_options const& o)
{
  constexpr std::size_t most_tasks = 1 << 27;
  if (o.tasks < 1 || o.tasks > most_tasks) {
    throw input_error{fmt::format("tasks: must be from 1 to {}, but is {}", most_tasks, o.tasks)};
  }
  auto const expect = [](std::string_view name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw input_error{
        fmt::format("{}: must be from {} to {}, but is {}", name, least, most, value)};
    }
  };
  expect("mean seconds", o.mean_seconds, 0, 1e12);
  expect("mean bytes", o.mean_bytes, 0, 1e18);
  expect("mean degree", o.mean_degree, 1, 1e4);
}

/// The factor that turns values of this sum into values of this mean.
double scale_to(double mean, double sum, std::size_t count)
{
  return sum > 0 ? mean * static_cast<double>(count) / sum : 0;
}

}  // namespace

std::uint64_t split_mix::next()
{
  state_ += 0x9e3779b97f4a7c15U;
  auto z = state_;
  z      = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z      = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

double split_mix::spread()
{
  constexpr std::uint64_t least = 1 << 20;
  auto const numerator          = least + below(4 * least);
  auto const denominator        = least + below(4 * least);
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

shape_builder::shape_builder(std::string_view kind, generate_options const& options)
  : options_{options}, random_{options.seed}, result_{fmt::format("{}_{}", kind, options.tasks)}
{
  result_.reserve(options.tasks, 0, options.tasks);
  relative_bytes_.reserve(options.tasks);
}

task_id shape_builder::add(std::string_view kind, double relative_seconds,
                           std::span<task_id const> predecessors)
{
  auto const id = static_cast<task_id>(result_.num_tasks());
  task_info task{fmt::format("{}{}", kind, id), relative_seconds * random_.spread()};
  task.inputs.assign(predecessors.begin(), predecessors.end());  // task i writes file i
  task.outputs = {id};
  relative_bytes_.push_back(random_.spread());
  return result_.add_task(std::move(task));
}

workflow shape_builder::finish()
{
  auto& w            = result_;
  double sum_seconds = 0;
  double sum_bytes   = 0;
  std::size_t edges  = 0;
  for (auto const& task : w.tasks()) {
    sum_seconds += task.cpu_seconds;
    edges += task.inputs.size();
  }
  for (auto const b : relative_bytes_) sum_bytes += b;
  auto const seconds_scale = scale_to(options_.mean_seconds, sum_seconds, w.num_tasks());
  auto const bytes_scale   = scale_to(options_.mean_bytes, sum_bytes, w.num_tasks());
  for (task_id t = 0; t < static_cast<task_id>(w.num_tasks()); ++t) {
    w.at(t).cpu_seconds *= seconds_scale;
    // Sizes are whole bytes.
    auto const size = std::floor(relative_bytes_[static_cast<std::size_t>(t)] * bytes_scale);
    w.add_file({w.at(t).name + ".out", size});
  }
  w.reserve(0, edges, 0);
  for (task_id t = 0; t < static_cast<task_id>(w.num_tasks()); ++t) {
    for (auto const from : w.at(t).inputs) w.add_edge({from, t, w.file(from).size_bytes});
  }
  return std::move(w);
}

std::span<generator_info const> generators()
{
  return infos;
}

workflow generate_workflow(std::string_view kind, generate_options const& options)
{
  auto const& found = find_shape(kind);
  expect_in_range(options);
  shape_builder builder{kind, options};
  found.add(builder, options);
  return builder.finish();
}

}  // namespace heddle
