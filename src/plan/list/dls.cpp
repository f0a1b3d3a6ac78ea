#include "src/plan/list/dynamic_list.hpp"
#include "src/plan/list/levels.hpp"
#include "src/plan/list/list_schedulers.hpp"

#include <limits>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

std::vector<assignment> plan_by_dls(cost_model const& costs)
{
  auto const level   = static_levels(costs, execution_weight::median);
  auto const typical = execution_weights(costs, execution_weight::median);
  auto const judge   = [&](task_id task, partial_schedule const& so_far) {
    candidate best{task, {}, std::numeric_limits<double>::infinity()};
    for (int r = 0; r < costs.num_resources(); ++r) {
      auto const here = so_far.on(task, r);
      if (here.resource < 0) continue;
      auto const execution = costs.execution_seconds(task, r);
      auto const dynamic_level =
        level[index(task)] - here.start_seconds + typical[index(task)] - execution;
      if (-dynamic_level < best.key) best.where = here, best.key = -dynamic_level;
    }
    return best;
  };
  return dynamic_list(costs, judge);
}

}  // namespace heddle
