#include "src/plan/approximation/approximations.hpp"
#include "src/plan/approximation/guarantees.hpp"
#include "src/plan/approximation/hlp_relaxation.hpp"
#include "src/plan/approximation/list_schedule.hpp"
#include "src/plan/priorities.hpp"

namespace heddle {

planned plan_by_hlp(cost_model const& costs, planning_limits const&)
{
  auto const relaxed = relax_by_hlp(costs);
  std::vector<kinds> may_take;
  for (auto const share : relaxed.gpu_share) {
    may_take.push_back(share >= 0.5 ? kinds::gpu : kinds::cpu);
  }
  planned result{list_schedule(costs, by_upward_rank(costs), may_take), relaxed.lower_bound};
  give(result, hlp_promise(costs, relaxed.value, relaxed.lower_bound));
  return result;
}

}  // namespace heddle
