#include "src/plan/list/dynamic_list.hpp"
#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/makespan.hpp"
#include "src/plan/planners.hpp"

#include <limits>

namespace heddle {
namespace {

/// Longest earliest finish first.
candidate judge_max_min(task_id task, partial_schedule const& so_far)
{
  auto const best = so_far.earliest_finish(task);
  return {task, best, -best.finish_seconds};
}

/// Largest loss first if the best resource were taken away. A task that only one resource can run
/// loses everything.
class sufferage_rule {
 public:
  explicit sufferage_rule(int resources) : resources_{resources} {}

  candidate operator()(task_id task, partial_schedule const& so_far) const
  {
    assignment best{-1, 0, std::numeric_limits<double>::infinity()};
    auto second = best;
    for (int r = 0; r < resources_; ++r) {
      auto const here = so_far.on(task, r);
      if (here.finish_seconds < best.finish_seconds) {
        second = best;
        best   = here;
      } else if (here.finish_seconds < second.finish_seconds) {
        second = here;
      }
    }
    return {task, best, best.finish_seconds - second.finish_seconds, 0, second.resource};
  }

 private:
  int resources_;
};

}  // namespace

std::vector<assignment> plan_by_max_min(cost_model const& costs)
{
  return dynamic_list(costs, judge_max_min, readiness::in_batches);
}

std::vector<assignment> plan_by_duplex(cost_model const& costs)
{
  auto smallest = plan_by_min_min(costs);
  auto largest  = plan_by_max_min(costs);
  return makespan_of(largest) < makespan_of(smallest) ? largest : smallest;
}

std::vector<assignment> plan_by_sufferage(cost_model const& costs)
{
  return dynamic_list(costs, sufferage_rule{costs.num_resources()}, readiness::in_batches);
}

}  // namespace heddle
