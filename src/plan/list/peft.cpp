#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/optimistic_costs.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"

#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

std::vector<assignment> plan_by_peft(cost_model const& costs)
{
  optimistic_costs const ahead{costs, transfer_time::mean};
  std::vector<double> rank;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    rank.push_back(ahead.mean_after(static_cast<task_id>(t)));
  }
  partial_schedule so_far{costs, placement::insert};
  for (auto const task : by_priority(costs.edges(), rank)) {
    so_far.arrivals(task);
    assignment best;
    double best_end = infinite;
    for (int r = 0; r < costs.num_resources(); ++r) {
      auto const here = so_far.on(task, r);
      auto const end  = here.finish_seconds + ahead.after(task, r);
      if (end < best_end) best = here, best_end = end;
    }
    so_far.place(task, best);
  }
  return std::move(so_far).release();
}

}  // namespace heddle
