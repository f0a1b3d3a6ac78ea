// Every planner on the same five tasks, worked by hand (tests/support/small_workflows.hpp).

#include "src/plan/planners.hpp"

#include "tests/support/small_workflows.hpp"

#include <heddle/plan/plan.hpp>

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

// Mean execution 0.75 c: 1.5, 4.5, 3, 1.5, 3; mean transfer a third of the bytes. Upward ranks: t4
// 3, t3 6.5, t2 7, t1 8.5, t0 11, hence the order t0 t1 t2 t3 t4. t3 finishes at 6 on the slow node
// but at 7 behind t2 on the fast one; t4 then waits for 3 bytes of t2 until 9, rather than for 6
// bytes of t3 until 12.
TEST(Heft, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_heft),
            (assignments{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {0, 4, 6}, {0, 9, 13}}));
}

// t1 waits on the node for 2 bytes from the GPU until 6; t2, placed last, fills the gap before it.
TEST(Heft, InsertsIntoGaps)
{
  auto w              = test::make_workflow({4, 4, 1}, {{0, 1, 2}});
  w.at(0).cpu_seconds = task_info::unknown_seconds;
  w.at(0).gpu_seconds = 4;
  auto m              = test::make_nodes({1}, 1);
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 1});
  m.memory_nodes.push_back({"gpu"});
  EXPECT_EQ(plan_by_heft(cost_model{w, m}), (assignments{{1, 0, 4}, {0, 6, 10}, {0, 0, 1}}));
}

// Path lengths: t0, t1 and t4 11, t2 10.5, t3 9. The critical path t0 t1 t4 takes 6 s on the fast
// node, 12 s on the slow one; so t4 waits there for t3's 6 bytes.
TEST(Cpop, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_cpop),
            (assignments{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {0, 4, 6}, {1, 12, 14}}));
}

TEST(Cpop, LeavesTheCriticalPathWhereItsResourceCannotRunATask)
{
  auto w              = test::make_workflow({4, 4, 4}, {{0, 1, 0}, {1, 2, 0}});
  w.at(1).cpu_seconds = task_info::unknown_seconds;
  w.at(1).gpu_seconds = 4;
  auto m              = test::make_nodes({1, 2}, 1);
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 1});
  EXPECT_EQ(plan_by_cpop(cost_model{w, m}), (assignments{{1, 0, 2}, {2, 2, 6}, {1, 6, 8}}));
}

// After t0 the earliest finishes on the fast node are t3 2, t2 3, t1 4: t3, then t2 at 4, then t1
// at 7.
TEST(MinMin, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_min_min),
            (assignments{{1, 0, 1}, {1, 4, 7}, {1, 2, 4}, {1, 1, 2}, {1, 7, 9}}));
}

// In the order t0 t1 t2 t3 t4; here every choice is HEFT's.
TEST(Mct, FollowsThePaper)
{
  EXPECT_EQ(on_five_tasks(plan_by_mct),
            (assignments{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {0, 4, 6}, {0, 9, 13}}));
}

// t3's input lies on the fast node, where it ends at 7, 6 s after t0; on the slow node it would end
// at 6, 5 s after t0: within the factor 1.5, so it stays with its data, and t4 waits for nothing.
TEST(Locality, StaysWithTheData)
{
  EXPECT_EQ(on_five_tasks(plan_by_locality),
            (assignments{{1, 0, 1}, {1, 1, 4}, {1, 4, 6}, {1, 6, 7}, {1, 7, 9}}));
}

// t2's data lie with t0, but there it would wait for t1: 8 s instead of 5 s after t0 ended.
TEST(Locality, LeavesTheDataIfWaitingTakesTooLong)
{
  auto const w = test::make_workflow({1, 4, 4}, {{0, 1, 1}, {0, 2, 1}});
  EXPECT_EQ(plan_by_locality(cost_model{w, test::make_nodes({1, 1}, 1)}),
            (assignments{{0, 0, 1}, {0, 1, 5}, {1, 2, 6}}));
}

/// What Min-Min means, in the plainest way: every ready task against every resource, each time.
assignments plain_min_min(cost_model const& costs)
{
  auto const tasks = costs.num_tasks();
  assignments placed(tasks);
  std::vector<double> free(static_cast<std::size_t>(costs.num_resources()));
  for (std::size_t step = 0; step < tasks; ++step) {
    assignment best{-1, 0, std::numeric_limits<double>::infinity()};
    std::size_t best_task = 0;
    for (std::size_t t = 0; t < tasks; ++t) {
      auto const before = costs.edges().predecessors(static_cast<task_id>(t));
      auto const bytes  = costs.edges().bytes_from_predecessors(static_cast<task_id>(t));
      bool ready        = placed[t].resource < 0;
      for (auto const p : before)
        ready = ready && placed[static_cast<std::size_t>(p)].resource >= 0;
      for (int r = 0; ready && r < costs.num_resources(); ++r) {
        double start = free[static_cast<std::size_t>(r)];
        for (std::size_t i = 0; i < before.size(); ++i) {
          auto const& p = placed[static_cast<std::size_t>(before[i])];
          start =
            std::max(start, p.finish_seconds + costs.transfer_seconds(bytes[i], p.resource, r));
        }
        auto const finish = start + costs.execution_seconds(static_cast<task_id>(t), r);
        if (finish >= best.finish_seconds) continue;
        best      = {r, start, finish};
        best_task = t;
      }
    }
    placed[best_task]                             = best;
    free[static_cast<std::size_t>(best.resource)] = best.finish_seconds;
  }
  return placed;
}

TEST(MinMin, EqualsThePlainSearch)
{
  std::mt19937_64 random{11};
  for (int i = 0; i < 300; ++i) {
    cost_model const costs{test::random_workflow(random), test::random_machine(random)};
    ASSERT_EQ(plan_by_min_min(costs), plain_min_min(costs)) << "case " << i;
  }
}

}  // namespace
}  // namespace heddle
