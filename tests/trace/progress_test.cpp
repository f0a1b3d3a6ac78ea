#include <heddle/trace/progress.hpp>

#include <gmock/gmock.h>

#include <limits>
#include <random>

namespace heddle {
namespace {

using testing::HasSubstr;
using testing::Not;

progress_state half_way()
{
  return {.done               = 37,
          .running            = 2,
          .total              = 120,
          .elapsed_seconds    = 12.3,
          .work_done_seconds  = 30,
          .work_total_seconds = 90};
}

TEST(SecondsLeft, FollowsTheShareOfWorkNotOfTasks)
{
  EXPECT_DOUBLE_EQ(seconds_left(half_way()), 24.6);
}

TEST(SecondsLeft, FallsBackToTasksWhereWorkIsUnknown)
{
  for (auto const unknown : {0.0, std::numeric_limits<double>::quiet_NaN()}) {
    auto const state = progress_state{.done               = 20,
                                      .failed             = 10,
                                      .total              = 120,
                                      .elapsed_seconds    = 6,
                                      .work_done_seconds  = unknown,
                                      .work_total_seconds = unknown};
    EXPECT_DOUBLE_EQ(seconds_left(state), 18);
  }
}

TEST(SecondsLeft, IsUnknownBeforeAnythingIsDone)
{
  EXPECT_LT(seconds_left({.total = 5, .elapsed_seconds = 1, .work_total_seconds = 3}), 0);
  EXPECT_LT(seconds_left({.total = 5, .elapsed_seconds = 1}), 0);
}

TEST(SecondsLeft, IsZeroAtTheEndAndNeverNegativeAfterMoreWorkThanExpected)
{
  EXPECT_EQ(seconds_left({.done = 5, .total = 5, .elapsed_seconds = 9}), 0);
  EXPECT_EQ(seconds_left({}), 0);
  EXPECT_EQ(seconds_left({.done               = 4,
                          .total              = 5,
                          .elapsed_seconds    = 9,
                          .work_done_seconds  = 7,
                          .work_total_seconds = 5}),
            0);
}

TEST(ProgressLine, SaysAllWhereThereIsRoom)
{
  EXPECT_EQ(progress_line(half_way(), 80), "37/120 tasks, 2 running, 12.3 s, about 25 s left");
}

TEST(ProgressLine, ShowsFailures)
{
  auto state   = half_way();
  state.failed = 3;
  EXPECT_THAT(progress_line(state, 80), HasSubstr("40/120 tasks, 3 failed, 2 running"));
}

TEST(ProgressLine, DropsTheLeastImportantFirst)
{
  EXPECT_EQ(progress_line(half_way(), 42), "37/120 tasks, 2 running, about 25 s left");
  EXPECT_EQ(progress_line(half_way(), 30), "37/120 tasks, about 25 s left");
  EXPECT_EQ(progress_line(half_way(), 12), "37/120 tasks");
  EXPECT_EQ(progress_line(half_way(), 6), "37/120");
  EXPECT_EQ(progress_line(half_way(), 0), "");
}

TEST(ProgressLine, WritesLongTimesInMinutesAndHours)
{
  auto state            = half_way();
  state.elapsed_seconds = 125;
  EXPECT_THAT(progress_line(state, 80), HasSubstr("2 min 05 s, about 4 min 10 s left"));
  state.elapsed_seconds = 7260;
  EXPECT_THAT(progress_line(state, 80), HasSubstr("2 h 01 min, about 4 h 02 min left"));
}

TEST(ProgressLine, SaysNothingOfTheTimeLeftWhileItIsUnknown)
{
  EXPECT_THAT(progress_line({.running = 1, .total = 4, .elapsed_seconds = 1}, 80),
              Not(HasSubstr("left")));
}

TEST(ProgressLine, IsNeverTooWide)
{
  std::mt19937_64 random{7};
  auto const number = [&] { return random() >> (random() % 64); };
  for (int i = 0; i < 2000; ++i) {
    progress_state const state{number(),
                               number(),
                               number(),
                               number(),
                               static_cast<double>(number()),
                               static_cast<double>(number()),
                               static_cast<double>(number())};
    auto const columns = random() % 120;
    EXPECT_LE(progress_line(state, columns).size(), columns);
  }
}

}  // namespace
}  // namespace heddle
