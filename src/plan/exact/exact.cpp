#include "src/plan/exact/exact.hpp"

#include "src/plan/bound/time_grid.hpp"
#include "src/plan/exact/assignment_search.hpp"
#include "src/plan/exact/chronological_search.hpp"
#include "src/plan/exact/incumbent.hpp"
#include "src/plan/planners.hpp"

#include <heddle/plan/lower_bound.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Searches until nothing shorter than `best` is left; otherwise no schedule takes less than what
/// it returns.
double improve(incumbent& best, exact_problem const& problem, double bound, search_effort& effort,
               search_budget const& budget)
{
  if (best.beats(bound)) return infinite;
  effort.allow({budget.nodes / 2, budget.end, budget.stop});
  if (assignment_search{problem, best, effort}.search()) return infinite;
  effort.allow(budget);
  return chronological_search{problem, best, effort}.search(bound);
}

}  // namespace

exact_result search_exactly(cost_model const& costs, search_budget const& budget)
{
  incumbent best{time_grid(costs)};
  for (auto const planner : {plan_by_heft, plan_by_cpop, plan_by_locality, plan_by_mct}) {
    best.take(planner(costs));
  }
  search_effort effort{budget};
  auto const bound = lower_bound_seconds(costs);
  auto const open  = improve(best, exact_problem{costs}, bound, effort, budget);
  auto const least = std::max(bound, std::min(open, best.proven()));
  return {{best.tasks(), least, {}, best.taken()}, effort.nodes(), open == infinite};
}

planned plan_exactly(cost_model const& costs, planning_limits const& limits)
{
  constexpr double usual_size = 64;  // of 16 tasks on 4 resources
  constexpr int patience      = 4;
  auto const now              = std::chrono::steady_clock::now();
  auto const left             = std::max(limits.end - now, std::chrono::steady_clock::duration{0});
  auto const size             = static_cast<double>(costs.num_tasks()) * costs.num_resources();
  auto const rate             = exact_nodes_per_second * usual_size / std::max(usual_size, size);
  auto const most  = std::min(std::chrono::duration<double>{left}.count() * rate, 0x1p60);
  auto const end   = left < std::chrono::hours{1} ? now + patience * left : limits.end;
  auto const nodes = std::bit_floor(static_cast<std::uint64_t>(most));
  return search_exactly(costs, {nodes, end, limits.stop}).plan;
}

std::optional<std::string> unsuited_for_exact(cost_model const& costs)
{
  if (!costs.is_plain()) return "it knows no constraints";
  if (costs.num_tasks() > most_exact_tasks) {
    return fmt::format("it plans up to {} tasks, and there are {}", most_exact_tasks,
                       costs.num_tasks());
  }
  if (costs.num_resources() > most_exact_resources) {
    return fmt::format("it plans for up to {} resources, and there are {}", most_exact_resources,
                       costs.num_resources());
  }
  return std::nullopt;
}

}  // namespace heddle
