#include "src/plan/dp/dp_planners.hpp"
#include "src/plan/dp/placement_problem.hpp"
#include "src/plan/dp/series_parallel.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The earliest finish on a resource of the place; on any if none of it will do.
assignment earliest_at(int place, task_id task, places const& where, partial_schedule const& so_far)
{
  assignment best;
  for (std::size_t r = 0; r < where.of_resource.size(); ++r) {
    if (where.of_resource[r] != place) continue;
    auto const here = so_far.on(task, static_cast<int>(r));
    if (here.resource < 0) continue;
    if (best.resource < 0 || here.finish_seconds < best.finish_seconds) best = here;
  }
  return best.resource >= 0 ? best : so_far.earliest_finish(task);
}

}  // namespace

planned plan_by_tree(cost_model const& costs, planning_limits const&)
{
  if (costs.num_tasks() == 0) return {};
  auto const ideal = plan_unhindered(costs);
  places const where{costs};
  partial_schedule so_far{costs, placement::insert};
  for (auto const task : by_upward_rank(costs)) {
    so_far.arrivals(task);
    so_far.place(task, earliest_at(ideal.place[index(task)], task, where, so_far));
  }
  return {std::move(so_far).release(), ideal.seconds};
}

std::optional<std::string> not_series_parallel(cost_model const& costs)
{
  if (!fits_unhindered(costs)) return "(edges + 2 tasks) x places^2 is more than 2^24";
  if (!is_series_parallel(costs.edges())) return "the workflow is not series-parallel";
  return std::nullopt;
}

}  // namespace heddle
