#include "src/run/task_queue.hpp"

#include <gtest/gtest.h>

namespace heddle {
namespace {

schedule two_lanes()
{
  schedule s;
  s.resource_ids = {"a", "b"};
  s.tasks        = {{0, 1, 2}, {0, 0, 1}, {1, 0, 1}};
  return s;
}

TEST(PlannedQueue, GivesEachWorkerItsTasksInPlannedOrder)
{
  planned_queue queue{two_lanes(), {true, true}, {0, 1, 2}};
  EXPECT_EQ(queue.make_ready(0), 0);
  EXPECT_EQ(queue.take(0), std::nullopt) << "task 1 comes first, and is not ready";
  EXPECT_EQ(queue.make_ready(1), 0);
  EXPECT_EQ(queue.take(0), 1);
  EXPECT_EQ(queue.take(0), 0);
  EXPECT_EQ(queue.take(0), std::nullopt);
  EXPECT_EQ(queue.make_ready(2), 1);
  EXPECT_EQ(queue.take(0), std::nullopt) << "it is the other worker's";
  EXPECT_EQ(queue.take(1), 2);
}

TEST(PlannedQueue, PassesOverDroppedTasks)
{
  planned_queue queue{two_lanes(), {true, true}, {0, 1, 2}};
  queue.make_ready(0);
  queue.drop(1);
  EXPECT_EQ(queue.take(0), 0);
}

TEST(PlannedQueue, OrdersTasksOfNoDurationTopologically)
{
  schedule s;
  s.resource_ids = {"a"};
  s.tasks        = {{0, 1, 1}, {0, 1, 1}, {0, 0, 1}};
  planned_queue queue{s, {true}, {2, 1, 0}};
  for (task_id t = 0; t < 3; ++t) queue.make_ready(t);
  EXPECT_EQ(queue.take(0), 2);
  EXPECT_EQ(queue.take(0), 1);
  EXPECT_EQ(queue.take(0), 0);
}

TEST(PlannedQueue, GivesATaskThatWasPutBackAtItsTurn)
{
  planned_queue queue{two_lanes(), {true, true}, {0, 1, 2}};
  queue.make_ready(0);
  queue.make_ready(1);
  EXPECT_EQ(queue.take(0), 1);
  queue.put_back(1);
  EXPECT_EQ(queue.take(0), std::nullopt);
  queue.make_ready(1);
  EXPECT_EQ(queue.take(0), 1);
  EXPECT_EQ(queue.take(0), 0);
}

TEST(PlannedQueue, GivesAnyCpuWhatWasHandedToThem)
{
  planned_queue queue{two_lanes(), {false, true}, {0, 1, 2}};
  queue.make_ready(1);
  EXPECT_EQ(queue.take(0), 1);
  queue.hand_to_cpus(1);
  EXPECT_EQ(queue.take(1), std::nullopt) << "it is not ready";
  EXPECT_EQ(queue.make_ready(1), task_queue::any_worker);
  EXPECT_EQ(queue.take(0), std::nullopt) << "this one is no CPU";
  EXPECT_EQ(queue.take(1), 1);
  queue.put_back(1);
  EXPECT_EQ(queue.take(1), std::nullopt);
  queue.make_ready(1);
  EXPECT_EQ(queue.take(1), 1);
}

TEST(ReadyQueue, GivesPriorityThenUpwardRankThenLowestId)
{
  ready_queue queue{{{0, 1.0}, {0, 5.0}, {1, 0.5}, {0, 1.0}}};
  for (task_id t = 3; t >= 0; --t) EXPECT_EQ(queue.make_ready(t), task_queue::any_worker);
  for (task_id const expected : {2, 1, 0, 3}) EXPECT_EQ(queue.take(0), expected);
  EXPECT_EQ(queue.take(0), std::nullopt);
}

}  // namespace
}  // namespace heddle
