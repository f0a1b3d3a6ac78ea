#include <heddle/cost/cost_model.hpp>

#include "src/cost/feasibility.hpp"
#include "src/cost/located_inputs.hpp"
#include "src/cost/task_seconds.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

[[noreturn]] void reject_machine(machine const& m, std::string_view why)
{
  throw input_error{fmt::format("machine \"{}\": {}", m.name, why)};
}

void expect_usable(machine const& m)
{
  if (m.resources.empty()) reject_machine(m, "it has no resources to run tasks on");
  for (auto const& r : m.resources) {
    if (!(r.speed > 0) || std::isinf(r.speed)) {
      reject_machine(m, fmt::format("resource \"{}\" has speed {}; it must be positive and finite",
                                    r.id, r.speed));
    }
    if (r.memory_node < 0 || static_cast<std::size_t>(r.memory_node) >= m.memory_nodes.size()) {
      reject_machine(m, fmt::format("resource \"{}\" works in memory node {} of {}", r.id,
                                    r.memory_node, m.memory_nodes.size()));
    }
  }
}

void expect_values(machine const& m, std::vector<double> const& values, bool positive,
                   std::string_view what)
{
  auto const nodes = m.memory_nodes.size();
  if (!values.empty() && values.size() != nodes * nodes) {
    reject_machine(
      m, fmt::format("{} values of pair {} for {} memory nodes", values.size(), what, nodes));
  }
  for (auto const value : values) {
    if (positive ? !(value > 0) : !(value >= 0)) {
      reject_machine(m, fmt::format("a {} of {} between memory nodes", what, value));
    }
  }
}

void expect_usable_links(machine const& m)
{
  auto const& links = m.links;
  if (links.pair_bandwidth_bytes_per_second.empty()) {
    if (std::isnan(links.bandwidth_bytes_per_second)) {
      reject_machine(m,
                     "its bandwidth is null: give a bandwidth, or a ratio of communication to "
                     "computation (--bandwidth or --ccr)");
    }
    if (!(links.bandwidth_bytes_per_second > 0)) reject_machine(m, "its bandwidth is not positive");
  }
  if (!(links.latency_seconds >= 0)) reject_machine(m, "its latency is negative or not a number");
  expect_values(m, links.pair_bandwidth_bytes_per_second, true, "bandwidth");
  expect_values(m, links.pair_latency_seconds, false, "latency");
}

std::vector<bool> which_are_usable(machine const& m, machine_state const& began)
{
  expect_usable(m);
  auto const& free_from = began.free_from_seconds;
  if (free_from.empty()) return std::vector<bool>(m.resources.size(), true);
  if (free_from.size() != m.resources.size()) {
    reject_machine(m, fmt::format("its state says when {} resources are free; it has {}",
                                  free_from.size(), m.resources.size()));
  }
  std::vector<bool> usable;
  for (auto const seconds : free_from) {
    if (!(seconds >= 0)) {
      reject_machine(m, fmt::format("its state says that resource \"{}\" is free from {} s on",
                                    m.resources[usable.size()].id, seconds));
    }
    usable.push_back(!std::isinf(seconds));
  }
  return usable;
}

}  // namespace

cost_model::cost_model(workflow const& w, machine const& m, machine_state const& began)
  : edges_{make_edge_table(w)}, groups_{m, which_are_usable(m, began)}
{
  for (auto const& r : m.resources) {
    speed_.push_back(r.speed);
    memory_node_.push_back(r.memory_node);
    kind_.push_back(r.kind);
    first_seconds_.push_back(index_of_kind(r.kind));
  }
  take_links(m);
  take_tasks(w, m, feasibility{m, groups_, which_are_usable(m, began)});
  take_releases(w);
  if (std::ranges::any_of(began.free_from_seconds, [](double s) { return s > 0; }))
    free_from_seconds_ = began.free_from_seconds;
  if (!began.files.empty() || !began.items.empty()) take_located(w, began);
  if (m.least_task_seconds == 0) memory_ = memory_limits{w, m};
  is_plain_ = !has_wide_tasks() && release_seconds_.empty() && free_from_seconds_.empty() &&
              located_row_.empty() && memory_.empty();
}

/// Seconds of all tasks, where they may run, and the cores that they take there.
void cost_model::take_tasks(workflow const& w, machine const& m, feasibility&& feasible)
{
  auto const tasks   = w.num_tasks();
  bool const has_gpu = std::ranges::count(kind_, resource_kind::gpu) > 0;
  task_seconds const expected{w, m};
  seconds_.assign(has_gpu ? 2 * tasks : tasks, infinite);
  for (std::size_t t = 0; t < tasks; ++t) {
    auto const& task = w.tasks()[t];
    auto const found = feasible.judge(task);
    if (found.on_cpus) seconds_[t] = expected.on_cpu(task);
    if (found.on_gpus) seconds_[tasks + t] = expected.on_gpu(task);
    if (found.row != 0) put(allowed_row_, t, found.row);
    if (found.on_cpus && found.cores.cores > 1) put(demand_, t, found.cores);
  }
  allowed_ = std::move(feasible).rows();
  if (std::ranges::count(allowed_, 0) == 0) {
    allowed_.clear();
    allowed_row_.clear();
  } else if (allowed_row_.empty()) {
    allowed_row_.resize(tasks);
  }
}

void cost_model::take_releases(workflow const& w)
{
  for (std::size_t t = 0; t < w.num_tasks(); ++t) {
    auto const& task   = w.tasks()[t];
    auto const release = task.declared().release_seconds;
    if (release == 0) continue;
    if (!(release > 0) || std::isinf(release)) {
      throw input_error{
        fmt::format("task \"{}\": its release is at {} s; it must be finite and not negative",
                    task.name, release)};
    }
    put(release_seconds_, t, release);
  }
}

void cost_model::take_located(workflow const& w, machine_state const& began)
{
  located_inputs inputs{w, began, *this};
  std::int32_t rows = 0;
  for (std::size_t t = 0; t < w.num_tasks(); ++t) {
    if (!inputs.next(w.tasks()[t])) continue;
    if (located_row_.empty()) located_row_.assign(w.num_tasks(), -1);
    located_row_[t] = rows++;
    located_arrivals_.insert(located_arrivals_.end(), inputs.arrivals().begin(),
                             inputs.arrivals().end());
    located_bytes_.insert(located_bytes_.end(), inputs.bytes().begin(), inputs.bytes().end());
  }
}

/// In a vector that stays empty while no task has anything but the default.
template <class T>
void cost_model::put(std::vector<T>& values, std::size_t task, T value) const
{
  if (values.empty()) values.resize(num_tasks());
  values[task] = value;
}

void cost_model::take_links(machine const& m)
{
  expect_usable_links(m);
  num_memory_nodes_ = static_cast<int>(m.memory_nodes.size());
  bandwidth_        = m.links.bandwidth_bytes_per_second;
  latency_          = m.links.latency_seconds;
  pair_bandwidth_   = m.links.pair_bandwidth_bytes_per_second;
  pair_latency_     = m.links.pair_latency_seconds;
  average_links();
}

/// Every transfer is linear in the bytes, so that their mean is too. Counts resources by memory
/// node, for a machine may have many more resources than memory nodes.
void cost_model::average_links()
{
  std::vector<double> resources_of(index(num_memory_nodes_));
  for (auto const node : memory_node_) ++resources_of[index(node)];
  auto const count = static_cast<double>(num_resources());
  auto const links = count * (count + 1) / 2;
  if (uniform_links()) {
    double remote = count * count;
    for (auto const here : resources_of) remote -= here * here;
    mean_latency_          = latency_ * (remote / 2 / links);
    mean_seconds_per_byte_ = remote / 2 / links / bandwidth_;
    return;
  }
  for (int q = 0; q < num_memory_nodes_; ++q) {
    for (int r = 0; r < num_memory_nodes_; ++r) {
      if (q == r) continue;
      auto const share                = resources_of[index(q)] * resources_of[index(r)] / 2 / links;
      auto const [latency, bandwidth] = between(q, r);
      mean_latency_ += share * latency;
      mean_seconds_per_byte_ += share / bandwidth;
    }
  }
}

cost_model::link cost_model::between(int from, int to) const
{
  auto const pair = index(from) * index(num_memory_nodes_) + index(to);
  return {pair_latency_.empty() ? latency_ : pair_latency_[pair],
          pair_bandwidth_.empty() ? bandwidth_ : pair_bandwidth_[pair]};
}

double cost_model::mean_execution_seconds(task_id task) const
{
  double sum = 0;
  int count  = 0;
  for (int r = 0; r < num_resources(); ++r) {
    auto const execution = execution_seconds(task, r);
    if (std::isinf(execution)) continue;
    sum += execution;
    ++count;
  }
  return sum / count;
}

}  // namespace heddle
