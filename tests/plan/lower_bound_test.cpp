#include <heddle/plan/lower_bound.hpp>

#include "tests/support/every_schedule.hpp"
#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace heddle {
namespace {

double bound(workflow const& w, machine const& m)
{
  return lower_bound_seconds(cost_model{w, m});
}

/// That the bound of that name is `expected`, and that all before it say less.
void expect_first(std::string_view name, double expected, workflow const& w, machine const& m)
{
  for (auto const& each : lower_bounds(cost_model{w, m})) {
    if (each.name == name) {
      EXPECT_NEAR(each.seconds, expected, 1e-11 * expected) << name;
      return;
    }
    EXPECT_LT(each.seconds, expected * (1 - 1e-6)) << each.name;
  }
  ADD_FAILURE() << "no bound \"" << name << '"';
}

TEST(LowerBound, OfAChainIsItsLengthOnTheFastestResource)
{
  auto const w = test::make_workflow({2, 6, 4}, {{0, 1, 9}, {1, 2, 9}});
  expect_first("critical path", 6, w, test::make_nodes({1, 2}, 1));
  EXPECT_DOUBLE_EQ(bound(w, test::make_nodes({1, 2}, 1)), 6);
}

TEST(LowerBound, OfManyTasksIsWorkOverSpeed)
{
  auto const w = test::make_workflow({2, 2, 2}, {});
  expect_first("area", 2, w, test::make_nodes({1, 2}));
  EXPECT_DOUBLE_EQ(bound(w, test::make_nodes({1, 2})), 2);
}

/// Four cores of speed 1 that share a memory node.
machine four_cores()
{
  auto m = test::make_nodes({1, 1, 1, 1});
  for (auto& core : m.resources) core.memory_node = 0;
  m.memory_nodes.resize(1);
  return m;
}

workflow with_cores(workflow w, std::vector<int> const& cores)
{
  for (std::size_t t = 0; t < cores.size(); ++t) {
    w.at(static_cast<task_id>(t)).declare().needs.cores = cores[t];
  }
  return w;
}

// Three tasks of 3 s and three cores: 27 s of work on four cores.
TEST(LowerBound, CountsAllCoresOfATask)
{
  auto w = with_cores(test::make_workflow({3, 3, 3}, {}), {3, 3, 3});
  expect_first("area", 27.0 / 4, w, four_cores());
}

// On a GPU it would take 4 s of one: 3 s x 4 cores do not bound two tasks, one of which goes there.
TEST(LowerBound, CountsOneCoreOfATaskThatMayRunOnAGpu)
{
  auto w = with_cores(test::make_workflow({3, 3}, {}), {4, 4});
  for (int t : {0, 1}) w.at(t).gpu_seconds = 4;
  auto m = four_cores();
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 1});
  m.memory_nodes.push_back({"gpu memory"});
  EXPECT_LE(bound(w, m), 4);
}

// A core of speed 9 and three of speed 1: two cores of 6 s each are two of the longest tasks, which
// take 12 s on the two fastest cores; all of it takes 12.1 s on all.
TEST(LowerBound, PutsEveryCoreOfATaskOnAnotherResource)
{
  auto m               = four_cores();
  m.resources[0].speed = 9;
  auto const w         = with_cores(test::make_workflow({6, 0.1}, {}), {2, 1});
  expect_first("load between heads and tails", 12.0 / 10, w, m);
}

// As `KnowsWhatMustRunPartlyInAnInterval`, with one task of three cores in place of three.
TEST(LowerBound, KnowsWhatSeveralCoresMustDoInAnInterval)
{
  auto const w =
    with_cores(test::make_workflow({5, 4, 8, 0.1, 5}, {{0, 1, 0}, {1, 4, 0}, {2, 4, 0}, {3, 4, 0}}),
               {1, 3, 1, 1, 1});
  auto m = four_cores();
  m.resources.pop_back();
  expect_first("work in intervals", 15, w, m);
}

TEST(LowerBound, OfNothingIsZero)
{
  EXPECT_EQ(bound(workflow{}, test::make_nodes({1})), 0);
  EXPECT_EQ(trivial_bound_seconds(cost_model{workflow{}, test::make_nodes({1})}), 0);
}

/// A CPU and a GPU of speed 1, on a memory node each.
machine cpu_and_gpu(double bandwidth = std::numeric_limits<double>::infinity())
{
  auto m              = test::make_nodes({1, 1}, bandwidth);
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
  EXPECT_NEAR(trivial_bound_seconds(cost_model{w, cpu_and_gpu()}), 3.5, 1e-6);
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

// To move either input takes 10 s, longer than to make both on one node: 4 + 4 + 1.
TEST(LowerBound, LetsPredecessorsShareANodeOrSend)
{
  auto const w = test::make_workflow({4, 4, 1}, {{0, 2, 10}, {1, 2, 10}});
  expect_first("path with transfers", 9, w, test::make_nodes({1, 1}, 1));
}

// Two tasks of 1 s begin on two of three nodes; the third begins when the first data arrive, at
// 1 + 2. All 30 s of work are done until T on two nodes, from 3 to T on the third: (30 + 3) / 3.
// The path with transfers is 1 + (14 + 2 + 2) / 3: seven tasks, two nodes of which wait for data.
TEST(LowerBound, KnowsThatOtherNodesBeginLate)
{
  std::vector<double> cpu_seconds{1, 1};
  std::vector<edge> edges;
  for (task_id t = 2; t < 16; ++t) {
    cpu_seconds.push_back(2);
    edges.push_back({t % 2, t, 2});
  }
  auto const w = test::make_workflow(cpu_seconds, edges);
  expect_first("openings", 11, w, test::make_nodes({1, 1, 1}, 1));
}

// Both long tasks on the two fastest nodes: 16 / 6; both alone on the fastest: 2; all: 16.2 / 8.
TEST(LowerBound, PutsTheLongestTasksOnTheFastestResources)
{
  auto const w = test::make_workflow({8, 8, 0.1, 0.1}, {});
  expect_first("load between heads and tails", 16.0 / 6, w, test::make_nodes({4, 2, 1, 1}));
}

// CPU, GPU, CPU: each of the three runs where its neighbours cannot.
TEST(LowerBound, KnowsThatDataMustMove)
{
  auto w              = test::make_workflow({2, 1, 2}, {{0, 1, 3}, {1, 2, 3}});
  w.at(1).cpu_seconds = task_info::unknown_seconds;
  w.at(1).gpu_seconds = 1;
  expect_first("placements", 2 + 3 + 1 + 3 + 2, w, cpu_and_gpu(1));
}

// A path of 5 + 4 + 5 s. Between 5 and 9 three tasks of 4 s fill the three nodes, but the task of
// 8 s, which must end before the last one begins, needs 3 s more there: 1 s on each node.
TEST(LowerBound, KnowsWhatMustRunPartlyInAnInterval)
{
  auto const w = test::make_workflow(
    {5, 4, 4, 4, 8, 0.1, 5},
    {{0, 1, 0}, {0, 2, 0}, {0, 3, 0}, {1, 6, 0}, {2, 6, 0}, {3, 6, 0}, {4, 6, 0}, {5, 6, 0}});
  expect_first("work in intervals", 15, w, test::make_nodes({1, 1, 1}));
}

// Four tasks of 3 s, each two neighbours with a task that needs both: whatever is moved takes 100
// s, so that all run on one node, though every one could begin at 0 on its own.
TEST(LowerBound, KnowsWhoMustShareANode)
{
  auto const w = test::make_workflow(
    {3, 3, 3, 3, 1, 1, 1},
    {{0, 4, 100}, {1, 4, 100}, {1, 5, 100}, {2, 5, 100}, {2, 6, 100}, {3, 6, 100}});
  expect_first("shared nodes", 15, w, test::make_nodes({1, 1, 1, 1}, 1));
}

// t1 runs on the GPU alone, t2 on the CPU alone; both feed t3, which has its input at hand on each
// path, but not on both: 1 + 1 + 5 + 1.
TEST(LowerBound, KnowsThatATaskHasOnePlaceForAllItsInputs)
{
  auto w = test::make_workflow({1, 1, 1, 1}, {{0, 1, 0}, {0, 2, 0}, {1, 3, 5}, {2, 3, 5}});
  w.at(1).cpu_seconds = task_info::unknown_seconds;
  w.at(1).gpu_seconds = 1;
  w.at(3).gpu_seconds = 1;
  expect_first("joint placements", 8, w, cpu_and_gpu(1));
}

// Of 3000 tasks every second one runs on GPUs alone, and each input takes a second to get there: on
// 40 CPUs and as many GPUs with links of their own that is too much for double precision.
TEST(LowerBound, KnowsPlacementsOnManyNodes)
{
  int const tasks = 3000, nodes = 80;
  std::vector<edge> edges;
  for (task_id t = 1; t < tasks; ++t) edges.push_back({t - 1, t, 1});
  auto w = test::make_workflow(std::vector<double>(tasks, 1), edges);
  for (task_id t = 1; t < tasks; t += 2) {
    w.at(t).cpu_seconds = task_info::unknown_seconds;
    w.at(t).gpu_seconds = 1;
  }
  auto m = test::make_nodes(std::vector<double>(nodes, 1));
  for (std::size_t r = 0; r < nodes; r += 2) m.resources[r].kind = resource_kind::gpu;
  m.links.pair_bandwidth_bytes_per_second.assign(nodes * nodes, 1.0);
  auto const bounds = lower_bounds(cost_model{w, m});
  auto const found  = std::find_if(bounds.begin(), bounds.end(),
                                   [](auto const& each) { return each.name == "placements"; });
  ASSERT_NE(found, bounds.end());
  EXPECT_NEAR(found->seconds, 2 * tasks - 1, 1e-3 * tasks);
  EXPECT_LE(found->seconds, 2 * tasks - 1);
}

// Rows for each task and node would take 1.6 GB.
TEST(LowerBound, LeavesOutPlacementsThatTakeTooMuchMemory)
{
  auto const w      = test::make_workflow(std::vector<double>(200'000, 1), {});
  auto const m      = test::make_nodes(std::vector<double>(1024, 1));
  auto const bounds = lower_bounds(cost_model{w, m});
  EXPECT_TRUE(std::none_of(bounds.begin(), bounds.end(),
                           [](auto const& each) { return each.name == "placements"; }));
}

// Half of 9 s, but all times are multiples of 3.
TEST(LowerBound, KnowsTheGridOfTimes)
{
  expect_first("grid of times", 6, test::make_workflow({3, 3, 3}, {}), test::make_nodes({1, 1}));
}

TEST(LowerBound, IsTheBestOfAllOfThem)
{
  std::mt19937_64 random{5};
  for (int i = 0; i < 100; ++i) {
    cost_model const costs{test::random_workflow(random), test::random_machine(random)};
    double best = 0;
    for (auto const& each : lower_bounds(costs)) best = std::max(best, each.seconds);
    EXPECT_EQ(lower_bound_seconds(costs), best);
    EXPECT_GE(best, trivial_bound_seconds(costs) * (1 - 1e-12));
  }
}

TEST(LowerBound, DoesNotDependOnLabels)
{
  std::mt19937_64 random{6};
  for (int i = 0; i < 1000 && !HasFailure(); ++i) {
    auto const w      = test::random_workflow(random);
    auto const m      = test::random_machine(random);
    auto const bounds = lower_bounds(cost_model{w, m});
    test::relabelled const other{w, m, random};
    auto const others = lower_bounds(cost_model{other.work, other.platform});
    ASSERT_EQ(bounds.size(), others.size());
    for (std::size_t b = 0; b < bounds.size(); ++b) {
      EXPECT_NEAR(bounds[b].seconds, others[b].seconds, 1e-12 * bounds[b].seconds)
        << bounds[b].name << ", case " << i;
    }
  }
}

}  // namespace
}  // namespace heddle
