// What must hold of planners whatever they do inside.

#include "tests/support/sanitized.hpp"
#include "tests/support/small_workflows.hpp"
#include "tests/support/suited_plans.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace heddle {
namespace {

constexpr double rounding = 1e-9;

/// Costs and bytes without ties: a random workflow on random nodes.
struct tie_free_case {
  explicit tie_free_case(std::mt19937_64& random)
  {
    auto const below = [&](std::uint64_t n) { return static_cast<std::size_t>(random() % n); };
    std::uniform_real_distribution<double> draw{0.5, 10};
    seconds.resize(2 + below(12));
    for (auto& each : seconds) each = draw(random);
    for (std::size_t t = 1; t < seconds.size(); ++t) {
      for (auto e = below(3); e > 0; --e) {
        edges.push_back({static_cast<task_id>(below(t)), static_cast<task_id>(t), draw(random)});
      }
    }
    speeds.resize(1 + below(4));
    for (auto& each : speeds) each = draw(random);
  }

  /// Task t becomes task `new_id[t]`.
  [[nodiscard]] workflow relabelled(std::vector<task_id> const& new_id) const
  {
    auto moved = seconds;
    for (std::size_t t = 0; t < seconds.size(); ++t) {
      moved[static_cast<std::size_t>(new_id[t])] = seconds[t];
    }
    auto renamed = edges;
    for (auto& e : renamed) {
      e.from = new_id[static_cast<std::size_t>(e.from)];
      e.to   = new_id[static_cast<std::size_t>(e.to)];
    }
    return test::make_workflow(moved, renamed);
  }

  std::vector<double> seconds{};
  std::vector<edge> edges{};
  std::vector<double> speeds{};
};

// Not lst and hlp, whose search for a deadline need not see the same numbers.
class ScaledPlanner : public ::testing::TestWithParam<planner_info> {};

TEST_P(ScaledPlanner, TakesHalfTheTimeOnTwiceTheSpeed)
{
  std::mt19937_64 random{41};
  for (int i = 0; i < test::cases(100); ++i) {
    tie_free_case const c{random};
    auto twice = c.speeds;
    for (auto& speed : twice) speed *= 2;
    auto const w    = test::make_workflow(c.seconds, c.edges);
    auto const slow = test::plan_if_suited(w, test::make_nodes(c.speeds, 3), {GetParam().name, 1s});
    auto const fast = test::plan_if_suited(w, test::make_nodes(twice, 6), {GetParam().name, 1s});
    ASSERT_EQ(slow.has_value(), fast.has_value());
    if (!slow || test::may_hang_on_the_clock(*slow)) continue;
    EXPECT_NEAR(fast->makespan_seconds, slow->makespan_seconds / 2,
                rounding * slow->makespan_seconds)
      << "case " << i;
    EXPECT_NEAR(fast->lower_bound_seconds, slow->lower_bound_seconds / 2,
                rounding * slow->makespan_seconds)
      << "case " << i;
  }
}

TEST_P(ScaledPlanner, TakesInfiniteBandwidthForNoCommunication)
{
  if (GetParam().name == "locality") GTEST_SKIP() << "looks at bytes, however soon they come";
  std::mt19937_64 random{43};
  for (int i = 0; i < test::cases(100); ++i) {
    tie_free_case const c{random};
    auto no_bytes = c.edges;
    for (auto& e : no_bytes) e.bytes = 0;
    auto const fast = test::plan_if_suited(test::make_workflow(c.seconds, c.edges),
                                           test::make_nodes(c.speeds), {GetParam().name, 1s});
    auto const none = test::plan_if_suited(test::make_workflow(c.seconds, no_bytes),
                                           test::make_nodes(c.speeds, 1), {GetParam().name, 1s});
    ASSERT_EQ(fast.has_value(), none.has_value());
    if (!fast || test::may_hang_on_the_clock(*fast)) continue;
    EXPECT_NEAR(fast->makespan_seconds, none->makespan_seconds, rounding * fast->makespan_seconds)
      << "case " << i;
  }
}

std::vector<planner_info> those_that_scale()
{
  std::vector<planner_info> some;
  for (auto const& planner : planners()) {
    if (planner.name != "lst" && planner.name != "hlp" && planner.name != "auto") {
      some.push_back(planner);
    }
  }
  return some;
}

INSTANTIATE_TEST_SUITE_P(Plan, ScaledPlanner, ::testing::ValuesIn(those_that_scale()),
                         [](auto const& planner) { return std::string{planner.param.name}; });

TEST(AutoPlan, IsAtMostEverythingOnTheFastestNodeWhereNothingCanBeMoved)
{
  std::mt19937_64 random{47};
  for (int i = 0; i < test::cases(100); ++i) {
    tie_free_case const c{random};
    auto const s   = plan(test::make_workflow(c.seconds, c.edges), test::make_nodes(c.speeds, 1e-9),
                          {"auto", 10ms});
    auto const all = std::accumulate(c.seconds.begin(), c.seconds.end(), 0.0);
    auto const speed = *std::max_element(c.speeds.begin(), c.speeds.end());
    EXPECT_LE(s.makespan_seconds, all / speed * (1 + rounding)) << "case " << i;
  }
}

TEST(ExactPlan, DoesNotDependOnLabels)
{
  std::mt19937_64 random{53};
  for (int i = 0; i < test::cases(100); ++i) {
    tie_free_case const c{random};
    std::vector<task_id> new_id(c.seconds.size());
    std::iota(new_id.begin(), new_id.end(), 0);
    auto const m     = test::make_nodes(c.speeds, 3);
    auto const first = plan(c.relabelled(new_id), m, {"exact", 10s});
    std::shuffle(new_id.begin(), new_id.end(), random);
    auto const second = plan(c.relabelled(new_id), m, {"exact", 10s});
    EXPECT_NEAR(first.makespan_seconds, second.makespan_seconds, rounding * first.makespan_seconds)
      << "case " << i;
  }
}

}  // namespace
}  // namespace heddle
