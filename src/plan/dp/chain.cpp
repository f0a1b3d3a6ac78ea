#include "src/plan/dp/dp_planners.hpp"
#include "src/plan/dp/places.hpp"
#include "src/plan/planners.hpp"

#include <heddle/plan/chain_partition.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

std::vector<chain_resources> counts_of(std::vector<std::vector<int>> const& groups)
{
  std::vector<chain_resources> kinds;
  for (auto const& group : groups) kinds.push_back({static_cast<int>(group.size()), 0});
  return kinds;
}

/// Seconds until the data of a task are on any other resource; 0 for the last task.
double transfer_to_next(cost_model const& costs, task_id task)
{
  auto const bytes = costs.edges().bytes_to_successors(task);
  if (bytes.empty() || costs.num_resources() < 2) return 0;
  return costs.transfer_seconds(bytes.front(), 0, 1);
}

double longest_execution(cost_model const& costs, task_id task,
                         std::vector<std::vector<int>> const& groups)
{
  double longest = 0;
  for (auto const& group : groups) {
    auto const seconds = costs.execution_seconds(task, group.front());
    if (std::isfinite(seconds)) longest = std::max(longest, seconds);
  }
  return longest;
}

tick_scale choose_scale(cost_model const& costs, std::vector<std::vector<int>> const& groups)
{
  double sum = 0;
  for (auto const task : costs.edges().topological_order) {
    sum += longest_execution(costs, task, groups) + 2 * transfer_to_next(costs, task);
  }
  return tick_scale::finest(sum, 3 * static_cast<std::int64_t>(costs.num_tasks()));
}

std::vector<chain_stage> stages_of(cost_model const& costs,
                                   std::vector<std::vector<int>> const& groups)
{
  auto const scale = choose_scale(costs, groups);
  std::vector<chain_stage> stages;
  for (auto const task : costs.edges().topological_order) {
    auto& stage            = stages.emplace_back();
    stage.transfer_to_next = scale.nearest(transfer_to_next(costs, task));
    for (auto const& group : groups) {
      stage.execution.push_back(scale.nearest(costs.execution_seconds(task, group.front())));
    }
  }
  return stages;
}

/// Every interval on the next resource of its kind, one task after the other.
std::vector<assignment> decode(cost_model const& costs,
                               std::vector<chain_interval> const& intervals,
                               std::vector<std::vector<int>> const& groups)
{
  auto const& order = costs.edges().topological_order;
  std::vector<assignment> tasks(order.size());
  std::vector<std::size_t> used(groups.size());
  double now = 0;
  for (auto const& interval : intervals) {
    auto const resource = groups[interval.kind][used[interval.kind]++];
    for (auto i = interval.first_stage; i < interval.end_stage; ++i) {
      auto const start       = now;
      now                    = start + costs.execution_seconds(order[i], resource);
      tasks[index(order[i])] = {resource, start, now};
    }
    now += transfer_to_next(costs, order[interval.end_stage - 1]);
  }
  return tasks;
}

bool is_chain(edge_table const& edges)
{
  for (std::size_t i = 0; i < edges.num_tasks(); ++i) {
    auto const next = edges.successors(edges.topological_order[i]);
    bool const last = i + 1 == edges.num_tasks();
    if (next.size() != (last ? 0U : 1U)) return false;
    if (!last && next.front() != edges.topological_order[i + 1]) return false;
  }
  return true;
}

/// Whether data take equally long between any two resources.
bool has_equal_links(cost_model const& costs)
{
  if (costs.num_memory_nodes() == 1) return true;
  auto nodes = std::vector<int>(costs.memory_nodes().begin(), costs.memory_nodes().end());
  std::sort(nodes.begin(), nodes.end());
  return costs.uniform_links() && std::adjacent_find(nodes.begin(), nodes.end()) == nodes.end();
}

}  // namespace

planned plan_by_chain(cost_model const& costs, planning_limits const&)
{
  if (costs.num_tasks() == 0) return {};
  auto const groups = group_equal_resources(costs);
  auto const found =
    partition_chain(stages_of(costs, groups), counts_of(groups), chain_objective::latency);
  // Without a partition, as where two kinds would have to alternate, any schedule will do.
  if (found.intervals.empty()) return {plan_by_heft(costs)};
  return {decode(costs, found.intervals, groups)};
}

std::optional<std::string> no_chain(cost_model const& costs)
{
  if (!costs.is_plain()) return "it knows no constraints";
  if (!is_chain(costs.edges())) return "the tasks are not one chain";
  if (!has_equal_links(costs)) return "links between the resources differ";
  auto const states = chain_states(costs.num_tasks(), counts_of(group_equal_resources(costs)));
  if (states <= most_chain_states) return std::nullopt;
  return fmt::format(
    "{} states, (tasks + 1) x product over kinds of (resources + 1); it takes at "
    "most {}",
    states, most_chain_states);
}

}  // namespace heddle
