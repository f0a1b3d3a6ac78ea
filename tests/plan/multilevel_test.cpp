#include "src/plan/multilevel/multilevel.hpp"

#include "src/plan/multilevel/coarsen.hpp"
#include "src/plan/planners.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace heddle {
namespace {

double makespan_of(std::vector<assignment> const& tasks)
{
  double latest = 0;
  for (auto const& task : tasks) latest = std::max(latest, task.finish_seconds);
  return latest;
}

/// Each task is fed by four of the `window` before it.
workflow layered(int tasks, int window)
{
  std::mt19937_64 random{1};
  std::vector<double> seconds;
  std::vector<edge> edges;
  for (task_id t = 0; t < tasks; ++t) {
    seconds.push_back(0.01 + static_cast<double>(random() % 1000) / 100);
    for (int e = 0; e < 4 && t > 0; ++e) {
      auto const back = 1 + random() % static_cast<std::uint64_t>(std::min(t, window));
      edges.push_back({t - static_cast<task_id>(back), t, static_cast<double>(random() % 100)});
    }
  }
  return test::make_workflow(seconds, edges);
}

machine speeds_1_2_4(std::size_t nodes)
{
  std::vector<double> speeds;
  for (std::size_t n = 0; n < nodes; ++n) speeds.push_back(static_cast<double>(1 << (n % 3)));
  return test::make_nodes(speeds, 100);
}

// Upward ranks order t0 t1 t2 t3 t4, as for HEFT. Only two resources: both are candidates for all,
// so that every choice is HEFT's.
TEST(Multilevel, DoesOnFewResourcesWhatHeftDoes)
{
  cost_model const costs{test::five_tasks(), test::slow_and_fast()};
  EXPECT_EQ(plan_by_multilevel(costs), plan_by_heft(costs));
}

TEST(Coarsening, JoinsChainsAndNeighboursOfALevel)
{
  // Eight chains of two tasks between a source and a sink.
  std::vector<edge> edges;
  for (task_id c = 0; c < 8; ++c) {
    edges.push_back({0, 1 + 2 * c, 1});
    edges.push_back({1 + 2 * c, 2 + 2 * c, 1});
    edges.push_back({2 + 2 * c, 17, 1});
  }
  cost_model const costs{test::make_workflow(std::vector<double>(18, 1), edges),
                         test::make_nodes({1}, 1)};
  auto const c = coarsen(costs, 4);
  for (std::size_t t = 1; t < 17; t += 2) EXPECT_EQ(c.cluster_of[t], c.cluster_of[t + 1]);
  EXPECT_EQ(c.cluster_of[1], c.cluster_of[3]);  // a quarter of the level's 16 s each
  EXPECT_NE(c.cluster_of[3], c.cluster_of[5]);
  EXPECT_EQ(c.num_clusters, 2U + 4U);
}

TEST(Coarsening, KeepsAllOfTheWorkWithoutCircles)
{
  std::mt19937_64 random{5};
  for (int i = 0; i < 300; ++i) {
    cost_model const costs{test::random_workflow(random), test::random_machine(random)};
    auto const c = coarsen(costs, 1 + random() % 10);
    if (costs.num_tasks() == 0) continue;
    EXPECT_EQ(std::set<std::int32_t>(c.cluster_of.begin(), c.cluster_of.end()).size(),
              c.num_clusters);
    auto const merged = costs.merged(c.cluster_of, c.num_clusters);  // throws where circles are
    for (int r = 0; r < costs.num_resources(); ++r) {
      double fine = 0, coarse = 0;
      for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
        auto const seconds = costs.execution_seconds(static_cast<task_id>(t), r);
        fine += std::isinf(seconds) ? 0 : seconds;
      }
      for (std::size_t t = 0; t < c.num_clusters; ++t) {
        auto const seconds = merged.execution_seconds(static_cast<task_id>(t), r);
        coarse += std::isinf(seconds) ? 0 : seconds;
      }
      EXPECT_NEAR(coarse, fine, 1e-9 * std::max(1.0, fine)) << "case " << i;
    }
  }
}

TEST(Multilevel, IsAboutAsGoodAsHeftOnManyResources)
{
  auto const m = speeds_1_2_4(64);
  for (int const tasks : {2000, 10000}) {
    cost_model const costs{layered(tasks, tasks / 10), m};
    EXPECT_LE(makespan_of(plan_by_multilevel(costs)), 1.05 * makespan_of(plan_by_heft(costs)))
      << tasks;
  }
}

}  // namespace
}  // namespace heddle
