#include "src/plan/dp/dp_planners.hpp"
#include "src/plan/dp/placement_problem.hpp"
#include "src/plan/planners.hpp"

#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

using assignments = std::vector<assignment>;

// Scores on the slow and the fast node: t4 4, 2; t3 6, 3; t2 8, 4; t1 10, 5; t0 10, 6. So the order
// is t0 t1 t2 t3 t4. Everywhere the fast node wins: t0 ends there at 1 with 5 s to come, t1 at 4
// with 2 (on the slow one at 10 with 4), t2 at 6 (11), t3 at 7 with 2 (6 with 4), t4 at 9 (17).
TEST(Placement, OfFiveTasksWorkedByHand)
{
  EXPECT_EQ(plan_by_placement(cost_model{test::five_tasks(), test::slow_and_fast()}),
            (assignments{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {1, 6, 7}, {1, 7, 9}}));
}

// On the CPU t0 ends at 2, on the GPU at 3; but t1 runs on the GPU alone, and its input would have
// to be sent for 4 s.
TEST(Placement, LooksAhead)
{
  auto w              = test::make_workflow({2, 0}, {{0, 1, 4}});
  w.at(0).gpu_seconds = 3;
  w.at(1).cpu_seconds = task_info::unknown_seconds;
  w.at(1).gpu_seconds = 1;
  auto m              = test::make_nodes({1, 1}, 1);
  m.resources[1].kind = resource_kind::gpu;
  EXPECT_EQ(plan_by_placement(cost_model{w, m}), (assignments{{1, 0, 3}, {1, 3, 4}}));
  EXPECT_NEAR(placement_bound_seconds(cost_model{w, m}), 4, 1e-6);
}

TEST(Places, AreTheMemoryNodesThatDiffer)
{
  auto const w = test::make_workflow({1, 2}, {{0, 1, 1}});
  auto m       = test::make_nodes({1, 2, 1, 2, 3}, 1);
  EXPECT_EQ(places(cost_model{w, m}).of_resource, (std::vector<int>{0, 1, 0, 1, 2}));
  m.links.pair_bandwidth_bytes_per_second.assign(25, 1.0);
  EXPECT_EQ(places(cost_model{w, m}).of_resource, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(PlacementBound, OfFiveTasksIsTheFastPath)
{
  EXPECT_NEAR(placement_bound_seconds(cost_model{test::five_tasks(), test::slow_and_fast()}), 6,
              1e-6);
}

TEST(PlacementBound, OfNothingIsZero)
{
  EXPECT_EQ(placement_bound_seconds(cost_model{workflow{}, test::make_nodes({1, 2})}), 0);
  EXPECT_EQ(placement_bound_seconds(
              cost_model{test::make_workflow({0, 0}, {{0, 1, 0}}), test::make_nodes({1, 2})}),
            0);
}

/// The bound by plain recursion over resources, in double precision.
double by_recursion(cost_model const& costs, task_id task, int resource,
                    std::vector<double>& memory)
{
  auto const resources = costs.num_resources();
  auto& known          = memory[static_cast<std::size_t>(task * resources + resource)];
  if (known >= 0) return known;
  auto const next  = costs.edges().successors(task);
  auto const bytes = costs.edges().bytes_to_successors(task);
  double tail      = 0;
  for (std::size_t i = 0; i < next.size(); ++i) {
    double least = infinite;
    for (int r = 0; r < resources; ++r) {
      least = std::min(least, costs.transfer_seconds(bytes[i], resource, r) +
                                by_recursion(costs, next[i], r, memory));
    }
    tail = std::max(tail, least);
  }
  return known = tail + costs.execution_seconds(task, resource);
}

double bound_by_recursion(cost_model const& costs)
{
  auto const resources = costs.num_resources();
  std::vector<double> memory(costs.num_tasks() * static_cast<std::size_t>(resources), -1);
  double bound = 0;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    double least = infinite;
    for (int r = 0; r < resources; ++r) {
      least = std::min(least, by_recursion(costs, static_cast<task_id>(t), r, memory));
    }
    bound = std::max(bound, least);
  }
  return bound;
}

TEST(PlacementBound, IsTheRecursionRoundedDown)
{
  std::mt19937_64 random{3};
  for (int i = 0; i < 2000 && !HasFailure(); ++i) {
    auto const w = test::random_workflow(random);
    cost_model const costs{w, test::random_machine(random)};
    auto const expected = bound_by_recursion(costs);
    auto const bound    = placement_bound_seconds(costs);
    EXPECT_LE(bound, expected) << i;
    EXPECT_GE(bound, expected * (1 - 1e-4)) << i << ": a tick is a part of the slowest path";
  }
}

TEST(PlacementBound, IsNotAboveAnySchedule)
{
  std::mt19937_64 random{4};
  for (int i = 0; i < 2000 && !HasFailure(); ++i) {
    auto const w = test::random_workflow(random);
    cost_model const costs{w, test::random_machine(random)};
    double makespan = 0;
    for (auto const& task : plan_by_heft(costs)) makespan = std::max(makespan, task.finish_seconds);
    EXPECT_LE(placement_bound_seconds(costs), makespan) << i;
  }
}

// A link that is never ready, and one so slow that ticks must be long.
TEST(PlacementBound, KnowsExtremeLinks)
{
  auto const w = test::make_workflow({1, 1}, {{0, 1, 1}});
  auto m       = test::make_nodes({1, 2});
  m.links.pair_latency_seconds.assign(4, infinite);
  EXPECT_NEAR(placement_bound_seconds(cost_model{w, m}), 1, 1e-6);
  m.links.pair_latency_seconds.clear();
  m.links.bandwidth_bytes_per_second = 1e-3;
  EXPECT_NEAR(placement_bound_seconds(cost_model{w, m}), 1, 1e-5);
}

}  // namespace
}  // namespace heddle
