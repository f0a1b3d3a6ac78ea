#include "src/plan/approximation/approximations.hpp"
#include "src/plan/approximation/guarantees.hpp"
#include "src/plan/approximation/list_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>
#include <numeric>

namespace heddle {
namespace {

planned with(std::vector<assignment> tasks, std::optional<promise> const& promised)
{
  planned result{std::move(tasks)};
  give(result, promised);
  return result;
}

std::vector<task_id> longest_first(cost_model const& costs)
{
  std::vector<double> seconds;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    seconds.push_back(costs.mean_execution_seconds(static_cast<task_id>(t)));
  }
  std::vector<task_id> list(costs.num_tasks());
  std::iota(list.begin(), list.end(), 0);
  std::stable_sort(list.begin(), list.end(), [&](task_id a, task_id b) {
    return seconds[static_cast<std::size_t>(a)] > seconds[static_cast<std::size_t>(b)];
  });
  return list;
}

}  // namespace

planned plan_by_graham(cost_model const& costs, planning_limits const&)
{
  return with(list_schedule(costs, by_upward_rank(costs)), graham_promise(costs));
}

/// Every list schedule keeps Graham's promise, so that is what is left where there are edges.
planned plan_by_lpt(cost_model const& costs, planning_limits const&)
{
  auto const promised = lpt_promise(costs);
  return with(list_schedule(costs, longest_first(costs)),
              promised ? promised : graham_promise(costs));
}

}  // namespace heddle
