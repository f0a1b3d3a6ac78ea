#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/planners.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Length of the longest path through each task.
std::vector<double> path_lengths(cost_model const& costs)
{
  auto length     = mean_upward_ranks(costs);
  auto const down = mean_downward_ranks(costs);
  for (std::size_t t = 0; t < length.size(); ++t) length[t] += down[t];
  return length;
}

/// One longest path from an entry to an exit task; of equally long ways the smallest ids.
std::vector<task_id> critical_path(edge_table const& edges, std::vector<double> const& length)
{
  constexpr double rounding = 1e-9;  // of sums along different ways
  auto const longest        = *std::max_element(length.begin(), length.end());
  auto const critical = [&](task_id t) { return length[index(t)] >= longest * (1 - rounding); };
  auto const first =
    std::find_if(edges.topological_order.begin(), edges.topological_order.end(),
                 [&](task_id t) { return edges.predecessors(t).empty() && critical(t); });
  std::vector<task_id> path{*first};
  while (true) {
    auto const next = edges.successors(path.back());
    auto const on   = std::find_if(next.begin(), next.end(), critical);
    if (on == next.end()) return path;
    path.push_back(*on);
  }
}

/// The resource that runs most tasks of the path, and those fastest.
int fastest_for(std::vector<task_id> const& path, cost_model const& costs)
{
  int best               = 0;
  double best_seconds    = 0;
  std::size_t most_tasks = 0;
  for (int r = 0; r < costs.num_resources(); ++r) {
    double total      = 0;
    std::size_t tasks = 0;
    for (auto const task : path) {
      auto const seconds = costs.execution_seconds(task, r);
      if (std::isinf(seconds)) continue;
      total += seconds;
      ++tasks;
    }
    if (tasks < most_tasks || (tasks == most_tasks && r > 0 && total >= best_seconds)) continue;
    best         = r;
    best_seconds = total;
    most_tasks   = tasks;
  }
  return best;
}

}  // namespace

std::vector<assignment> plan_by_cpop(cost_model const& costs)
{
  partial_schedule so_far{costs, placement::insert};
  if (costs.num_tasks() == 0) return {};
  auto const length = path_lengths(costs);
  auto const path   = critical_path(costs.edges(), length);
  auto const home   = fastest_for(path, costs);
  std::vector<bool> on_path(costs.num_tasks());
  for (auto const task : path) on_path[index(task)] = true;
  for (auto const task : by_priority(costs.edges(), length)) {
    so_far.arrivals(task);
    assignment chosen;
    if (on_path[index(task)]) chosen = so_far.on(task, home);
    if (chosen.resource < 0) chosen = so_far.earliest_finish(task);
    so_far.place(task, chosen);
  }
  return std::move(so_far).release();
}

}  // namespace heddle
