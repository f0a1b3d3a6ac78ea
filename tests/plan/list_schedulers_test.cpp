// List schedulers on the same five tasks, worked by hand (tests/support/small_workflows.hpp).

#include "src/plan/list/list_schedulers.hpp"

#include "src/plan/list/dynamic_list.hpp"
#include "src/plan/list/levels.hpp"
#include "src/plan/list/portfolio.hpp"
#include "src/plan/makespan.hpp"
#include "src/plan/planners.hpp"
#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace heddle {
namespace {

using assignments = std::vector<assignment>;

assignments on_five_tasks(assignments (*planner)(cost_model const&))
{
  return planner(cost_model{test::five_tasks(), test::slow_and_fast()});
}

/// All on the fast node, in the order of ids.
assignments const one_after_the_other{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {1, 6, 7}, {1, 7, 9}};

/// As HEFT: t3 leaves the fast node, and t4 waits for its neighbours' bytes on the slow one.
assignments const as_heft{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {0, 4, 6}, {0, 9, 13}};

// Mean transfers are a third of the bytes. Optimistic costs on (slow, fast): t4 (0, 0), t1 and t2
// (3, 2), t3 (4, 2), t0 (6, 5); means 5.5, 2.5, 2.5, 3, 0: order t0 t3 t1 t2 t4. With its cost
// everything is soonest on the fast node: t3 2 + 2 against 6 + 4, t1 5 + 2 against 10 + 3, t2 7 + 2
// against 11 + 3, t4 9 against 14.
TEST(Peft, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_peft),
            (assignments{{1, 0, 1}, {1, 2, 5}, {1, 5, 7}, {1, 1, 2}, {1, 7, 9}}));
}

// HEFT's order. t3 ends at 6 on the slow node and at 7 on the fast one; but then t4 ends at 13 (on
// the slow one, after t2's 3 bytes) in the first case and at 9 in the second.
TEST(Lookahead, SparesTheSuccessors)
{
  EXPECT_EQ(on_five_tasks(plan_by_lookahead), one_after_the_other);
}

TEST(Met, TakesTheFastestResource)
{
  EXPECT_EQ(on_five_tasks(plan_by_met), one_after_the_other);
}

TEST(Fastest, TakesOneResource)
{
  EXPECT_EQ(on_five_tasks(plan_by_fastest), one_after_the_other);
}

// The GPU runs t1 fastest, but only t1: most tasks, not the fastest, decide.
TEST(Fastest, LeavesItOnlyWhereItMust)
{
  auto w              = test::make_workflow({4, 4, 4}, {{0, 1, 0}, {1, 2, 0}});
  w.at(1).cpu_seconds = task_info::unknown_seconds;
  w.at(1).gpu_seconds = 1;
  auto m              = test::make_nodes({1, 2}, 1);
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 1});
  EXPECT_EQ(plan_by_fastest(cost_model{w, m}), (assignments{{1, 0, 2}, {2, 2, 3}, {1, 3, 5}}));
}

// Free first: at the start both, then the fast node, though t0's bytes come there only at 5, then
// the slow one at 2 and 6; at the end both are free at 8, and t1's bytes come at 11.
TEST(Olb, TakesWhatIsFreeFirst)
{
  EXPECT_EQ(on_five_tasks(plan_by_olb),
            (assignments{{0, 0, 2}, {1, 5, 8}, {0, 2, 6}, {0, 6, 8}, {0, 11, 15}}));
}

// Static levels: t0 9, t1 7.5, t2 6, t3 4.5, t4 3: HEFT's order.
TEST(Hlfet, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_hlfet), as_heft);
}

// Upward ranks give HEFT's order. Of "where the last message comes from" (the slow node for all)
// and "free first": t0 slow; t1 on either ends at 8, and free first is the fast one; t2 and t3 are
// best off where they are free first and their data are; t4 as well.
TEST(Fcp, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_fcp),
            (assignments{{0, 0, 2}, {1, 5, 8}, {0, 2, 6}, {0, 6, 8}, {0, 11, 15}}));
}

// After t0 all its successors belong to the slow node, and t1 has the largest rank. It is busy
// until 8 then, so that t2 and t3 are free to go; t3's message is there first. t4's last message
// comes from t2, on the fast node.
TEST(Flb, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_flb),
            (assignments{{0, 0, 2}, {0, 2, 8}, {1, 8, 10}, {1, 5, 6}, {1, 11, 13}}));
}

// After t0 the earliest finishes on the fast node are t1 4, t2 3, t3 2: t1; then t2 6, t3 5: t2;
// then t3 ends at 6 on the slow node rather than at 7.
TEST(MaxMin, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_max_min), as_heft);
}

// t0 makes way for t2, which would end last; but t1 was ready before.
TEST(MaxMin, KeepsBatches)
{
  auto const w = test::make_workflow({2, 1, 9}, {{0, 2, 0}});
  EXPECT_EQ(plan_by_max_min(cost_model{w, test::make_nodes({1})}),
            (assignments{{0, 0, 2}, {0, 2, 3}, {0, 3, 12}}));
}

TEST(Duplex, IsTheBetterOfMinMinAndMaxMin)
{
  EXPECT_EQ(on_five_tasks(plan_by_duplex), on_five_tasks(plan_by_min_min));
  auto const w = test::make_workflow({1, 1, 2}, {});  // Max-Min starts with the long one
  cost_model const costs{w, test::make_nodes({1, 1})};
  EXPECT_EQ(makespan_of(plan_by_min_min(costs)), 3);
  EXPECT_EQ(plan_by_duplex(costs), plan_by_max_min(costs));
}

// After t0, finishes on (fast, slow): t1 (4, 10), t2 (3, 11), t3 (2, 6): t2 would lose 8, t1 6, t3
// 4. Then t1 (6, 10) loses 4 and t3 (4, 6) loses 2.
TEST(Sufferage, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_sufferage),
            (assignments{{1, 0, 1}, {1, 3, 6}, {1, 1, 3}, {0, 4, 6}, {0, 9, 13}}));
}

// Static levels 9, 7.5, 6, 4.5, 3; the fast node adds a quarter of the cost, the slow one takes it
// off. Levels on the fast node after t0: t1 8, t2 6, t3 4; then t2 3, t3 1; then t3 has -1 there
// and 0 on the slow one, t4 -8 and -7.
TEST(Dls, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_dls), as_heft);
}

// Groups: t0; t1 t2 t3; t4. The second would all run on the fast node until 7; t3 ends at 6 on the
// other. t4 would have to wait for t3 on the fast node until 12.
TEST(Hbmct, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_hbmct), as_heft);
}

// CPUs only: by upward rank, the fastest resource first. At 1 it takes t1, the slow one t2, whose
// bytes come at 7; at 4 it takes t3; at 11 t4, whose bytes come from t2 at 14.
TEST(Heteroprio, GoesByRankAmongEquals)
{
  EXPECT_EQ(on_five_tasks(plan_by_heteroprio),
            (assignments{{1, 0, 1}, {1, 1, 4}, {0, 7, 11}, {1, 4, 5}, {1, 14, 16}}));
}

// The GPU is 4, 1, 2 times as fast as the CPU, cannot run t3, and alone can run t4.
TEST(Heteroprio, GivesTheGpuWhatItAccelerates)
{
  auto w              = test::make_workflow({4, 4, 4, 4, 0}, {});
  w.at(0).gpu_seconds = 1;
  w.at(1).gpu_seconds = 4;
  w.at(2).gpu_seconds = 2;
  w.at(4).cpu_seconds = task_info::unknown_seconds;
  w.at(4).gpu_seconds = 3;
  auto m              = test::make_nodes({1});
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 0});
  EXPECT_EQ(plan_by_heteroprio(cost_model{w, m}),
            (assignments{{1, 3, 4}, {0, 4, 8}, {1, 4, 6}, {0, 0, 4}, {1, 0, 3}}));
}

TEST(Portfolio, IsAsGoodAsItsFirstAndCounts)
{
  std::mt19937_64 random{5};
  for (int i = 0; i < 100; ++i) {
    cost_model const costs{test::random_workflow(random), test::random_machine(random)};
    auto const best = plan_by_portfolio(costs, {});
    EXPECT_LE(makespan_of(best.tasks), makespan_of(plan_by_fastest(costs)) * (1 + 1e-12))
      << "case " << i;
    EXPECT_GT(best.evaluations, 15U);
  }
}

TEST(Levels, StandForUnrelatedCosts)
{
  auto w              = test::make_workflow({4, 1}, {{0, 1, 6}});
  w.at(0).gpu_seconds = 1;
  auto m              = test::make_nodes({1, 2}, 1);
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 0});
  cost_model const costs{w, m};
  auto const first = [&](execution_weight which) { return execution_weights(costs, which)[0]; };
  EXPECT_DOUBLE_EQ(first(execution_weight::mean), 7.0 / 3);  // of 4, 2 and 1
  EXPECT_DOUBLE_EQ(first(execution_weight::median), 2);
  EXPECT_DOUBLE_EQ(first(execution_weight::best), 1);
  EXPECT_DOUBLE_EQ(first(execution_weight::worst), 4);
  EXPECT_DOUBLE_EQ(execution_weights(costs, execution_weight::median)[1], 0.75);
}

/// What `dynamic_list` means, in the plainest way: every ready task judged anew each time.
template <class Judge>
assignments plain_dynamic_list(cost_model const& costs, Judge judge)
{
  partial_schedule so_far{costs, placement::append};
  ready_tasks waiting{costs.edges()};
  std::vector<task_id> ready;
  auto const add = [&](task_id task) { ready.push_back(task); };
  waiting.for_each_entry(add);
  while (!ready.empty()) {
    std::vector<candidate> all;
    for (auto const task : ready) {
      so_far.arrivals(task);
      all.push_back(judge(task, so_far));
      all.back().task = task;
    }
    auto const best = *std::min_element(all.begin(), all.end());
    so_far.place(best.task, best.where);
    std::erase(ready, best.task);
    waiting.for_each_released_by(best.task, add);
  }
  return std::move(so_far).release();
}

/// Looks at two resources: the best and the second best.
candidate largest_loss(task_id task, partial_schedule const& so_far, int resources)
{
  std::vector<assignment> all;
  for (int r = 0; r < resources; ++r) all.push_back(so_far.on(task, r));
  std::stable_sort(all.begin(), all.end(), [](assignment const& a, assignment const& b) {
    return a.finish_seconds < b.finish_seconds;
  });
  if (all.size() == 1) return {task, all[0]};
  auto const loss = all[1].finish_seconds - all[0].finish_seconds;
  return {task, all[0], -loss, all[0].finish_seconds, all[1].resource};
}

TEST(DynamicList, EqualsThePlainSearch)
{
  auto const latest_finish = [](task_id task, partial_schedule const& so_far) {
    auto const best = so_far.earliest_finish(task);
    return candidate{task, best, -best.finish_seconds};
  };
  std::mt19937_64 random{13};
  for (int i = 0; i < 300; ++i) {
    cost_model const costs{test::random_workflow(random), test::random_machine(random)};
    ASSERT_EQ(dynamic_list(costs, latest_finish), plain_dynamic_list(costs, latest_finish))
      << "case " << i;
    auto const by_loss = [&](task_id task, partial_schedule const& so_far) {
      return largest_loss(task, so_far, costs.num_resources());
    };
    ASSERT_EQ(dynamic_list(costs, by_loss), plain_dynamic_list(costs, by_loss)) << "case " << i;
  }
}

}  // namespace
}  // namespace heddle
