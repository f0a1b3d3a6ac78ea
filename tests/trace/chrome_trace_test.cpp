#include "tests/trace/sample_run.hpp"

#include <heddle/base/error.hpp>
#include <heddle/trace/writers.hpp>

#include <gmock/gmock.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <set>
#include <sstream>

namespace heddle {
namespace {

using nlohmann::json;

json trace_of(run_record const& run)
{
  std::ostringstream out;
  write_chrome_trace(run, out);
  return json::parse(out.str());
}

std::vector<json> events(json const& trace, std::string_view phase)
{
  std::vector<json> found;
  for (auto const& event : trace.at("traceEvents")) {
    if (event.at("ph") == phase) found.push_back(event);
  }
  return found;
}

run_record two_workers()
{
  run_record run{.workflow_name = "w", .algorithm = "heft", .workers = {"cpu0", "cpu1"}};
  run.tasks            = {{.name           = "a",
                           .kind           = "k",
                           .worker         = 0,
                           .start_seconds  = 0,
                           .finish_seconds = 1.5,
                           .status         = task_status::done,
                           .attempts       = 1},
                          {.name           = "b",
                           .worker         = 1,
                           .start_seconds  = 2,
                           .finish_seconds = 3,
                           .status         = task_status::failed,
                           .attempts       = 2,
                           .message        = "exit status 1",
                           .predecessors   = {0}},
                          {.name           = "c",
                           .worker         = 0,
                           .start_seconds  = 2,
                           .finish_seconds = 2.5,
                           .status         = task_status::done,
                           .predecessors   = {0}},
                          {.name = "d", .status = task_status::skipped, .predecessors = {1}}};
  run.makespan_seconds = 3;
  return run;
}

TEST(ChromeTrace, NamesProcessAndWorkers)
{
  auto const names = events(trace_of(two_workers()), "M");
  EXPECT_EQ(names.at(0).at("args").at("name"), "w");
  EXPECT_EQ(names.at(1).at("args").at("name"), "cpu0");
  EXPECT_EQ(names.at(1).at("tid"), 1);
  EXPECT_EQ(names.at(3).at("args").at("name"), "cpu1");
}

TEST(ChromeTrace, HoldsEachTaskThatRanOnceWithTimesInMicroseconds)
{
  auto const bars = events(trace_of(two_workers()), "X");
  ASSERT_EQ(bars.size(), 3);
  EXPECT_EQ(bars[0].at("name"), "a");
  EXPECT_EQ(bars[0].at("cat"), "k");
  EXPECT_EQ(bars[0].at("ts"), 0.0);
  EXPECT_EQ(bars[0].at("dur"), 1.5e6);
  EXPECT_EQ(bars[1].at("tid"), 2);
  EXPECT_EQ(bars[1].at("ts"), 2e6);
}

TEST(ChromeTrace, TellsStatusAttemptsAndMessage)
{
  auto const args = events(trace_of(two_workers()), "X").at(1).at("args");
  EXPECT_EQ(args.at("id"), 1);
  EXPECT_EQ(args.at("status"), "failed");
  EXPECT_EQ(args.at("attempts"), 2);
  EXPECT_EQ(args.at("message"), "exit status 1");
  EXPECT_FALSE(args.contains("planned worker"));
}

TEST(ChromeTrace, TellsPlannedTimesWhereThereWasAPlan)
{
  auto run                    = two_workers();
  run.tasks[0].planned_worker = 1, run.tasks[0].planned_start_seconds = 0.25,
  run.tasks[0].planned_finish_seconds = 1.25;
  auto const args                     = events(trace_of(run), "X").at(0).at("args");
  EXPECT_EQ(args.at("planned worker"), "cpu1");
  EXPECT_EQ(args.at("planned start s"), 0.25);
  EXPECT_EQ(args.at("planned finish s"), 1.25);
}

TEST(ChromeTrace, DrawsAnArrowPerEdgeBetweenWorkersOnly)
{
  auto const trace = trace_of(two_workers());
  auto const tails = events(trace, "s");
  auto const heads = events(trace, "f");
  ASSERT_EQ(tails.size(), 1);  // a -> b; a -> c stays on its worker, d never ran
  ASSERT_EQ(heads.size(), 1);
  EXPECT_EQ(tails[0].at("id"), heads[0].at("id"));
  EXPECT_EQ(tails[0].at("tid"), 1);
  EXPECT_LT(tails[0].at("ts"), 1.5e6);  // inside the bar it leaves
  EXPECT_GT(tails[0].at("ts"), 1.4999e6);
  EXPECT_EQ(heads[0].at("tid"), 2);
  EXPECT_EQ(heads[0].at("ts"), 2e6);
}

TEST(ChromeTrace, EscapesNamesAndReplacesInvalidUtf8)
{
  auto run          = two_workers();
  run.tasks[0].name = "q\"b\\c\x01\n\x7f</x>";
  run.tasks[1].name =
    "\xff \xc3\xa9 \xe2\x82 \xed\xa0\x80 \xf0\x9f\x98\x80 \xc0\xaf \xf4\x90\x80\x80 \xe2\x82\xac";
  auto const bars = events(trace_of(run), "X");
  EXPECT_EQ(bars[0].at("name"), run.tasks[0].name);
  std::string const bad{"\xef\xbf\xbd"};
  EXPECT_EQ(bars[1].at("name"), bad + " \xc3\xa9 " + bad + bad + " " + bad + bad + bad +
                                  " \xf0\x9f\x98\x80 " + bad + bad + " " + bad + bad + bad + bad +
                                  " \xe2\x82\xac");
}

TEST(ChromeTrace, HoldsOnlyFiniteNumbersAndNoNegativeDuration)
{
  auto const nan              = std::numeric_limits<double>::quiet_NaN();
  auto run                    = two_workers();
  run.tasks[0].finish_seconds = nan;
  run.tasks[1].start_seconds  = nan;
  run.tasks[2].finish_seconds = 1;  // before its start
  run.makespan_seconds        = std::numeric_limits<double>::infinity();
  auto const bars             = events(trace_of(run), "X");
  ASSERT_EQ(bars.size(), 2);
  EXPECT_EQ(bars[0].at("dur"), 0);
  EXPECT_EQ(bars[1].at("dur"), 0);
}

TEST(ChromeTrace, EndsATaskThatNeverFinishedWithTheRun)
{
  auto run                    = two_workers();
  run.tasks[2].finish_seconds = -1;
  EXPECT_EQ(events(trace_of(run), "X").at(2).at("dur"), 1e6);
}

TEST(ChromeTrace, NamesWorkersThatTheRunDoesNotList)
{
  auto run = two_workers();
  run.workers.clear();
  EXPECT_EQ(events(trace_of(run), "M").at(3).at("args").at("name"), "worker 1");
}

TEST(ChromeTrace, IsValidWithoutTasks)
{
  EXPECT_TRUE(events(trace_of({}), "X").empty());
}

TEST(ChromeTrace, HoldsEveryTaskOfALargeRun)
{
  auto const run = sample_run(5000, 8);
  std::set<int> ids;
  for (auto const& bar : events(trace_of(run), "X")) ids.insert(bar.at("args").at("id").get<int>());
  auto const ran = std::ranges::count_if(run.tasks, [](auto const& t) { return t.worker >= 0; });
  EXPECT_EQ(ids.size(), ran);
}

TEST(ChromeTrace, ReportsAFileThatCannotBeWritten)
{
  EXPECT_THROW(write_chrome_trace(sample_run(5000, 2), std::filesystem::path{"/dev/full"}),
               system_error);
}

TEST(ChromeTrace, WritesAFile)
{
  auto const path =
    std::filesystem::path{testing::TempDir()} / ("trace_" + std::to_string(::getpid()) + ".json");
  write_chrome_trace(two_workers(), path);
  EXPECT_GT(std::filesystem::file_size(path), 100);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace heddle
