#include "tests/support/sanitized.hpp"
#include "tests/support/small_workflows.hpp"
#include "tests/support/suited_plans.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle {
namespace {

using ::testing::IsEmpty;

class EveryPlanner : public ::testing::TestWithParam<planner_info> {
 protected:
  void expect_valid(workflow const& w, machine const& m, std::string const& what)
  {
    auto const s = test::plan_if_suited(w, m, {GetParam().name});
    if (!s) return;
    EXPECT_THAT(check_schedule(*s, w, m), IsEmpty()) << GetParam().name << ", " << what;
    if (test::may_hang_on_the_clock(*s)) return;
    auto const again = test::plan_if_suited(w, m, {GetParam().name});
    if (test::may_hang_on_the_clock(*again)) return;
    EXPECT_EQ(again->tasks, s->tasks) << "not deterministic, " << what;
  }
};

TEST_P(EveryPlanner, IsValidOnRandomWorkflows)
{
  std::mt19937_64 random{17};
  bool const takes_its_time = GetParam().name == "exact" || GetParam().name == "auto";
  int const cases           = test::cases(takes_its_time ? 60 : 1000);
  for (int i = 0; i < cases && !HasFailure(); ++i) {
    auto const w = test::random_workflow(random);
    expect_valid(w, test::random_machine(random),
                 test::numbered("case ", static_cast<std::size_t>(i)));
  }
}

TEST_P(EveryPlanner, IsValidOnExtremeShapes)
{
  constexpr task_id tasks = test::is_sanitized ? 40 : 200;
  std::vector<double> const equal(tasks, 1), none(tasks, 0);
  std::vector<edge> chain, star;
  for (task_id t = 1; t < tasks; ++t) {
    chain.push_back({t - 1, t, 5});
    star.push_back({0, t, 0});
  }
  for (auto const& m : {test::make_nodes({1}), test::make_nodes({1, 2, 4}, 0.5)}) {
    expect_valid(test::make_workflow(equal, chain), m, "chain");
    expect_valid(test::make_workflow(equal, star), m, "star");
    expect_valid(test::make_workflow(equal, {}), m, "independent");
    expect_valid(test::make_workflow(none, chain), m, "a chain of no time");
    expect_valid(test::make_workflow(none, {}), m, "independent of no time");
    expect_valid(test::make_workflow({3}, {}), m, "one task");
  }
}

INSTANTIATE_TEST_SUITE_P(Plan, EveryPlanner,
                         ::testing::ValuesIn(planners().begin(), planners().end()),
                         [](auto const& planner) { return std::string{planner.param.name}; });

}  // namespace
}  // namespace heddle
