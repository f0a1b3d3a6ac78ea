#include <heddle/plan/plan.hpp>

#include "src/plan/fingerprint.hpp"
#include "src/plan/planners.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/lower_bound.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace heddle {
namespace {

using constructor = std::vector<assignment> (*)(cost_model const&);

/// How long a constructor is expected to take: a fixed estimate, so that what `auto` tries, and
/// hence its answer, depends on the input and the limit alone. Nanoseconds, measured on one 2 GHz
/// core and rounded up.
struct expected_cost {
  double per_task;
  double per_task_and_resource;
  double per_edge;
};

struct known_planner {
  planner_info info;
  constructor construct;
  expected_cost cost;
};

/// "auto" first; the others from the cheapest to the dearest, the order in which "auto" tries them.
constexpr std::array known_planners{
  known_planner{{"auto", "the best of all the others that fit into the time limit"}, nullptr, {}},
  known_planner{{"mct", "Minimum Completion Time, in topological order (Maheswaran et al. 1999)"},
                plan_by_mct,
                {100, 20, 50}},
  known_planner{
    {"heft", "Heterogeneous Earliest Finish Time, with insertion (Topcuoglu et al. 2002)"},
    plan_by_heft,
    {500, 60, 80}},
  known_planner{{"locality",
                 "HEFT's order, each task where most of its input lies, within a factor "
                 "1.5 of its earliest finish (this project)"},
                plan_by_locality,
                {600, 100, 100}},
  known_planner{{"cpop", "Critical Path On a Processor, with insertion (Topcuoglu et al. 2002)"},
                plan_by_cpop,
                {700, 60, 120}},
  known_planner{{"minmin",
                 "Min-Min: of the ready tasks the one that finishes first (Ibarra, Kim 1977; "
                 "Braun et al. 2001)"},
                plan_by_min_min,
                {300, 400, 80}},
};

constexpr auto infos = [] {
  std::array<planner_info, known_planners.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = known_planners[i].info;
  return all;
}();

known_planner const& find_planner(std::string_view name)
{
  auto const found = std::find_if(known_planners.begin(), known_planners.end(),
                                  [&](auto const& known) { return known.info.name == name; });
  if (found != known_planners.end()) return *found;
  std::string names;
  for (auto const& info : infos) names += fmt::format(" {}", info.name);
  throw input_error{fmt::format("no algorithm \"{}\"; known are:{}", name, names)};
}

double expected_seconds(expected_cost const& cost, cost_model const& costs)
{
  auto const tasks     = static_cast<double>(costs.num_tasks());
  auto const resources = static_cast<double>(costs.num_resources());
  auto const edges     = static_cast<double>(costs.edges().num_edges());
  return 1e-9 *
         (tasks * (cost.per_task + cost.per_task_and_resource * resources) + edges * cost.per_edge);
}

double makespan_of(std::vector<assignment> const& tasks)
{
  double latest = 0;
  for (auto const& task : tasks) latest = std::max(latest, task.finish_seconds);
  return latest;
}

/// Makes `tasks` the answer if it is shorter than what `s` holds.
void improve(schedule& s, std::vector<assignment> tasks, std::string_view made_by)
{
  auto const makespan = makespan_of(tasks);
  ++s.evaluations;
  if (s.evaluations > 1 && makespan >= s.makespan_seconds) return;
  s.tasks            = std::move(tasks);
  s.makespan_seconds = makespan;
  s.made_by          = made_by;
}

bool is_optimal(schedule const& s)
{
  constexpr double rounding = 1e-12;
  return s.makespan_seconds <= s.lower_bound_seconds * (1 + rounding);
}

void construct_within(double limit_seconds, schedule& s, cost_model const& costs)
{
  double expected = 0;
  for (auto const& known : known_planners) {
    if (!known.construct) continue;
    expected += expected_seconds(known.cost, costs);
    bool const bound_met = s.makespan_seconds <= s.lower_bound_seconds;
    if (s.evaluations > 0 && (expected > limit_seconds || bound_met)) return;
    improve(s, known.construct(costs), known.info.name);
  }
}

/// The bound is no larger than the makespan but for rounding, which must not show.
void conclude(schedule& s)
{
  s.lower_bound_seconds = is_optimal(s) ? s.makespan_seconds : s.lower_bound_seconds;
  s.gap = s.makespan_seconds > 0 ? s.makespan_seconds / s.lower_bound_seconds - 1 : 0;
  if (is_optimal(s)) s.guarantee = "optimal: the makespan equals the lower bound";
}

}  // namespace

std::span<planner_info const> planners()
{
  return infos;
}

schedule plan(workflow const& w, machine const& m, plan_options options)
{
  auto const started = std::chrono::steady_clock::now();
  auto const& chosen = find_planner(options.algorithm);
  cost_model const costs{w, m};
  schedule s;
  s.workflow_name       = w.name();
  s.algorithm           = chosen.info.name;
  s.seed                = options.seed;
  s.lower_bound_seconds = lower_bound_seconds(costs);
  s.hash                = fingerprint(w, costs.edges(), m);
  if (chosen.construct) {
    improve(s, chosen.construct(costs), chosen.info.name);
  } else {
    construct_within(options.time_limit.count(), s, costs);
  }
  conclude(s);
  for (auto const& task : w.tasks()) s.task_names.push_back(task.name);
  for (auto const& r : m.resources) s.resource_ids.push_back(r.id);
  s.planning_seconds = seconds{std::chrono::steady_clock::now() - started}.count();
  return s;
}

}  // namespace heddle
