#include "src/plan/search/window_share.hpp"

#include "src/plan/search/long_search.hpp"
#include "src/plan/search/tick_problem.hpp"

#include <algorithm>
#include <chrono>

namespace heddle {
namespace {

/// Evaluations that groups can make, for each task.
double evaluations_a_task(cost_model const& costs, planning_limits const& limits)
{
  constexpr double steps_with_few = 4e9, steps_with_many = 1e9;  // of a thread, with AVX-512
  auto const tasks = static_cast<double>(costs.num_tasks());
  if (limits.evaluations > 0) return static_cast<double>(limits.evaluations) / tasks;
  auto const left =
    std::chrono::duration<double>(limits.end - std::chrono::steady_clock::now()).count();
  auto const steps = has_few_places(costs) ? steps_with_few : steps_with_many;
  return left * limits.threads * steps / tasks / tasks;
}

}  // namespace

bool is_for_windows(cost_model const& costs)
{
  constexpr std::size_t most_tasks_of_few = 8192, most_tasks_of_many = 1024;
  if (!costs.is_plain()) return false;
  auto const most = !fits_lanes(costs)      ? most_window_tasks
                    : has_few_places(costs) ? most_tasks_of_few
                                            : most_tasks_of_many;
  return costs.num_tasks() > most;
}

double share_of_windows(cost_model const& costs, planning_limits const& limits)
{
  constexpr double much = 50e3, little = 5e3;
  auto const each = evaluations_a_task(costs, limits);
  if (costs.num_tasks() <= most_window_tasks || each > much || each <= 0) return 0;
  auto const share = each > little ? 0.25 : 0.5;
  if (limits.evaluations > 0) return share;
  auto const used =
    std::min(1.0, static_cast<double>(strips_of(costs.num_tasks(), limits)) / limits.threads);
  return share * used;  // not for long where threads would wait
}

}  // namespace heddle
