// What planners do with constraints: examples worked by hand, and random ones for every planner.

#include "src/plan/partial_schedule.hpp"
#include "src/plan/planners.hpp"

#include "tests/support/constrained_workflows.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/suited_plans.hpp"

#include <heddle/data/buffer.hpp>
#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/workflow/builders.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace heddle {
namespace {

using assignments = std::vector<assignment>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A node "a" of two cores and a twice as fast node "b" of one, one byte a second between them.
machine two_cores_and_one()
{
  auto m                     = test::make_nodes({1, 1, 2}, 1);
  m.resources[1].memory_node = 0;
  m.resources[2].memory_node = 1;
  m.memory_nodes             = {{"a"}, {"b"}};
  return m;
}

/// The five tasks of `test::five_tasks`, of which t1 needs two cores, t2 is released at 5 and t3
/// has its place in "b".
workflow five_constrained_tasks()
{
  auto w                            = test::five_tasks();
  w.at(1).declare().needs.cores     = 2;
  w.at(2).declare().release_seconds = 5;
  w.at(3).declare().place           = "b";
  return w;
}

// Mean executions 5/3, 6, 10/3, 1, 10/3; mean transfer a third of the bytes; upward ranks 13, 31/3,
// 23/3, 19/3, 10/3, hence the order t0 t1 t2 t3 t4. t1 takes both cores of "a" once 3 bytes are
// there; t3 fits before t2, which waits for its release.
TEST(Constraints, FiveTasksByHeft)
{
  cost_model const costs{five_constrained_tasks(), two_cores_and_one()};
  EXPECT_EQ(plan_by_heft(costs),
            (assignments{{2, 0, 1}, {0, 4, 10}, {2, 5, 7}, {2, 1, 2}, {0, 10, 14}, {1, 4, 10}}));
}

// In the order t0 t1 t2 t3 t4 and without insertion, t3 comes after t2, and t4 waits for its 6
// bytes in "a" until 14: it ends earlier in "b".
TEST(Constraints, FiveTasksByMct)
{
  cost_model const costs{five_constrained_tasks(), two_cores_and_one()};
  EXPECT_EQ(plan_by_mct(costs),
            (assignments{{2, 0, 1}, {0, 4, 10}, {2, 5, 7}, {2, 7, 8}, {2, 13, 15}, {1, 4, 10}}));
}

TEST(Constraints, APlanListsTheFurtherCores)
{
  auto const s = plan(five_constrained_tasks(), two_cores_and_one(), {"heft"});
  EXPECT_EQ(s.tasks.size(), 5U);
  EXPECT_THAT(s.further_cores, ElementsAre(further_core{1, 1}));
  EXPECT_THAT(s.further_cores_of(0), IsEmpty());
  EXPECT_THAT(s.further_cores_of(1), ElementsAre(further_core{1, 1}));
  EXPECT_EQ(s.makespan_seconds, 14);
}

TEST(Constraints, TasksRunAtTheSpeedOfTheirSlowestCore)
{
  auto w                        = test::make_workflow({4, 4}, {});
  w.at(0).declare().needs.cores = 2;
  auto m                        = test::make_nodes({1, 2, 4}, 1);
  for (auto& r : m.resources) r.memory_node = 0;
  cost_model const costs{w, m};
  EXPECT_EQ(plan_by_mct(costs), (assignments{{1, 0, 2}, {2, 2, 3}, {2, 0, 2}}));
}

TEST(Constraints, BusyResourcesAreLeftOut)
{
  machine_state const began{{3, 0, std::numeric_limits<double>::infinity()}, {}, {}};
  auto const m = test::make_nodes({1, 1, 1});
  for (auto const* const planner : {"mct", "heft", "minmin", "locality"}) {
    auto const s = plan(test::make_workflow({2, 2}, {}), m, {planner, 1s, 1, began});
    EXPECT_EQ(s.tasks, (assignments{{1, 0, 2}, {1, 2, 4}})) << planner;
  }
}

TEST(Constraints, ATaskGoesToWhereItsInputLies)
{
  auto w         = test::make_workflow({8}, {});
  w.at(0).inputs = {w.add_file({"input", 10})};
  auto const m   = test::make_nodes({4, 1}, 1);
  auto const on  = [&](std::vector<located_file> files) {
    return plan(w, m, {"heft", 1s, 1, {{}, std::move(files), {}}}).tasks;
  };
  EXPECT_EQ(on({}), (assignments{{0, 0, 2}}));
  EXPECT_EQ(on({{0, 1}}), (assignments{{1, 0, 8}}));             // on n0 from 10 to 12
  EXPECT_EQ(on({{0, 1}, {0, 0, 3}}), (assignments{{0, 3, 5}}));  // the copy comes later
}

TEST(Constraints, LocalityCountsInputsThatLieSomewhere)
{
  auto w         = test::make_workflow({2, 8}, {});
  w.at(1).inputs = {w.add_file({"input", 1})};
  machine_state const began{{}, {{0, 1}}, {}};
  cost_model const costs{w, test::make_nodes({1.25, 1}, 1), began};
  EXPECT_EQ(plan_by_heft(costs)[1], (assignment{0, 1, 1 + 8 / 1.25}));
  EXPECT_EQ(plan_by_locality(costs)[1], (assignment{1, 0, 8}));
}

TEST(Constraints, MinMinSaysThatItKnowsNoTasksOfSeveralCores)
{
  EXPECT_THAT(test::message_of_call(
                [] { (void)plan(five_constrained_tasks(), two_cores_and_one(), {"minmin"}); }),
              HasSubstr("algorithm minmin: it cannot plan tasks that need several cores"));
}

workflow with_memory(std::vector<double> const& seconds, std::vector<std::size_t> const& bytes)
{
  auto w = test::make_workflow(seconds, {});
  for (std::size_t t = 0; t < bytes.size(); ++t) {
    w.at(static_cast<task_id>(t)).declare().needs.memory_bytes = bytes[t];
  }
  return w;
}

// Two cores share 100 bytes: t0 and t1 together need 120, t0 and t2 just as many as there are.
TEST(Constraints, TasksWaitForMemory)
{
  auto m            = two_cores_and_one();
  m.memory_nodes[0] = {"a", 100};
  auto w            = with_memory({3, 3, 1}, {60, 60, 40});
  for (int t : {0, 1, 2}) w.at(t).declare().place = "a";
  cost_model const costs{w, m};
  EXPECT_EQ(plan_by_heft(costs), (assignments{{0, 0, 3}, {0, 3, 6}, {1, 0, 1}}));
  w.at(1).declare().needs.cores = 2;
  EXPECT_EQ(plan_by_heft(cost_model{w, m}),
            (assignments{{0, 0, 3}, {0, 3, 6}, {1, 0, 1}, {1, 3, 6}}));
}

// c0 and c1 share 100 bytes, c2 has 50, all are one host: 120 bytes leave 30 for the others.
TEST(Constraints, AProgramOfManyBytesLeavesLittleOfItsHost)
{
  auto w                  = with_memory({3, 2, 1}, {120, 40, 30});
  w.at(0).declare().place = "c0";
  w.at(1).declare().place = "numa0";
  w.at(2).declare().place = "numa0";
  EXPECT_EQ(plan_by_heft(cost_model{w, test::two_hosts()}),
            (assignments{{0, 0, 3}, {0, 3, 5}, {1, 0, 1}}));
}

TEST(Constraints, TechniquesThatDoNotSeeMemoryDecline)
{
  auto m            = two_cores_and_one();
  m.memory_nodes[0] = {"a", 100};
  auto const w      = with_memory({3, 3}, {60, 60});
  for (auto const* const planner : {"minmin", "exact", "graham", "multilevel"}) {
    EXPECT_THROW((void)plan(w, m, {planner}), unsuited) << planner;
  }
}

/// When `cores` are free together, `first` among them: every time at which any becomes free is
/// tried.
double plain_common_start(assignments const& taken, std::vector<int> const& cores, int first,
                          int needed, double ready, double length)
{
  auto const is_free = [&](int core, double start) {
    return std::ranges::none_of(taken, [&](assignment const& a) {
      return a.resource == core && a.start_seconds < start + length && start < a.finish_seconds;
    });
  };
  std::vector<double> starts{ready};
  for (auto const& a : taken) starts.push_back(std::max(ready, a.finish_seconds));
  std::ranges::sort(starts);
  for (auto const start : starts) {
    auto const free = std::ranges::count_if(cores, [&](int c) { return is_free(c, start); });
    if (is_free(first, start) && free >= needed) return start;
  }
  return -1;
}

TEST(Constraints, SeveralCoresStartInTheirEarliestCommonGap)
{
  std::mt19937_64 random{7};
  std::vector<int> const cores{0, 1, 2, 3};
  for (int round = 0; round < 50; ++round) {
    workflow w{"wide"};
    for (int t = 0; t < 30; ++t) {
      task_info task{test::numbered("t", w.num_tasks()), static_cast<double>(1 + random() % 5)};
      task.declare().needs.cores     = 1 + static_cast<int>(random() % 4);
      task.declare().release_seconds = static_cast<double>(random() % 40);
      w.add_task(std::move(task));
    }
    cost_model const costs{w, machine::identical(4)};
    partial_schedule so_far{costs, placement::insert};
    assignments taken;
    for (task_id t = 0; t < 30; ++t) {
      so_far.arrivals(t);
      for (auto const first : cores) {
        EXPECT_EQ(so_far.on(t, first).start_seconds,
                  plain_common_start(taken, cores, first, costs.cores(t), costs.release_seconds(t),
                                     costs.execution_seconds(t, first)));
      }
      so_far.place(t, so_far.earliest_finish(t));
      auto copy = so_far;
      taken     = std::move(copy).release();
      taken.erase(taken.begin() + t + 1, taken.begin() + 30);  // not placed yet
    }
  }
}

/// What `earliest_finish` means, in the plainest way.
assignment plain_earliest_finish(partial_schedule const& so_far, task_id task, int resources)
{
  assignment best{-1, 0, std::numeric_limits<double>::infinity()};
  for (int r = 0; r < resources; ++r) {
    auto const candidate = so_far.on(task, r);
    if (candidate.finish_seconds < best.finish_seconds) best = candidate;
  }
  return best;
}

TEST(Constraints, TheEarliestFinishIsThatOfAllResources)
{
  std::mt19937_64 random{43};
  for (int i = 0; i < 300; ++i) {
    auto const c = test::random_constrained_case(random);
    cost_model const costs{c.w, c.m, c.began};
    for (auto const how : {placement::insert, placement::append}) {
      partial_schedule so_far{costs, how};
      for (auto const task : costs.edges().topological_order) {
        so_far.arrivals(task);
        auto const best = so_far.earliest_finish(task);
        ASSERT_EQ(best, plain_earliest_finish(so_far, task, costs.num_resources())) << "case " << i;
        so_far.place(task, best);
      }
    }
  }
}

class EveryPlannerWithConstraints : public ::testing::TestWithParam<planner_info> {};

TEST_P(EveryPlannerWithConstraints, HoldsToThemOrDeclines)
{
  std::mt19937_64 random{37};
  bool const takes_its_time = GetParam().name == "exact" || GetParam().name == "auto";
  int const cases           = test::cases(takes_its_time ? 100 : 500);
  for (int i = 0; i < cases && !HasFailure(); ++i) {
    auto const c = test::random_constrained_case(random);
    plan_options options{GetParam().name, 0.1s, 1, c.began};
    bool const searches = options.algorithm == "search" || options.algorithm == "auto";
    if (searches) options.evaluations = 1000;  // by time, even what meets the bound may differ
    try {
      auto const s = plan(c.w, c.m, options);
      EXPECT_THAT(check_schedule(s, c.w, c.m, c.began), IsEmpty()) << "case " << i;
      if (test::may_hang_on_the_clock(s)) continue;
      auto const again = plan(c.w, c.m, options);
      if (test::may_hang_on_the_clock(again)) continue;
      EXPECT_EQ(again.tasks, s.tasks) << "not deterministic, case " << i;
      EXPECT_EQ(again.further_cores, s.further_cores) << "not deterministic, case " << i;
    } catch (unsuited const& e) {
      EXPECT_NE(GetParam().name, "auto") << e.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Plan, EveryPlannerWithConstraints,
                         ::testing::ValuesIn(planners().begin(), planners().end()),
                         [](auto const& planner) { return std::string{planner.param.name}; });

}  // namespace
}  // namespace heddle
