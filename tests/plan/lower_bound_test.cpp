#include <heddle/plan/lower_bound.hpp>

#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

namespace heddle {
namespace {

double bound(workflow const& w, machine const& m)
{
  return lower_bound_seconds(cost_model{w, m});
}

TEST(LowerBound, OfAChainIsItsLengthOnTheFastestResource)
{
  auto const w = test::make_workflow({2, 6, 4}, {{0, 1, 9}, {1, 2, 9}});
  EXPECT_DOUBLE_EQ(bound(w, test::make_nodes({1, 2}, 1)), 6);
}

TEST(LowerBound, OfManyTasksIsWorkOverSpeed)
{
  EXPECT_DOUBLE_EQ(bound(test::make_workflow({3, 3, 3, 3}, {}), test::make_nodes({1, 2})), 4);
}

TEST(LowerBound, OfNothingIsZero)
{
  EXPECT_EQ(bound(workflow{}, test::make_nodes({1})), 0);
}

/// A CPU and a GPU of speed 1.
machine cpu_and_gpu()
{
  auto m              = test::make_nodes({1, 1});
  m.resources[1].kind = resource_kind::gpu;
  return m;
}

// Two tasks are four times as fast on the GPU, two as fast on both: the best split is the former on
// the GPU (2 s) with 1.5 s of the latter, the rest on the CPU (3.5 s of 5 s).
TEST(LowerBound, SplitsWorkBetweenKindsAtBest)
{
  auto w = test::make_workflow({4, 4, 2.5, 2.5}, {});
  for (int t : {0, 1}) w.at(t).gpu_seconds = 1;
  for (int t : {2, 3}) w.at(t).gpu_seconds = 2.5;
  EXPECT_NEAR(bound(w, cpu_and_gpu()), 3.5, 1e-6);
}

TEST(LowerBound, KnowsWhatRunsOnOneKindOnly)
{
  auto w = test::make_workflow({1, 1, 1}, {});
  EXPECT_NEAR(bound(w, cpu_and_gpu()), 3, 1e-6);
  for (int t : {0, 1}) {
    w.at(t).cpu_seconds = task_info::unknown_seconds;
    w.at(t).gpu_seconds = 5;
  }
  EXPECT_NEAR(bound(w, cpu_and_gpu()), 10, 1e-6);
}

}  // namespace
}  // namespace heddle
