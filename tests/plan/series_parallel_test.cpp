#include "src/plan/dp/series_parallel.hpp"
#include "src/plan/dp/dp_planners.hpp"
#include "src/plan/dp/placement_problem.hpp"
#include "src/plan/planners.hpp"

#include "tests/support/small_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

bool recognized(std::size_t tasks, std::vector<edge> const& edges)
{
  auto const w = test::make_workflow(std::vector<double>(tasks, 1), edges);
  return is_series_parallel(make_edge_table(w));
}

TEST(SeriesParallel, RecognizesChainsTreesAndForkJoins)
{
  EXPECT_TRUE(recognized(0, {}));
  EXPECT_TRUE(recognized(3, {})) << "side by side";
  EXPECT_TRUE(recognized(3, {{0, 1}, {1, 2}}));
  EXPECT_TRUE(recognized(5, {{0, 1}, {0, 2}, {2, 3}, {2, 4}})) << "an out-tree";
  EXPECT_TRUE(recognized(5, {{1, 0}, {2, 0}, {3, 2}, {4, 2}})) << "an in-tree";
  EXPECT_TRUE(recognized(5, {{0, 1}, {0, 2}, {0, 3}, {1, 4}, {2, 4}, {3, 4}}));
  EXPECT_TRUE(recognized(4, {{0, 1}, {1, 2}, {0, 2}, {2, 3}, {0, 3}})) << "with short cuts";
}

TEST(SeriesParallel, RecognizesWhatIsNot)
{
  EXPECT_FALSE(recognized(4, {{0, 2}, {0, 3}, {1, 3}})) << "an N";
  EXPECT_FALSE(recognized(4, {{0, 1}, {0, 2}, {1, 2}, {1, 3}, {2, 3}})) << "a bridge";
}

// Without waiting all are best on the fast node: 1 + 3 + 2. There they wait for each other.
TEST(Tree, OfFiveTasksWorkedByHand)
{
  auto const found = plan_by_tree(cost_model{test::five_tasks(), test::slow_and_fast()}, {});
  EXPECT_EQ(found.lower_bound_seconds, 6);
  EXPECT_EQ(found.tasks,
            (std::vector<assignment>{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {1, 6, 7}, {1, 7, 9}}));
}

// t1 (4 s) and t3 (1 s) are for the GPU, although data take 2 s there and 1 s back; t0, t2 and t4
// can run on the CPU alone. No task waits for a resource, so the bound is met.
TEST(Tree, WhereNothingWaitsIsOptimal)
{
  auto w =
    test::make_workflow({1, 20, 3, 2, 1}, {{0, 1, 2}, {0, 2, 2}, {1, 3, 6}, {2, 4, 3}, {3, 4, 1}});
  w.at(1).gpu_seconds = 4;
  w.at(3).gpu_seconds = 1;
  auto m              = test::make_nodes({1, 1}, 1);
  m.resources[1].kind = resource_kind::gpu;
  auto const found    = plan_by_tree(cost_model{w, m}, {});
  EXPECT_EQ(found.lower_bound_seconds, 10);
  EXPECT_EQ(found.tasks,
            (std::vector<assignment>{{0, 0, 1}, {1, 3, 7}, {0, 1, 4}, {1, 7, 8}, {0, 9, 10}}));
}

// a at 0 feeds b (GPU only) and c (CPU only), both feed d: path by path d may be where its input
// is, but it has one place only.
TEST(Tree, KnowsMoreThanThePaths)
{
  auto w = test::make_workflow({1, 1, 1, 1}, {{0, 1, 0}, {0, 2, 0}, {1, 3, 5}, {2, 3, 5}});
  w.at(1).cpu_seconds = task_info::unknown_seconds;
  w.at(1).gpu_seconds = 1;
  w.at(3).gpu_seconds = 1;
  auto m              = test::make_nodes({1, 1}, 1);
  m.resources[1].kind = resource_kind::gpu;
  cost_model const costs{w, m};
  EXPECT_NEAR(placement_bound_seconds(costs), 3, 1e-6);
  EXPECT_EQ(unhindered_bound_seconds(costs), 8);
}

/// The longest path with every task on the given resource; infinite where one cannot run.
double longest_path(cost_model const& costs, std::vector<int> const& resource)
{
  std::vector<double> finish(costs.num_tasks());
  double longest = 0;
  for (auto const task : costs.edges().topological_order) {
    auto const t      = static_cast<std::size_t>(task);
    auto const before = costs.edges().predecessors(task);
    auto const bytes  = costs.edges().bytes_from_predecessors(task);
    double start      = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      auto const p = static_cast<std::size_t>(before[i]);
      start =
        std::max(start, finish[p] + costs.transfer_seconds(bytes[i], resource[p], resource[t]));
    }
    finish[t] = start + costs.execution_seconds(task, resource[t]);
    longest   = std::max(longest, finish[t]);
  }
  return longest;
}

/// Over all placements.
double shortest_longest_path(cost_model const& costs)
{
  std::vector<int> resource(costs.num_tasks());
  auto least = infinite;
  while (true) {
    least         = std::min(least, longest_path(costs, resource));
    std::size_t t = 0;
    while (t < resource.size() && ++resource[t] == costs.num_resources()) resource[t++] = 0;
    if (t == resource.size()) return least;
  }
}

/// Grows by replacing an edge by two in series or by putting a task beside it.
workflow random_series_parallel(std::mt19937_64& random, int tasks)
{
  auto const below = [&](std::uint64_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<double> seconds(2, 1);
  std::vector<edge> edges{{0, 1, 1}};
  while (static_cast<int>(seconds.size()) < tasks) {
    auto const task = static_cast<task_id>(seconds.size());
    auto const i    = below(edges.size());
    auto const old  = edges[i];
    if (below(2) == 0) edges.erase(edges.begin() + static_cast<std::ptrdiff_t>(i));
    edges.push_back({old.from, task, 0});
    edges.push_back({task, old.to, 0});
    seconds.push_back(1);
  }
  for (auto& e : edges) e.bytes = static_cast<double>(below(10));
  for (auto& each : seconds) each = static_cast<double>(below(10));
  auto w = test::make_workflow(seconds, edges);
  for (task_id t = 0; t < tasks; ++t) {
    if (below(3) == 0) w.at(t).gpu_seconds = static_cast<double>(below(10)) / 2;
  }
  return w;
}

machine small_random_machine(std::mt19937_64& random)
{
  auto m = test::random_machine(random);
  while (m.resources.size() > 3) m = test::random_machine(random);
  return m;
}

TEST(SeriesParallel, IsTheBestOfAllPlacements)
{
  std::mt19937_64 random{6};
  for (int i = 0; i < 500 && !HasFailure(); ++i) {
    auto const w = random_series_parallel(random, 2 + static_cast<int>(random() % 6));
    cost_model const costs{w, small_random_machine(random)};
    auto const found = plan_unhindered(costs);
    EXPECT_NEAR(found.seconds, shortest_longest_path(costs), 1e-9) << i;
    EXPECT_EQ(found.place.size(), costs.num_tasks()) << i;
    EXPECT_EQ(not_series_parallel(costs), std::nullopt) << i;
  }
}

TEST(UnhinderedBound, IsBetweenThePathsAndTheBestOfAllPlacements)
{
  std::mt19937_64 random{7};
  int above = 0;
  for (int i = 0; i < 2000 && !HasFailure(); ++i) {
    auto w = test::random_workflow(random);
    while (w.num_tasks() > 7) w = test::random_workflow(random);
    cost_model const costs{w, small_random_machine(random)};
    auto const bound = unhindered_bound_seconds(costs);
    auto const paths = placement_bound_seconds(costs);
    auto const best  = shortest_longest_path(costs);
    EXPECT_LE(bound, best * (1 + 1e-12)) << i;
    EXPECT_GE(bound, paths * (1 - 1e-12)) << i;
    above += bound > paths * (1 + 1e-5) ? 1 : 0;
  }
  EXPECT_GT(above, 0);
}

TEST(UnhinderedBound, IsNotAboveAnySchedule)
{
  std::mt19937_64 random{8};
  for (int i = 0; i < 2000 && !HasFailure(); ++i) {
    auto const w = test::random_workflow(random);
    cost_model const costs{w, test::random_machine(random)};
    double makespan = 0;
    for (auto const& task : plan_by_heft(costs)) makespan = std::max(makespan, task.finish_seconds);
    EXPECT_LE(unhindered_bound_seconds(costs), makespan * (1 + 1e-12)) << i;
  }
}

}  // namespace
}  // namespace heddle
