// What "auto" tries, leaves out and says about it.

#include "src/plan/technique.hpp"
#include "tests/support/small_workflows.hpp"
#include "tests/support/temporary_folder.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace heddle {
namespace {

using ::testing::HasSubstr;

schedule plan_five_tasks(seconds limit)
{
  return plan(test::five_tasks(), test::slow_and_fast(), {"auto", limit});
}

std::size_t num_run(schedule const& s)
{
  return static_cast<std::size_t>(
    std::count_if(s.tried.begin(), s.tried.end(), [](trial const& t) { return !t.left_out; }));
}

TEST(AutoPlan, SaysWhatEachTechniqueGave)
{
  auto const s = plan_five_tasks(1s);
  ASSERT_EQ(s.tried.size(), techniques().size());
  bool has_best = false;
  for (auto const& each : s.tried) {
    if (each.left_out) continue;
    EXPECT_GE(each.makespan_seconds, s.makespan_seconds) << each.algorithm;
    EXPECT_GE(each.planning_seconds, 0) << each.algorithm;
    auto const alone = plan(test::five_tasks(), test::slow_and_fast(), {each.algorithm});
    EXPECT_EQ(each.makespan_seconds, alone.makespan_seconds) << each.algorithm;
    EXPECT_TRUE(alone.tried.empty());
    has_best =
      has_best || (each.algorithm == s.made_by && each.makespan_seconds == s.makespan_seconds);
  }
  EXPECT_TRUE(has_best);
}

TEST(AutoPlan, RunsTheFirstOnlyWithoutTime)
{
  auto const hasty = plan_five_tasks(0s);
  EXPECT_EQ(hasty.made_by, "mct");
  EXPECT_EQ(hasty.evaluations, 1U);
  EXPECT_EQ(num_run(hasty), 1U);
  EXPECT_THAT(hasty.tried.back().left_out.value_or(""), HasSubstr("time limit"));
}

TEST(AutoPlan, TakesNoHarmFromEndlessLimits)
{
  auto const usual = plan_five_tasks(1s);
  for (auto const limit :
       {seconds{1e12}, seconds{1e300}, seconds{std::numeric_limits<double>::infinity()}}) {
    EXPECT_LE(plan_five_tasks(limit).makespan_seconds, usual.makespan_seconds) << limit.count();
  }
}

TEST(AutoPlan, LeavesOutWhatWouldTakeTooLong)
{
  auto const w  = test::make_workflow(std::vector<double>(30000, 1), {});
  auto const s  = plan(w, test::make_nodes({1, 2, 4}), {"auto", seconds{0.2}});
  auto const of = [&](std::string_view name) {
    return *std::find_if(s.tried.begin(), s.tried.end(),
                         [&](trial const& t) { return t.algorithm == name; });
  };
  EXPECT_FALSE(of("heft").left_out);
  EXPECT_THAT(of("sufferage").left_out.value_or(""), HasSubstr("time limit"));
}

TEST(AutoPlan, SaysThatNothingIsLeftToGain)
{
  auto const s = plan(test::make_workflow({1, 1}, {{0, 1, 0}}), test::make_nodes({1, 1}));
  EXPECT_EQ(s.gap, 0);
  EXPECT_EQ(num_run(s), 1U);
  EXPECT_THAT(s.tried.back().left_out.value_or(""), HasSubstr("optimal"));
}

// 300 bytes at a byte a second: nothing may move.
TEST(AutoPlan, IsAsGoodAsTheFastestNodeWhereTransfersAreDear)
{
  auto const w = test::make_workflow({2, 6, 4, 2}, {{0, 1, 300}, {0, 2, 600}, {1, 3, 300}});
  EXPECT_EQ(plan(w, test::slow_and_fast()).makespan_seconds, 7);
}

TEST(AutoPlan, IsReadBackWithWhatItTried)
{
  auto const s = plan_five_tasks(0s);
  test::temporary_folder const folder;
  s.write(folder / "plan.json");
  auto const back = schedule::read(folder / "plan.json", test::five_tasks(), test::slow_and_fast());
  ASSERT_EQ(back.tried.size(), s.tried.size());
  for (std::size_t i = 0; i < s.tried.size(); ++i) {
    EXPECT_EQ(back.tried[i].algorithm, s.tried[i].algorithm);
    EXPECT_EQ(back.tried[i].makespan_seconds, s.tried[i].makespan_seconds);
    EXPECT_EQ(back.tried[i].planning_seconds, s.tried[i].planning_seconds);
    EXPECT_EQ(back.tried[i].left_out, s.tried[i].left_out);
  }
}

TEST(WorkflowWidth, IsThatOfTheWidestLevel)
{
  auto const width_of = [](workflow const& w) { return workflow_width(make_edge_table(w)); };
  EXPECT_EQ(width_of(test::five_tasks()), 3U);
  EXPECT_EQ(width_of(test::make_workflow({1, 1, 1, 1}, {})), 4U);
  EXPECT_EQ(width_of(workflow{"nothing"}), 0U);
}

}  // namespace
}  // namespace heddle
