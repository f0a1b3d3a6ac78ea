// The techniques with a guarantee on five tasks, worked by hand
// (tests/support/small_workflows.hpp).

#include "src/plan/approximation/approximations.hpp"

#include "src/plan/approximation/hlp_relaxation.hpp"
#include "src/plan/approximation/list_schedule.hpp"
#include "src/plan/priorities.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

namespace heddle {
namespace {

using assignments = std::vector<assignment>;

cost_model five_on_slow_and_fast()
{
  return {test::five_tasks(), test::slow_and_fast()};
}

// The list is t0 t1 t2 t3 t4. At 1 the fast node takes t1, and the slow one, idle, takes t2 at once
// although 6 bytes keep it until 7; at 4 the fast node takes t3. t4 is ready at 11 and finishes
// earlier on the slow node, for t2's bytes would reach the fast one at 14.
TEST(Graham, LeavesNoNodeIdle)
{
  EXPECT_EQ(plan_by_graham(five_on_slow_and_fast(), {}).tasks,
            (assignments{{1, 0, 1}, {1, 1, 4}, {0, 7, 11}, {1, 4, 5}, {0, 11, 15}}));
}

// Ready at 0, on two idle nodes: the longest tasks t3 and t4, then t0 and t1 at 3, and t2 at 5.
// Best would be 3 + 3 and 2 + 2 + 2: the ratio 7/6 is the worst there is on two nodes.
TEST(Lpt, StartsWithTheLongest)
{
  cost_model const costs{test::make_workflow({2, 2, 2, 3, 3}, {}), test::make_nodes({1, 1})};
  EXPECT_EQ(plan_by_lpt(costs, {}).tasks,
            (assignments{{0, 3, 5}, {1, 3, 5}, {0, 5, 7}, {0, 0, 3}, {1, 0, 3}}));
}

// t0 could start anywhere at 0: on the first node, slow or not. t1, t2 and t3 can start there at 2:
// t1 has the largest rank. Then t3 can start on the fast node at 5, and at 8 t2 on either. t4 has
// t2's bytes on the slow node at 12, on the fast one at 15.
TEST(Etf, FollowsThePaper)
{
  EXPECT_EQ(plan_by_etf(five_on_slow_and_fast(), {}).tasks,
            (assignments{{0, 0, 2}, {0, 2, 8}, {0, 8, 12}, {1, 5, 6}, {0, 12, 16}}));
}

// Deadlines 3, 4 and 6 are tried; at 3 the fast node is left with 7 s, at 4 and 6 the 18 s of work
// take 6 s at least, which only the last deadline allows. From t0, t1, t3 and t4 on the fast node
// and t2 on the slow one (7 s and 4 s) a third of t1 moves to the slow one (6 s and 6 s). The
// matching gives t1 to the faster of the two it is split onto.
TEST(Lst, RoundsAVertex)
{
  cost_model const costs{test::make_workflow({2, 6, 4, 2, 4}, {}), test::slow_and_fast()};
  auto const found = plan_by_lst(costs, {});
  EXPECT_EQ(found.tasks, (assignments{{1, 5, 6}, {1, 0, 3}, {0, 0, 4}, {1, 6, 7}, {1, 3, 5}}));
  EXPECT_NEAR(found.lower_bound_seconds, 6, 1e-12);
  EXPECT_TRUE(found.guarantee);
}

// The same places; t2 waits for 6 bytes until 7, and t4 for 3 bytes of t2 until 14.
TEST(Lst, TakesThePlacesForTasksWithEdgesToo)
{
  auto const found = plan_by_lst(five_on_slow_and_fast(), {});
  EXPECT_EQ(found.tasks, (assignments{{1, 0, 1}, {1, 1, 4}, {0, 7, 11}, {1, 4, 5}, {1, 14, 16}}));
  EXPECT_NEAR(found.lower_bound_seconds, 6, 1e-12);
  EXPECT_FALSE(found.guarantee);
}

// No task but t0 leaves a deadline below 5, which no load reaches.
TEST(Lst, ProvesTheLongestTask)
{
  cost_model const costs{test::make_workflow({5, 1, 1}, {}), test::make_nodes({1, 1, 1})};
  auto const found = plan_by_lst(costs, {});
  EXPECT_EQ(found.lower_bound_seconds, 5);
  EXPECT_TRUE(found.guarantee);
}

/// t0, t1 and t4 are faster on the GPU, t2 and t3 on the CPU.
workflow five_tasks_for_two_kinds()
{
  auto w = test::five_tasks();
  std::vector<double> const gpu_seconds{1, 1, 8, 40, 1};
  for (std::size_t t = 0; t < gpu_seconds.size(); ++t)
    w.at(static_cast<task_id>(t)).gpu_seconds = gpu_seconds[t];
  return w;
}
machine cpu_and_gpu()
{
  auto m              = test::make_nodes({1, 1});
  m.resources[1].kind = resource_kind::gpu;
  return m;
}

// The path t0 t2 t4 takes 1 + 4 + 1 at least. Within 6 s it leaves t3 at most 4 s, 1/20 of it on
// the GPU, and with that t1 no more than 1/60 of it on the CPU. So t0, t1 and t4 go to the GPU, t2
// and t3 to the CPU. Mean times make t3's rank the largest of those ready at 1.
TEST(Hlp, RoundsTheKinds)
{
  cost_model const costs{five_tasks_for_two_kinds(), cpu_and_gpu()};
  auto const found = plan_by_hlp(costs, {});
  EXPECT_EQ(found.tasks, (assignments{{1, 0, 1}, {1, 1, 2}, {0, 3, 7}, {0, 1, 3}, {1, 7, 8}}));
  EXPECT_NEAR(found.lower_bound_seconds, 6, 1e-12);
  EXPECT_TRUE(found.guarantee);
}

// Three tasks of 3 s and 2 s fill 3.6 s of both kinds if 1.8 of them are on the faster one: at a
// vertex one whole and 0.8 of another.
TEST(Hlp, TakesTheKindWithTheLargerPart)
{
  for (auto const& [cpu_seconds, gpu_seconds, num_on_gpu] :
       {std::tuple{3.0, 2.0, 2}, std::tuple{2.0, 3.0, 1}}) {
    auto w = test::make_workflow({cpu_seconds, cpu_seconds, cpu_seconds}, {});
    for (int t = 0; t < 3; ++t) w.at(t).gpu_seconds = gpu_seconds;
    auto const found = plan_by_hlp(cost_model{w, cpu_and_gpu()}, {});
    EXPECT_EQ(std::count_if(found.tasks.begin(), found.tasks.end(),
                            [](assignment const& a) { return a.resource == 1; }),
              num_on_gpu);
    EXPECT_NEAR(found.lower_bound_seconds, 3.6, 1e-9);
  }
}

// Two tasks of 4 s on either kind: side by side, or one after the other.
TEST(HlpRelaxation, KnowsLoadsAndPaths)
{
  auto loose = test::make_workflow({4, 4}, {});
  auto chain = test::make_workflow({4, 4}, {{0, 1, 0}});
  for (auto* const w : {&loose, &chain}) {
    for (int t : {0, 1}) w->at(t).gpu_seconds = 4;
  }
  EXPECT_NEAR(relax_by_hlp(cost_model{loose, cpu_and_gpu()}).lower_bound, 4, 1e-12);
  EXPECT_NEAR(relax_by_hlp(cost_model{chain, cpu_and_gpu()}).lower_bound, 8, 1e-12);
}

TEST(HlpRelaxation, MeetsItsBound)
{
  std::mt19937_64 random{8};
  for (int i = 0; i < 300; ++i) {
    cost_model const costs{test::random_workflow(random), test::random_machine(random)};
    auto const relaxed = relax_by_hlp(costs);
    EXPECT_LE(relaxed.value, relaxed.lower_bound * (1 + 1e-9)) << "case " << i;
  }
}

/// 200 tasks, each fed by three of the 20 before it, up to 20 times faster on GPUs.
workflow make_mesh(std::mt19937_64& random)
{
  auto const below = [&](int n) {
    return static_cast<int>(random() % static_cast<std::uint64_t>(n));
  };
  std::vector<double> seconds;
  std::vector<edge> edges;
  for (int t = 0; t < 200; ++t) {
    seconds.push_back(1 + below(100));
    for (int e = 0; e < 3 && t > 0; ++e) edges.push_back({t - 1 - below(std::min(t, 20)), t, 0});
  }
  auto w = test::make_workflow(seconds, edges);
  for (int t = 0; t < 200; ++t) w.at(t).gpu_seconds = w.at(t).cpu_seconds / (0.5 + below(20));
  return w;
}

// More paths matter than the programs begin with. Some stay open, where loads and many paths bind.
TEST(HlpRelaxation, FindsThePathsThatMatter)
{
  std::mt19937_64 random{3};
  int closed = 0;
  for (int i = 0; i < 20; ++i) {
    auto m = test::make_nodes({1, 1, 1, 1, 1, 1, 1, 1});
    for (int r : {6, 7}) m.resources[static_cast<std::size_t>(r)].kind = resource_kind::gpu;
    auto const relaxed = relax_by_hlp(cost_model{make_mesh(random), m});
    EXPECT_LE(relaxed.value, relaxed.lower_bound * 1.3) << "case " << i;
    if (relaxed.value <= relaxed.lower_bound * (1 + 1e-9)) ++closed;
  }
  EXPECT_GE(closed, 15);
}

TEST(ListSchedule, KeepsToTheKindsItMayTake)
{
  cost_model const costs{five_tasks_for_two_kinds(), cpu_and_gpu()};
  std::vector<kinds> const cpu(5, kinds::cpu);
  for (auto const& task : list_schedule(costs, by_upward_rank(costs), cpu)) {
    EXPECT_EQ(task.resource, 0);
  }
}

// Without communication, at every moment a node is idle only if all ready tasks run.
TEST(ListSchedule, IdlesOnlyWhereNothingIsReady)
{
  std::mt19937_64 random{9};
  for (int i = 0; i < 300; ++i) {
    auto const w = test::random_workflow(random);
    cost_model const costs{w, test::make_nodes({1, 1, 1})};
    auto const tasks = list_schedule(costs, by_upward_rank(costs));
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      double ready = 0;
      for (auto const p : costs.edges().predecessors(static_cast<task_id>(t)))
        ready = std::max(ready, tasks[static_cast<std::size_t>(p)].finish_seconds);
      if (tasks[t].start_seconds == ready) continue;
      double const before = tasks[t].start_seconds - 1e-6;
      auto const busy     = std::count_if(tasks.begin(), tasks.end(), [&](assignment const& a) {
        return a.start_seconds < before && before < a.finish_seconds;
      });
      EXPECT_EQ(busy, 3) << "case " << i << ", task " << t;
    }
  }
}

}  // namespace
}  // namespace heddle
