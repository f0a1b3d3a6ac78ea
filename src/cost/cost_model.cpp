#include <heddle/cost/cost_model.hpp>

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

/// What a machine has, for the check that a task's needs can be met at all.
struct capacity {
  explicit capacity(machine const& m)
  {
    for (auto const& r : m.resources) ++(r.kind == resource_kind::cpu ? cpus : gpus);
    for (auto const& node : m.memory_nodes) memory_bytes = std::max(memory_bytes, node.size_bytes);
    checked = m.least_task_seconds == 0;
  }

  int cpus            = 0;
  int gpus            = 0;
  double memory_bytes = 0;  ///< of the largest memory node; 0: unknown
  bool checked        = true;
};

void expect_needs_met(task_info const& task, capacity const& has)
{
  if (!task.details || !has.checked) return;
  auto const& needs = task.details->needs;
  if (needs.cores > has.cpus && has.cpus > 0) {
    throw input_error{fmt::format("task \"{}\" needs {} cores; the machine has {}", task.name,
                                  needs.cores, has.cpus)};
  }
  if (needs.gpus > has.gpus) {
    throw input_error{fmt::format("task \"{}\" needs {} GPUs; the machine has {}", task.name,
                                  needs.gpus, has.gpus)};
  }
  if (has.memory_bytes > 0 && static_cast<double>(needs.memory_bytes) > has.memory_bytes) {
    throw input_error{
      fmt::format("task \"{}\" needs {} bytes of memory; no memory node has more "
                  "than {:.0f}",
                  task.name, needs.memory_bytes, has.memory_bytes)};
  }
}

[[noreturn]] void reject_task(task_info const& task, capacity const& has)
{
  bool const needs_gpu_seconds = task.declared().gpu && std::isnan(task.gpu_seconds);
  throw input_error{
    fmt::format("task \"{}\" can run on no resource of the machine ({} CPUs, {} GPUs): {}",
                task.name, has.cpus, has.gpus,
                needs_gpu_seconds ? "declare its GPU seconds, or give it a CPU body"
                                  : "give it a body, a program or seconds for one of them")};
}

}  // namespace

cost_model::cost_model(workflow const& w, machine const& m) : edges_{make_edge_table(w)}
{
  expect_usable(m);
  for (auto const& r : m.resources) {
    speed_.push_back(r.speed);
    memory_node_.push_back(r.memory_node);
    kind_.push_back(r.kind);
  }
  take_links(m);
  capacity const has{m};
  task_seconds const expected{w, m};
  cpu_seconds_.reserve(w.num_tasks());
  if (has.gpus > 0) gpu_seconds_.reserve(w.num_tasks());
  for (auto const& task : w.tasks()) {
    expect_needs_met(task, has);
    bool const on_cpu = has.cpus > 0 && runs_on(resource_kind::cpu, task);
    bool const on_gpu = has.gpus > 0 && runs_on(resource_kind::gpu, task);
    if (!on_cpu && !on_gpu) reject_task(task, has);
    cpu_seconds_.push_back(on_cpu ? expected.on_cpu(task) : infinite);
    if (has.gpus > 0) gpu_seconds_.push_back(on_gpu ? expected.on_gpu(task) : infinite);
  }
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
