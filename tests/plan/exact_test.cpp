#include "src/plan/exact/exact.hpp"

#include "src/plan/bound/time_grid.hpp"
#include "src/plan/exact/assignment_search.hpp"
#include "src/plan/exact/chronological_search.hpp"
#include "tests/support/every_schedule.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/schedule_data.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/lower_bound.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

namespace heddle {
namespace {

using ::testing::HasSubstr;

exact_result search(cost_model const& costs, std::uint64_t nodes = 10'000'000)
{
  return search_exactly(costs, {nodes, std::chrono::steady_clock::time_point::max()});
}

double makespan_of(planned const& plan)
{
  double latest = 0;
  for (auto const& task : plan.tasks) latest = std::max(latest, task.finish_seconds);
  return latest;
}

void expect_optimum(double optimum, cost_model const& costs, std::string const& what)
{
  auto const found = search(costs);
  EXPECT_TRUE(found.is_proven) << what;
  EXPECT_NEAR(makespan_of(found.plan), optimum, 1e-11 * optimum) << what;
  EXPECT_NEAR(found.plan.lower_bound_seconds, optimum, 1e-11 * optimum) << what;
  EXPECT_LE(found.plan.lower_bound_seconds, optimum * (1 + 1e-14)) << what;
}

/// What each of both searches finds alone, with nothing to start from.
void expect_each_finds(double optimum, cost_model const& costs, std::string const& what)
{
  exact_problem const problem{costs};
  search_budget const budget{10'000'000, std::chrono::steady_clock::time_point::max()};
  incumbent by_start{time_grid(costs)}, by_resource{time_grid(costs)};
  search_effort effort{budget}, other_effort{budget};
  EXPECT_TRUE(std::isinf(chronological_search(problem, by_start, effort).search(0))) << what;
  EXPECT_TRUE(assignment_search(problem, by_resource, other_effort).search()) << what;
  EXPECT_NEAR(by_start.makespan(), optimum, 1e-11 * optimum) << what;
  EXPECT_NEAR(by_resource.makespan(), optimum, 1e-11 * optimum) << what;
}

// All on the fast node takes 9 s. The slow one could help with t1, t2 or t3 alone, but t1 would end
// there at 1 + 3 + 6 s, t2 at 1 + 6 + 4; and t3, ended at 1 + 3 + 2, is with t4 at 12.
TEST(Exact, FindsTheShortestScheduleOfFiveTasks)
{
  expect_optimum(9, cost_model{test::five_tasks(), test::slow_and_fast()}, "five tasks");
}

// 4, 3, 3, 2 and 2 s on two nodes: 7 s each, where the longest first gives 8 s.
TEST(Exact, FillsNodesEvenly)
{
  expect_optimum(7, cost_model{test::make_workflow({4, 3, 3, 2, 2}, {}), test::make_nodes({1, 1})},
                 "independent tasks");
}

// A task is best moved to where its results are needed, though it ends later there: 10 s of data
// wait for no one, and no list scheduler that looks at ends alone would do so.
TEST(Exact, LooksBeyondTheEndOfATask)
{
  auto w              = test::make_workflow({4, 2}, {{0, 1, 10}});
  w.at(0).gpu_seconds = 1;
  auto m              = test::make_nodes({1, 1}, 1);
  m.resources[1].kind = resource_kind::gpu;
  expect_optimum(6, cost_model{w, m}, "a CPU and a GPU");
}

TEST(Exact, OfNothingIsNothing)
{
  auto const found = search(cost_model{workflow{}, test::make_nodes({1})});
  EXPECT_TRUE(found.is_proven);
  EXPECT_TRUE(found.plan.tasks.empty());
}

TEST(Exact, EqualsBruteForceSlow)
{
  std::mt19937_64 random{41};
  for (int i = 0; i < 20000 && !HasFailure(); ++i) {
    bool const is_uniform = i % 2 == 0;  // with resources that may be exchanged
    auto const bandwidth  = 0.5 + test::below(random, 5);
    auto const m =
      is_uniform ? test::make_nodes({1, 1, 2}, bandwidth) : test::small_machine(random);
    auto const w = test::small_workflow(random, i % 10 < 2 ? 6 : 5);
    if (!test::can_run(w, m)) continue;
    cost_model const costs{w, m};
    auto const what    = test::numbered("case ", static_cast<std::size_t>(i));
    auto const optimum = test::every_schedule{costs}.shortest();
    expect_optimum(optimum, costs, what);
    expect_each_finds(optimum, costs, what);
  }
}

TEST(Exact, ProvesAllTinyOptimaSlow)
{
  HEDDLE_REQUIRE_DATA();
  auto const folder = *test::data_folder() + "/tiny/";
  for (auto const& row : test::read_csv(folder + "optima.csv")) {
    auto const [w, m] = test::read_tiny(folder + row.at("file"));
    expect_optimum(std::stod(row.at("optimum")), cost_model{w, m}, row.at("file"));
  }
}

/// Of 16 tasks with at most seven edges, on four nodes of different speeds.
cost_model nearly_independent(std::mt19937_64& random, bool is_whole)
{
  auto const seconds = [&]() -> double {
    return is_whole ? test::below(random, 20) : 20 * 0x1p-64 * static_cast<double>(random());
  };
  std::vector<double> costs(16);
  for (auto& each : costs) each = 1 + seconds();
  std::vector<edge> edges;
  for (auto e = 2 + test::below(random, 6); e > 0; --e) {
    auto const to = 1 + test::below(random, 15);
    edges.push_back({test::below(random, to), to, seconds() / 4});
  }
  auto const speeds = is_whole ? std::vector<double>{1, 1, 2, 4} : std::vector<double>{1, 2, 3, 5};
  return {test::make_workflow(costs, edges), test::make_nodes(speeds, 2)};
}

TEST(Exact, ProvesNearlyIndependentTasks)
{
  std::mt19937_64 random{45};
  for (int i = 0; i < 20; ++i) {
    auto const costs = nearly_independent(random, i % 2 == 0);
    auto const found = search(costs, 1'000'000);
    EXPECT_TRUE(found.is_proven) << i;
    EXPECT_LT(makespan_of(found.plan), lower_bound_seconds(costs) * 1.05) << i;
  }
}

/// Of `tasks` tasks, each with up to two predecessors, on four nodes.
cost_model larger_costs(std::mt19937_64& random, int tasks)
{
  workflow w{"larger"};
  for (int t = 0; t < tasks; ++t) {
    task_info task;
    task.name        = test::numbered("t", w.num_tasks());
    task.cpu_seconds = 1 + test::below(random, 20);
    w.add_task(std::move(task));
    for (int e = test::below(random, 3); e > 0 && t > 0; --e) {
      w.add_edge({test::below(random, t), t, 1.0 + test::below(random, 30)});
    }
  }
  return {w, test::make_nodes({1, 1, 2, 4}, 3)};
}

TEST(Exact, SaysHowMuchShorterASchedulesMayBeWhenStopped)
{
  std::mt19937_64 random{42};
  for (int i = 0; i < test::cases(20); ++i) {
    auto const costs    = larger_costs(random, 12);
    auto const complete = search(costs);
    ASSERT_TRUE(complete.is_proven);
    auto const optimum = makespan_of(complete.plan);
    for (std::uint64_t nodes = 1; nodes < complete.nodes; nodes *= 4) {
      auto const stopped = search(costs, nodes);
      EXPECT_GE(makespan_of(stopped.plan), optimum * (1 - 1e-12));
      EXPECT_LE(stopped.plan.lower_bound_seconds, optimum * (1 + 1e-14));
      EXPECT_GE(stopped.plan.lower_bound_seconds, lower_bound_seconds(costs));
    }
  }
}

TEST(Exact, DoesNotDependOnLabelsSlow)
{
  std::mt19937_64 random{43};
  for (int i = 0; i < 300; ++i) {
    auto const w = test::small_workflow(random, 9);
    auto const m = test::make_nodes({1, 2, 2}, 1 + test::below(random, 5));
    if (!test::can_run(w, m)) continue;
    test::relabelled const other{w, m, random};
    auto const optimum = makespan_of(search(cost_model{w, m}).plan);
    expect_optimum(optimum, cost_model{other.work, other.platform},
                   test::numbered("case ", static_cast<std::size_t>(i)));
  }
}

TEST(Exact, PlansThirtyTasksForAsLongAsItMay)
{
  workflow w{"thirty"};
  std::mt19937_64 random{44};
  for (int t = 0; t < 30; ++t) {
    task_info task;
    task.name        = test::numbered("t", w.num_tasks());
    task.cpu_seconds = 1 + test::below(random, 20);
    w.add_task(std::move(task));
    if (t > 0) w.add_edge({test::below(random, t), t, 5.0});
  }
  auto const m = test::make_nodes({1, 1, 2, 4}, 3);
  auto const s = plan(w, m, {"exact"});
  EXPECT_THAT(check_schedule(s, w, m), ::testing::IsEmpty());
  EXPECT_LE(s.makespan_seconds, plan(w, m, {"heft"}).makespan_seconds);
}

TEST(Exact, SaysWhatItDoesNotSuit)
{
  std::vector<double> const many(31, 1);
  cost_model const costs{test::make_workflow(many, {}), test::make_nodes({1})};
  EXPECT_THAT(*unsuited_for_exact(costs), HasSubstr("up to 30 tasks, and there are 31"));
  std::vector<double> const speeds(17, 1);
  cost_model const wide{test::make_workflow({1}, {}), test::make_nodes(speeds)};
  EXPECT_THAT(*unsuited_for_exact(wide), HasSubstr("up to 16 resources, and there are 17"));
  EXPECT_FALSE(unsuited_for_exact(cost_model{test::make_workflow({1}, {}), test::make_nodes({1})}));
}

}  // namespace
}  // namespace heddle
