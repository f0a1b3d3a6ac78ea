// List schedulers on the same five tasks, worked by hand (tests/support/small_workflows.hpp).

#include "src/plan/list/list_schedulers.hpp"

#include "src/plan/list/dynamic_list.hpp"
#include "src/plan/list/levels.hpp"
#include "src/plan/list/optimistic_costs.hpp"
#include "src/plan/list/portfolio.hpp"
#include "src/plan/makespan.hpp"
#include "src/plan/planners.hpp"
#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

#include <array>
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

// All are free at 0: the first, the slow one. There t1 starts sooner than its bytes come to the
// fast one, t2 as soon, at 8; t3 starts at 5 on that one; and t4 at 12 on the slow one, for t2's
// bytes come to the other at 15.
TEST(Mst, TakesTheEarliestStart)
{
  EXPECT_EQ(on_five_tasks(plan_by_mst),
            (assignments{{0, 0, 2}, {0, 2, 8}, {0, 8, 12}, {1, 5, 6}, {0, 12, 16}}));
}

// Strict bounds, all on the fast node: starts 0, 1, 1, 1, 4 and finishes 1, 4, 3, 2, 6; static top
// levels 0, 1.5, 1.5, 1.5, 6: priorities 1, 6.5, 5.5, 4.5, 16. The earliest starts are as above.
TEST(Msbc, FollowsTheBounds)
{
  EXPECT_EQ(on_five_tasks(plan_by_msbc), as_heft);
}

// t1 has the larger bound, and t2, which it releases, goes before t3, which was ready from the
// beginning.
TEST(Msbc, GoesDeepFirst)
{
  auto const w = test::make_workflow({2, 3, 1, 1}, {{1, 2, 0}});
  EXPECT_EQ(plan_by_msbc(cost_model{w, test::make_nodes({1})}),
            (assignments{{0, 4, 6}, {0, 0, 3}, {0, 3, 4}, {0, 6, 7}}));
}

// Mean transfers are a third of the bytes. Bottom levels 11, 8.5, 7, 6.5, 3. After t0, 1 on the
// fast node, top levels are 1 + 1, 1 + 2, 1 + 1: priorities t1 6.5, t2 4, t3 4.5.
TEST(Dps, TakesTopLevelsFromWhatIsPlaced)
{
  EXPECT_EQ(on_five_tasks(plan_by_dps),
            (assignments{{1, 0, 1}, {1, 1, 4}, {1, 5, 7}, {1, 4, 5}, {1, 7, 9}}));
}

// Levels on (slow, fast): t4 (4, 2), t3 (6, 3), t2 (8, 4), t1 (10, 5), t0 (10, 6). After t0 on the
// fast node three are ready, and the largest makespans are t1 10, t2 8, t3 6: t1, there (6 and half
// of 3 against 10 and half of 6). Then the largest are t2 8, t3 7, and t2 has (8, 8): the first;
// then t3 (17, 7), and t4, for which t2's bytes come at 14.
TEST(Bil, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_bil),
            (assignments{{1, 0, 1}, {1, 1, 4}, {0, 7, 11}, {1, 4, 5}, {1, 14, 16}}));
}

/// What `optimistic_costs` means, in the plainest way, of links as they are.
double plain_after(cost_model const& costs, task_id task, int r)
{
  auto const& edges = costs.edges();
  double longest    = 0;
  for (std::size_t i = 0; i < edges.successors(task).size(); ++i) {
    auto const next = edges.successors(task)[i];
    double shortest = std::numeric_limits<double>::infinity();
    for (int q = 0; q < costs.num_resources(); ++q) {
      shortest =
        std::min(shortest, costs.transfer_seconds(edges.bytes_to_successors(task)[i], r, q) +
                             costs.execution_seconds(next, q) + plain_after(costs, next, q));
    }
    longest = std::max(longest, shortest);
  }
  return longest;
}

TEST(OptimisticCosts, EqualAPlainRecursionOnEqualAndUnequalLinks)
{
  std::mt19937_64 random{7};
  int unequal = 0;
  for (int i = 0; i < 200; ++i) {
    auto const w = test::random_graph(random, 9);
    auto const m = test::random_machine(random);
    if (m.resources.size() > 4) continue;
    cost_model const costs{w, m};
    optimistic_costs const ahead{costs, transfer_time::of_the_link};
    unequal += costs.uniform_links() ? 0 : 1;
    for (task_id t = 0; t < 9; ++t) {
      for (int r = 0; r < costs.num_resources(); ++r) {
        ASSERT_DOUBLE_EQ(ahead.after(t, r), plain_after(costs, t, r)) << "case " << i;
      }
    }
  }
  EXPECT_GT(unequal, 5);
}

// It ends at 10, 5 or 6.25: at most 7.5 is in the lower half.
TEST(Wba, DrawsFromTheLowerHalf)
{
  auto const w = test::make_workflow({10}, {});
  cost_model const costs{w, test::make_nodes({1, 2, 1.6})};
  std::array<int, 3> drawn{};
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    ++drawn[static_cast<std::size_t>(plan_by_wba(costs, seed).at(0).resource)];
  }
  EXPECT_EQ(drawn[0], 0);
  EXPECT_GT(drawn[1], 16);
  EXPECT_GT(drawn[2], 16);
}

// After t0, on the fast node, ends are t1 10 or 4, t2 11 or 3, t3 6 or 2: increases of the makespan
// up to 5.5 are t1, t2 and t3 on the fast node and t3 on the slow one. What is drawn first, and all
// else, depends on the seed alone; t4 comes last.
TEST(Wba, JudgesByTheIncreaseOfTheMakespan)
{
  cost_model const costs{test::five_tasks(), test::slow_and_fast()};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    auto const plan = plan_by_wba(costs, seed);
    EXPECT_EQ(plan[0], (assignment{1, 0, 1}));
    EXPECT_EQ(plan, plan_by_wba(costs, seed));
    for (std::size_t t = 1; t < 4; ++t) {
      EXPECT_GE(plan[4].start_seconds, plan[t].finish_seconds);
    }
  }
}

// t2 is ready as soon as t0 is placed, but t1 was before.
TEST(Wba, KeepsBatches)
{
  auto const w = test::make_workflow({1, 1, 9}, {{0, 2, 0}});
  cost_model const costs{w, test::make_nodes({1})};
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    EXPECT_EQ(plan_by_wba(costs, seed)[2], (assignment{0, 2, 11}));
  }
}

// Makespans of t0 are 14, 7 and, on the GPU, 8, of t1 12, 6 and 9: two tasks are ready, so that the
// second smallest count, 8 and 9. (The largest are 14 and 12.)
TEST(Bil, TakesTheKthSmallestMakespanWhereFewAreReady)
{
  auto w              = test::make_workflow({14, 12}, {});
  w.at(0).gpu_seconds = 8;
  w.at(1).gpu_seconds = 9;
  auto m              = test::make_nodes({1, 2}, 1);
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 0});
  EXPECT_EQ(plan_by_bil(cost_model{w, m}), (assignments{{2, 0, 8}, {1, 0, 6}}));
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
