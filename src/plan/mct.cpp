#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/planners.hpp"

namespace heddle {

std::vector<assignment> plan_by_mct(cost_model const& costs)
{
  partial_schedule so_far{costs, placement::append};
  for (auto const task : breadth_first_order(costs.edges())) {
    so_far.arrivals(task);
    so_far.place(task, so_far.earliest_finish(task));
  }
  return std::move(so_far).release();
}

}  // namespace heddle
