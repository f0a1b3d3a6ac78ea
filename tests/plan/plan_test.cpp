#include <heddle/plan/plan.hpp>

#include "tests/support/small_workflows.hpp"
#include "tests/support/suited_plans.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/check_schedule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Planners, AreNamedAndExplainedAutoFirst)
{
  ASSERT_GE(planners().size(), 2U);
  EXPECT_EQ(planners().front().name, "auto");
  for (auto const& planner : planners()) EXPECT_FALSE(planner.description.empty()) << planner.name;
}

TEST(Plan, CarriesItsEvidence)
{
  auto const s = plan(test::five_tasks(), test::slow_and_fast(), {"heft", 1s, 7});
  EXPECT_EQ(s.workflow_name, "test");
  EXPECT_EQ(s.algorithm, "heft");
  EXPECT_EQ(s.made_by, "heft");
  EXPECT_EQ(s.makespan_seconds, 13);
  EXPECT_EQ(s.lower_bound_seconds, 9);
  EXPECT_DOUBLE_EQ(s.gap, 13.0 / 9 - 1);
  EXPECT_EQ(s.evaluations, 1U);
  EXPECT_EQ(s.seed, 7U);
  EXPECT_EQ(s.device, "cpu");
  EXPECT_FALSE(s.guarantee);
  EXPECT_EQ(s.hash, fingerprint(test::five_tasks(), test::slow_and_fast()));
  EXPECT_EQ(s.task_names, (std::vector<std::string>{"t0", "t1", "t2", "t3", "t4"}));
  EXPECT_EQ(s.resource_ids, (std::vector<std::string>{"n0", "n1"}));
  EXPECT_GT(s.planning_seconds, 0);
}

TEST(Plan, RejectsAnUnknownAlgorithmAndNamesTheKnownOnes)
{
  try {
    (void)plan(test::five_tasks(), test::slow_and_fast(), {"hft"});
    FAIL() << "no exception";
  } catch (input_error const& e) {
    for (auto const& planner : planners()) {
      EXPECT_THAT(e.what(), AllOf(HasSubstr("\"hft\""), HasSubstr(std::string{planner.name})));
    }
  }
}

TEST(Plan, OfNothingIsEmptyAndOptimal)
{
  workflow const nothing{"nothing"};
  for (auto const& planner : planners()) {
    auto const s = test::plan_if_suited(nothing, test::slow_and_fast(), {planner.name});
    if (!s) continue;
    EXPECT_TRUE(s->tasks.empty()) << planner.name;
    EXPECT_EQ(s->makespan_seconds, 0);
    EXPECT_EQ(s->lower_bound_seconds, 0);
    EXPECT_EQ(s->gap, 0);
  }
}

TEST(Plan, ClaimsOptimalityWhereTheBoundIsMet)
{
  auto const w = test::make_workflow({0.1, 0.2, 0.3}, {{0, 1, 1}, {1, 2, 1}});
  for (auto const& planner : planners()) {
    auto const s = test::plan_if_suited(w, test::make_nodes({1}), {planner.name});
    if (!s) continue;
    EXPECT_EQ(s->gap, 0) << planner.name;
    ASSERT_TRUE(s->guarantee) << planner.name;
    EXPECT_THAT(*s->guarantee, HasSubstr("optimal"));
  }
}

// Two tasks that take no time on a CPU and on a GPU, and a third that waits for 3 s of data of one
// of them, wherever it runs: no bound sees that, no finite gap.
TEST(Plan, HasAnInfiniteGapToABoundOfNothing)
{
  auto w              = test::make_workflow({0, 0}, {{0, 1, 3}});
  w.at(0).gpu_seconds = 0;
  w.at(1).cpu_seconds = task_info::unknown_seconds;
  w.at(1).gpu_seconds = 0;
  auto m              = test::make_nodes({1, 1}, 1);
  m.resources[1].kind = resource_kind::gpu;
  auto const s        = plan(w, m, {"heft"});
  EXPECT_EQ(s.makespan_seconds, 3);
  EXPECT_TRUE(std::isinf(s.gap));
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
}

TEST(AutoPlan, IsNeverWorseThanAnyOther)
{
  constexpr double rounding = 1e-12;  // of an optimal makespan, with which it stops
  std::mt19937_64 random{3};
  for (int i = 0; i < 30; ++i) {
    auto const w    = test::random_workflow(random);
    auto const m    = test::random_machine(random);
    auto const best = plan(w, m);
    EXPECT_EQ(best.algorithm, "auto");
    for (auto const& planner : planners()) {
      auto const s = test::plan_if_suited(w, m, {planner.name});
      bool const takes_its_time =
        planner.name == "exact" || planner.name == "search" || planner.name == "auto";
      if (!s || takes_its_time) continue;  // alone, those have more
      EXPECT_LE(best.makespan_seconds, s->makespan_seconds * (1 + rounding))
        << planner.name << ", case " << i;
      if (planner.name == best.made_by) {
        EXPECT_EQ(best.tasks, s->tasks);
      }
    }
  }
}

}  // namespace
}  // namespace heddle
