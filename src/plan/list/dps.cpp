#include "src/plan/list/levels.hpp"
#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <queue>
#include <utility>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The longest path to a task, its own time left out, through tasks that are placed: their
/// execution where they are, and the transfers between them; of the last one `transfer(bytes,
/// resource)` is taken.
template <class Transfer>
double path_to(task_id task, cost_model const& costs, std::span<double const> path_through,
               partial_schedule const& so_far, Transfer transfer)
{
  auto const predecessors = costs.edges().predecessors(task);
  auto const bytes        = costs.edges().bytes_from_predecessors(task);
  double longest          = 0;
  for (std::size_t i = 0; i < predecessors.size(); ++i) {
    auto const from = so_far.of(predecessors[i]).resource;
    longest = std::max(longest, path_through[index(predecessors[i])] + transfer(bytes[i], from));
  }
  return longest;
}

}  // namespace

std::vector<assignment> plan_by_dps(cost_model const& costs)
{
  auto const weights = execution_weights(costs, execution_weight::mean);
  auto const bottom  = upward_levels(costs, weights, 1);
  std::vector<double> path_through(costs.num_tasks());
  partial_schedule so_far{costs, placement::append};
  ready_tasks waiting{costs.edges()};
  std::priority_queue<std::pair<double, task_id>> ready;
  auto const push = [&](task_id task) {
    auto const mean = [&](double bytes, int) { return costs.mean_transfer_seconds(bytes); };
    auto const top  = path_to(task, costs, path_through, so_far, mean);
    ready.emplace(bottom[index(task)] - top, -task);
  };
  waiting.for_each_entry(push);
  while (!ready.empty()) {
    auto const task = -ready.top().second;
    ready.pop();
    so_far.arrivals(task);
    auto const where = so_far.earliest_finish(task);
    so_far.place(task, where);
    auto const actual = [&](double bytes, int from) {
      return costs.transfer_seconds(bytes, from, where.resource);
    };
    path_through[index(task)] = path_to(task, costs, path_through, so_far, actual) +
                                costs.execution_seconds(task, where.resource);
    waiting.for_each_released_by(task, push);
  }
  return std::move(so_far).release();
}

}  // namespace heddle
