#include <heddle/cost/cost_model.hpp>

#include "tests/support/small_workflows.hpp"

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace heddle {
namespace {

double bandwidth_of(workflow const& w, double ccr, double least_task_seconds = 0)
{
  auto m               = test::make_nodes({1, 3}, link_model::unset);
  m.least_task_seconds = least_task_seconds;
  set_bandwidth_by_ccr(m, w, ccr);
  return m.links.bandwidth_bytes_per_second;
}

// S = (30 + 0) / 2 = 15, C = (1 + 2 + 3) / 3 = 2, V = 2: B = 15 / (0.5 * 2 / 2) = 30.
TEST(BandwidthByCcr, FollowsItsFormula)
{
  EXPECT_DOUBLE_EQ(bandwidth_of(test::make_workflow({1, 2, 3}, {{0, 1, 30}, {1, 2, 0}}), 0.5), 30);
}

TEST(BandwidthByCcr, CountsARepeatedEdgeOnce)
{
  EXPECT_DOUBLE_EQ(bandwidth_of(test::make_workflow({1, 3}, {{0, 1, 10}, {0, 1, 5}}), 1), 15);
}

TEST(BandwidthByCcr, KnowsTheLeastCostOfATask)
{
  auto const unknown = task_info::unknown_seconds;
  EXPECT_DOUBLE_EQ(bandwidth_of(test::make_workflow({0, unknown}, {{0, 1, 2}}), 1, 0.001),
                   2 / 0.0005);
}

TEST(BandwidthByCcr, IsInfiniteWhereNothingMoves)
{
  EXPECT_TRUE(std::isinf(bandwidth_of(test::make_workflow({1, 1}, {{0, 1, 0}}), 1)));
  EXPECT_TRUE(std::isinf(bandwidth_of(test::make_workflow({1, 1}, {}), 1)));
  EXPECT_TRUE(std::isinf(bandwidth_of(workflow{}, 1)));
}

TEST(BandwidthByCcr, RejectsRatiosThatAreNone)
{
  auto const w = test::make_workflow({1, 1}, {{0, 1, 1}});
  for (auto const ccr : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_THROW((void)bandwidth_of(w, ccr), input_error) << ccr;
  }
}

}  // namespace
}  // namespace heddle
