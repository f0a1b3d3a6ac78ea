#include "src/plan/exact/partial_plan.hpp"

#include <algorithm>
#include <numeric>

namespace heddle {
namespace {

/// Seconds from every memory node to every other, row-major.
std::vector<double> transfer_matrix(cost_model const& costs, double bytes)
{
  std::vector<double> matrix;
  for (int from = 0; from < costs.num_memory_nodes(); ++from) {
    for (int to = 0; to < costs.num_memory_nodes(); ++to) {
      matrix.push_back(costs.node_transfer_seconds(bytes, from, to));
    }
  }
  return matrix;
}

}  // namespace

exact_problem::exact_problem(cost_model const& costs)
  : num_tasks{costs.num_tasks()},
    num_resources{static_cast<std::size_t>(costs.num_resources())},
    num_nodes{static_cast<std::size_t>(costs.num_memory_nodes())},
    outputs(num_tasks),
    predecessors(num_tasks),
    by_tail(num_tasks),
    most_transfer(num_tasks),
    uniform_links{costs.uniform_links()}
{
  relaxation const r{costs};
  tail          = ancestor_windows(r).tail;
  least_seconds = r.least_seconds;
  work          = r.work;
  speed         = r.speed;
  for (auto const task : costs.edges().topological_order) {
    order.push_back(static_cast<std::size_t>(task));
  }
  std::iota(by_tail.begin(), by_tail.end(), std::size_t{0});
  std::stable_sort(by_tail.begin(), by_tail.end(),
                   [&](std::size_t a, std::size_t b) { return tail[a] > tail[b]; });
  take_resources(costs);
  for (std::size_t t = 0; t < num_tasks; ++t) take_task(static_cast<task_id>(t), costs);
}

void exact_problem::take_resources(cost_model const& costs)
{
  auto const nodes = costs.memory_nodes();
  for (auto const node : nodes) {
    node_of.push_back(static_cast<std::size_t>(node));
    is_alone.push_back(std::count(nodes.begin(), nodes.end(), node) == 1);
  }
}

void exact_problem::take_task(task_id task, cost_model const& costs)
{
  auto const t = static_cast<std::size_t>(task);
  for (int r = 0; r < costs.num_resources(); ++r) {
    execution_seconds.push_back(costs.execution_seconds(task, r));
  }
  auto const next  = costs.edges().successors(task);
  auto const bytes = costs.edges().bytes_to_successors(task);
  for (std::size_t i = 0; i < next.size(); ++i) {
    outputs[t].push_back({static_cast<std::size_t>(next[i]), transfer_matrix(costs, bytes[i])});
    auto const& matrix = outputs[t].back().transfer_seconds;
    most_transfer[t] = std::max(most_transfer[t], *std::max_element(matrix.begin(), matrix.end()));
    predecessors[static_cast<std::size_t>(next[i])] |= std::uint32_t{1} << t;
  }
}

void append(exact_problem const& p, step const& next, partial_plan& to)
{
  auto const from = p.node_of[next.resource];
  to.placed |= std::uint32_t{1} << next.task;
  to.free[next.resource] = next.finish;
  to.last_start          = next.start;
  for (auto const& out : p.outputs[next.task]) {
    for (std::size_t node = 0; node < p.num_nodes; ++node) {
      auto& arrival = to.arrival[out.task * p.num_nodes + node];
      arrival = std::max(arrival, next.finish + out.transfer_seconds[from * p.num_nodes + node]);
    }
  }
}

}  // namespace heddle
