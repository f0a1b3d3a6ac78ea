#include "src/plan/list/last_message.hpp"
#include "src/plan/list/levels.hpp"
#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Places the tasks in this order, each where `choose(task, so_far)` says.
template <class Choose>
std::vector<assignment> place_in_order(cost_model const& costs, std::vector<task_id> const& order,
                                       Choose choose)
{
  partial_schedule so_far{costs, placement::append};
  for (auto const task : order) {
    so_far.arrivals(task);
    so_far.place(task, choose(task, so_far));
  }
  return std::move(so_far).release();
}

/// Where `key(where)` is least, of equal resources the first.
template <class Key>
assignment least(task_id task, partial_schedule const& so_far, int resources, Key key)
{
  assignment best;
  double best_key = infinite;
  for (int r = 0; r < resources; ++r) {
    auto const here = so_far.on(task, r);
    if (here.resource < 0 || (best.resource >= 0 && key(here) >= best_key)) continue;
    best     = here;
    best_key = key(here);
  }
  return best;
}

}  // namespace

std::vector<assignment> plan_by_met(cost_model const& costs)
{
  return place_in_order(costs, breadth_first_order(costs.edges()),
                        [&](task_id task, partial_schedule const& so_far) {
                          auto const execution = [&](assignment const& a) {
                            return costs.execution_seconds(task, a.resource);
                          };
                          return least(task, so_far, costs.num_resources(), execution);
                        });
}

std::vector<assignment> plan_by_olb(cost_model const& costs)
{
  return place_in_order(
    costs, breadth_first_order(costs.edges()), [&](task_id task, partial_schedule const& so_far) {
      auto const end = [&](assignment const& a) { return so_far.end_of(a.resource); };
      return least(task, so_far, costs.num_resources(), end);
    });
}

std::vector<assignment> plan_by_fastest(cost_model const& costs)
{
  auto const home = resources_by_speed(costs).front();
  return place_in_order(costs, breadth_first_order(costs.edges()),
                        [&](task_id task, partial_schedule const& so_far) {
                          auto const here = so_far.on(task, home);
                          return here.resource < 0 ? so_far.earliest_finish(task) : here;
                        });
}

std::vector<assignment> plan_by_hlfet(cost_model const& costs)
{
  auto const level = static_levels(costs, execution_weight::mean);
  return place_in_order(
    costs, by_priority(costs.edges(), level),
    [&](task_id task, partial_schedule const& so_far) { return so_far.earliest_finish(task); });
}

std::vector<assignment> plan_by_fcp(cost_model const& costs)
{
  auto const rank = mean_upward_ranks(costs);
  return place_in_order(
    costs, by_priority(costs.edges(), rank), [&](task_id task, partial_schedule const& so_far) {
      auto const end      = [&](assignment const& a) { return so_far.end_of(a.resource); };
      auto best           = least(task, so_far, costs.num_resources(), end);
      auto const enabling = last_message_of(task, costs, so_far).from;
      if (enabling < 0) return best;
      auto const there = so_far.on(task, enabling);
      return there.finish_seconds < best.finish_seconds ? there : best;
    });
}

}  // namespace heddle
