#include "src/plan/exact/sequencing.hpp"

#include "tests/support/every_schedule.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <random>

namespace heddle {
namespace {

search_budget unlimited()
{
  return {std::numeric_limits<std::uint64_t>::max(), std::chrono::steady_clock::time_point::max()};
}

// One: 1 + 3 + 6 s. Two together: 1 + 3 + 4 + 1 s. Three: 3 + 2 + 4 s between 0 and 1 s.
TEST(OneResourceBound, IsTheLargestOverSetsOfTasks)
{
  std::vector<windowed_task> one{{1, 3, 6}};
  EXPECT_EQ(one_resource_bound(one), 10);
  std::vector<windowed_task> two{{1, 3, 2}, {2, 4, 1}};
  EXPECT_EQ(one_resource_bound(two), 9);
  std::vector<windowed_task> three{{1, 3, 2}, {0, 2, 1}, {2, 4, 1}};
  EXPECT_EQ(one_resource_bound(three), 10);
  EXPECT_EQ(one_resource_bound({}), 0);
}

/// The shortest makespan with these resources, from all orders of the tasks.
double shortest_order(exact_problem const& p, std::span<std::size_t const> resource,
                      partial_plan const& here, double makespan)
{
  double best = here.placed + 1 == std::uint32_t{1} << p.num_tasks
                  ? makespan
                  : std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < p.num_tasks; ++t) {
    if (!here.is_ready(t, p)) continue;
    auto const start =
      std::max(here.free[resource[t]], here.arrival[t * p.num_nodes + p.node_of[resource[t]]]);
    auto const finish = start + p.execution(t, resource[t]);
    auto there        = here;
    append(p, {t, resource[t], start, finish}, there);
    best = std::min(best, shortest_order(p, resource, there, std::max(makespan, finish)));
  }
  return best;
}

TEST(Sequencing, EqualsBruteForce)
{
  std::mt19937_64 random{46};
  for (int i = 0; i < 2000 && !testing::Test::HasFailure(); ++i) {
    auto const m = test::small_machine(random);
    auto const w = test::small_workflow(random, 6);
    if (!test::can_run(w, m)) continue;
    cost_model const costs{w, m};
    exact_problem const p{costs};
    std::vector<std::size_t> resource(p.num_tasks);
    for (std::size_t t = 0; t < p.num_tasks; ++t) {
      do resource[t] = random() % p.num_resources;
      while (std::isinf(p.execution(t, resource[t])));
    }
    incumbent best{0};
    search_effort effort{unlimited()};
    sequencing{p, best, effort}.search(resource);
    auto const expected = shortest_order(p, resource, partial_plan{p}, 0);
    EXPECT_NEAR(best.makespan(), expected, 1e-11 * expected) << i;
    for (std::size_t t = 0; t < p.num_tasks; ++t) {
      EXPECT_EQ(best.tasks()[t].resource, static_cast<int>(resource[t]));
    }
  }
}

}  // namespace
}  // namespace heddle
