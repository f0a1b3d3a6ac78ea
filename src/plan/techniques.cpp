#include "src/plan/approximation/approximations.hpp"
#include "src/plan/dp/dp_planners.hpp"
#include "src/plan/exact/exact.hpp"
#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/portfolio.hpp"
#include "src/plan/multilevel/multilevel.hpp"
#include "src/plan/planners.hpp"
#include "src/plan/search/search.hpp"
#include "src/plan/technique.hpp"

#include <algorithm>
#include <array>

namespace heddle {
namespace {

/// Why techniques that know nothing but execution and transfer times decline.
std::optional<std::string> not_plain(cost_model const& costs)
{
  if (costs.is_plain()) return std::nullopt;
  return "it knows no tasks of several cores, releases, located inputs, busy resources or memory "
         "that runs out; take heft, or auto";
}

std::optional<std::string> single_cores_only(cost_model const& costs)
{
  if (!costs.memory().empty()) return "it cannot see that memory runs out; take heft, or auto";
  if (!costs.has_wide_tasks()) return std::nullopt;
  return "it cannot plan tasks that need several cores; take heft, or auto";
}

/// Why techniques that take all resources of a kind to be open to all tasks decline.
std::optional<std::string> too_particular(cost_model const& costs)
{
  if (costs.keeps_tasks_from_resources()) {
    return "some tasks have a place, or run on some resources of a kind only; take heft, or auto";
  }
  return not_plain(costs);
}

constexpr std::array table{
  technique{{"mct", "Minimum Completion Time, in breadth-first order (Maheswaran et al. 1999)"},
            plain<plan_by_mct>,
            {100, 40, 100}},
  technique{{"multilevel",
             "clusters by HEFT, then each task on few resources; for very large workflows (after "
             "Karypis, Kumar 1998)"},
            plain<plan_by_multilevel>,
            {4000, 0, 500},
            too_particular},
  technique{{"heft", "Heterogeneous Earliest Finish Time, with insertion (Topcuoglu et al. 2002)"},
            plain<plan_by_heft>,
            {500, 80, 100}},
  technique{{"fastest", "all on the fastest resource (this project)"},
            plain<plan_by_fastest>,
            {100, 20, 80}},
  technique{{"locality",
             "HEFT's order, each task where most of its input lies, within a factor "
             "1.5 of its earliest finish (this project)"},
            plain<plan_by_locality>,
            {600, 140, 150}},
  technique{{"cpop", "Critical Path On a Processor, with insertion (Topcuoglu et al. 2002)"},
            plain<plan_by_cpop>,
            {700, 110, 180}},
  technique{{"peft", "Predict Earliest Finish Time, with insertion (Arabnejad, Barbosa 2014)"},
            plain<plan_by_peft>,
            {500, 150, 150}},
  technique{{"hlfet", "Highest Level First with Estimated Times (Adam, Chandy, Dickson 1974)"},
            plain<plan_by_hlfet>,
            {400, 40, 80}},
  technique{{"fcp", "Fast Critical Path, heterogeneous (Radulescu, van Gemund 2000)"},
            plain<plan_by_fcp>,
            {500, 40, 120}},
  technique{{"flb", "Fast Load Balancing, heterogeneous (Radulescu, van Gemund 2000)"},
            plain<plan_by_flb>,
            {1000, 200, 150}},
  technique{{"heteroprio", "HeteroPrio: GPUs take what they accelerate most (Agullo et al. 2016)"},
            plain<plan_by_heteroprio>,
            {1000, 20, 100}},
  technique{
    {"met", "Minimum Execution Time (Braun et al. 2001)"}, plain<plan_by_met>, {100, 40, 100}},
  technique{{"olb", "Opportunistic Load Balancing (Braun et al. 2001)"},
            plain<plan_by_olb>,
            {100, 40, 100}},
  technique{
    {"mst",
     "Minimum Start Time, in breadth-first order (as in SAGA: Coleman, Krishnamachari 2024)"},
    plain<plan_by_mst>,
    {100, 40, 100}},
  technique{{"msbc", "Multiple Strict Bound Constraints (PacRim 2005)"},
            plain<plan_by_msbc>,
            {500, 100, 100}},
  technique{{"dps",
             "Dynamic Priority Scheduling: bottom less top level (as in SAGA: Coleman, "
             "Krishnamachari 2024)"},
            plain<plan_by_dps>,
            {600, 60, 120}},
  technique{{"minmin",
             "Min-Min: of the ready tasks the one that finishes first (Ibarra, Kim 1977; "
             "Braun et al. 2001)"},
            plain<plan_by_min_min>,
            {300, 400, 80},
            single_cores_only},
  technique{{"graham",
             "Graham's list scheduling, by upward rank: 2 - 1/m on m identical resources without "
             "communication (Graham 1966)"},
            plan_by_graham,
            {700, 40, 80},
            not_plain},
  technique{{"lpt",
             "Longest Processing Time: 4/3 - 1/(3m) on m identical resources for independent tasks "
             "(Graham 1969)"},
            plan_by_lpt,
            {700, 40, 80},
            not_plain},
  technique{{"placement",
             "by placement scores: earliest finish plus what follows at least from there (after "
             "Arabnejad, Barbosa 2014)"},
            plain<plan_by_placement>,
            {800, 120, 300},
            too_many_placements},
  technique{{"etf",
             "Earliest Task First: 2 - 1/m and the transfers of a path on m identical resources "
             "(Hwang, Chow, Anger, Lee 1989)"},
            plan_by_etf,
            {900, 300, 120},
            not_plain},
  technique{{"tree",
             "series-parallel workflows: the best placement if nothing ever waited, by min-plus "
             "recursion (this project)"},
            plan_by_tree,
            {3000, 1500, 3000},
            not_series_parallel},
  technique{{"portfolio",
             "the best of about 30 list schedulers: other weights, fewer resources, "
             "backward (this project)"},
            plan_by_portfolio,
            {15000, 2500, 3000}},
  technique{
    {"lookahead", "HEFT that looks at the successors (Bittencourt, Sakellariou, Madeira 2010)"},
    plain<plan_by_lookahead>,
    {500, 80, 200, 0, 30}},
  technique{
    {"sufferage", "Sufferage: first the task that would lose most (Maheswaran et al. 1999)"},
    plain<plan_by_sufferage>,
    {500, 100, 100, 65}},
  technique{{"maxmin",
             "Max-Min: of the ready tasks the one that finishes last (Ibarra, Kim 1977; "
             "Braun et al. 2001)"},
            plain<plan_by_max_min>,
            {500, 100, 100, 65}},
  technique{{"duplex", "the better of Min-Min and Max-Min (Braun et al. 2001)"},
            plain<plan_by_duplex>,
            {800, 500, 180, 65}},
  technique{{"dls", "Dynamic Level Scheduling, generalized (Sih, Lee 1993)"},
            plain<plan_by_dls>,
            {500, 100, 100, 0, 0, 75}},
  technique{
    {"bil", "Best Imaginary Level (Oh, Ha 1996)"}, plain<plan_by_bil>, {500, 300, 100, 5, 3}},
  technique{{"wba",
             "Workflow-Based Approach: drawn from what makes the schedule little longer (Blythe et "
             "al. 2005)"},
            [](cost_model const& costs, planning_limits const& limits) -> planned {
              return {plan_by_wba(costs, limits.seed)};
            },
            {500, 100, 100, 100}},
  technique{{"hbmct", "Hybrid Balanced Minimum Completion Time (Sakellariou, Zhao 2004)"},
            plain<plan_by_hbmct>,
            {800, 100, 100, 100}},
  technique{{"chain",
             "chains: contiguous partition with the least latency, by dynamic programming (after "
             "Bokhari 1988)"},
            plan_by_chain,
            {100000, 0, 0},
            no_chain},
  technique{{"lst",
             "rounded vertices of the assignment relaxation: 2 for independent tasks (Lenstra, "
             "Shmoys, Tardos 1990)"},
            plan_by_lst,
            {40000, 0, 100},
            not_plain},
  technique{{"hlp",
             "rounded kinds of resource, then earliest starts: 6 on CPUs and GPUs without "
             "communication (Kedad-Sidhoum et al. 2015)"},
            plan_by_hlp,
            {300000, 0, 100},
            not_plain},
  technique{
    {"exact",
     "Branch and bound for up to 30 tasks; proves a shortest schedule, or how much shorter one "
     "may be (this project)"},
    plan_exactly,
    {1e5, 1e5, 0},
    unsuited_for_exact,
    true},
  technique{{"search",
             "parallel tempering of 32 placements of one order, from the whole portfolio, in "
             "vectors, while time is left (this project)"},
            plan_by_search,
            {1000, 200, 200},
            nullptr,
            true},
};

}  // namespace

std::span<technique const> techniques()
{
  return table;
}

std::size_t workflow_width(edge_table const& edges)
{
  std::vector<std::size_t> level(edges.num_tasks()), tasks_of_level(edges.num_tasks() + 1);
  std::size_t widest = 0;
  for (auto const task : edges.topological_order) {
    auto const own = level[static_cast<std::size_t>(task)];
    widest         = std::max(widest, ++tasks_of_level[own]);
    for (auto const next : edges.successors(task)) {
      auto& after = level[static_cast<std::size_t>(next)];
      after       = std::max(after, own + 1);
    }
  }
  return widest;
}

double expected_cost::seconds(cost_model const& costs, std::size_t width) const
{
  auto const tasks     = static_cast<double>(costs.num_tasks());
  auto const resources = static_cast<double>(costs.num_resources());
  auto const edges     = static_cast<double>(costs.edges().num_edges());
  auto const each_task = per_task + per_task_and_resource * resources +
                         per_task_and_width * static_cast<double>(width) + per_task_squared * tasks;
  auto const each_edge = per_edge + per_edge_and_resource_pair * resources * resources;
  return 1e-9 * (tasks * each_task + edges * each_edge);
}

}  // namespace heddle
