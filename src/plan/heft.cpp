#include "src/plan/partial_schedule.hpp"
#include "src/plan/planners.hpp"
#include "src/plan/priorities.hpp"

namespace heddle {

std::vector<assignment> plan_by_heft(cost_model const& costs)
{
  partial_schedule so_far{costs, placement::insert};
  for (auto const task : by_upward_rank(costs)) {
    so_far.arrivals(task);
    so_far.place(task, so_far.earliest_finish(task));
  }
  return std::move(so_far).release();
}

}  // namespace heddle
