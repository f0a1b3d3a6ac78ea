#include <heddle/run/run_recorder.hpp>
#include <heddle/run/task_rows.hpp>
#include <heddle/trace/writers.hpp>

#include "tests/support/random_rows.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

using test::random_rows;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

/// Of one thread.
class diary final : public run_observer {
 public:
  void begin_task(task_moment const& at) noexcept override
  {
    is_ordered = is_ordered && at.ticks >= last_;
    last_      = at.ticks;
    lines.push_back("begin " + std::to_string(at.task.id));
  }
  void end_task(task_moment const& at, bool is_done) noexcept override
  {
    is_ordered = is_ordered && at.ticks >= last_;
    last_      = at.ticks;
    lines.push_back((is_done ? "end " : "fail ") + std::to_string(at.task.id));
  }

  std::vector<std::string> lines{};
  bool is_ordered = true;

 private:
  std::uint64_t last_ = 0;
};

TEST(RunObserver, IsToldOfEachBeginAndEnd)
{
  executor e{0};
  task_rows rows;
  auto const first = rows.add([] {}), second = rows.add([] { throw 7; });
  auto const left_out = rows.add([] {});
  rows.order(first, second);
  rows.order(second, left_out);
  diary d;
  EXPECT_ANY_THROW(rows.run(e, {.observer = &d}));
  EXPECT_THAT(d.lines, ElementsAre("begin 0", "end 0", "begin 1", "fail 1"));
  EXPECT_TRUE(d.is_ordered);
  EXPECT_ANY_THROW(rows.run(e));
  EXPECT_EQ(d.lines.size(), 4U);
}

TEST(RunObserver, IsToldOfEachRoundOfALoop)
{
  executor e{0};
  int i = 0;
  task_rows rows;
  auto const first = rows.add([] {});
  auto const again = rows.add_condition([&] { return ++i < 3; });
  rows.order(first, again);
  rows.order_if(again, true, again);
  diary d;
  EXPECT_TRUE(rows.run(e, {.observer = &d}));
  EXPECT_THAT(d.lines, ElementsAre("begin 0", "end 0", "begin 1", "end 1", "begin 1", "end 1",
                                   "begin 1", "end 1"));
}

/// The tasks of one worker do not overlap, and each is there once.
void expect_sound(run_record const& record, std::size_t num_tasks)
{
  EXPECT_EQ(record.tasks.size(), num_tasks);
  std::map<int, double> end_of;
  for (auto const& t : record.tasks) {
    ASSERT_LT(static_cast<std::size_t>(t.worker), record.workers.size());
    ASSERT_GE(t.start_seconds, end_of[t.worker]);
    ASSERT_GE(t.finish_seconds, t.start_seconds);
    ASSERT_LE(t.finish_seconds, record.makespan_seconds);
    ASSERT_EQ(t.status, task_status::done);
    end_of[t.worker] = t.finish_seconds;
  }
}

TEST(RunRecorder, RecordsEachTaskOfRandomRowsOnce)
{
  for (int const threads : {0, 1, 7}) {
    executor e{threads};
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      auto const num_tasks = 1 + seed * 37 % 1500;
      random_rows rows{num_tasks, seed};
      run_recorder recorder;
      rows.run(e, {.observer = &recorder, .max_parallelism = seed % 3 == 0 ? 2 : 0});
      ASSERT_TRUE(rows.is_right());
      expect_sound(recorder.record(rows.rows()), num_tasks);
      EXPECT_EQ(recorder.num_lost(), 0U);
      recorder.clear();
      EXPECT_TRUE(recorder.record(rows.rows()).tasks.empty());
    }
  }
}

/// A body that waits may run another task meanwhile, on the same thread.
TEST(RunRecorder, RecordsTasksInsideOfOthers)
{
  executor e{0};
  bool is_inner_done = false;
  task_rows rows;
  auto const wait = [&] {
    executor::visit const here{e};
    e.work_until(here.self(), [&] { return is_inner_done; });
  };
  rows.add(wait, {.name = "outer"});
  rows.add([&] { is_inner_done = true; }, {.name = "inner"});
  run_recorder recorder;
  EXPECT_TRUE(rows.run(e, {.observer = &recorder}));
  auto const tasks = recorder.record(rows).tasks;
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].name, "outer");
  EXPECT_EQ(tasks[1].name, "inner");
  EXPECT_GE(tasks[1].start_seconds, tasks[0].start_seconds);
  EXPECT_LE(tasks[1].finish_seconds, tasks[0].finish_seconds);
  EXPECT_EQ(tasks[0].status, task_status::done);
}

TEST(RunRecorder, NamesTasksInTheTrace)
{
  executor e{0};
  task_rows rows;
  rows.add([] {}, {.name = "read"});
  rows.add([] {});
  rows.add([] { throw std::runtime_error{"disk full"}; }, {.name = "write"});
  run_recorder recorder;
  EXPECT_ANY_THROW(rows.run(e, {.observer = &recorder}));
  std::ostringstream trace;
  write_chrome_trace(recorder.record(rows), trace);
  std::vector<std::string> names;
  auto const written = nlohmann::json::parse(trace.str());
  for (auto const& event : written.at("traceEvents")) {
    if (event.at("ph") != "X") continue;
    names.push_back(event.at("name").get<std::string>() + ": " +
                    event.at("args").at("status").get<std::string>());
  }
  EXPECT_THAT(names, UnorderedElementsAre("read: done", "task 1: done", "write: failed"));
}

}  // namespace
}  // namespace heddle
