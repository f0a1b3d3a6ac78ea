#include "src/trace/run_shape.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace heddle {
namespace {

TEST(RunShape, EveryStatusHasAName)
{
  EXPECT_EQ(to_string(task_status::pending), "pending");
  EXPECT_EQ(to_string(task_status::done), "done");
  EXPECT_EQ(to_string(task_status::failed), "failed");
  EXPECT_EQ(to_string(task_status::skipped), "skipped");
  EXPECT_EQ(to_string(task_status::cancelled), "cancelled");
}

TEST(RunShape, ATaskWithoutWorkerOrTimeWasNotStarted)
{
  EXPECT_FALSE(was_started({.name = "a"}));
  EXPECT_FALSE(was_started({.name = "a", .worker = 0}));
  EXPECT_FALSE(was_started({.name = "a", .start_seconds = 1}));
  EXPECT_FALSE(was_started(
    {.name = "a", .worker = 0, .start_seconds = std::numeric_limits<double>::infinity()}));
  EXPECT_TRUE(was_started({.name = "a", .worker = 0, .start_seconds = 0}));
}

TEST(RunShape, CountsWorkersThatOnlyThePlanMentions)
{
  run_record run{.workers = {"x"}};
  run.tasks.push_back({.name = "a", .planned_worker = 2});
  EXPECT_EQ(worker_names(run), (std::vector<std::string>{"x", "worker 1", "worker 2"}));
}

}  // namespace
}  // namespace heddle
