#include <heddle/heddle.hpp>
#include <heddle/trace/writers.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace heddle {
namespace {

/// What a trace says of one task.
struct traced {
  int runs      = 0;
  int thread    = -1;
  double start  = 0;
  double finish = 0;
};

std::map<std::string, traced> tasks_of(nlohmann::json const& trace,
                                       std::map<int, std::string>& threads)
{
  std::map<std::string, traced> tasks;
  for (auto const& event : trace.at("traceEvents")) {
    if (event.at("ph") == "M" && event.at("name") == "thread_name") {
      threads[event.at("tid")] = event.at("args").at("name");
    }
    if (event.at("ph") != "X" || !event.contains("args") || !event.at("args").contains("id"))
      continue;
    auto& task  = tasks[event.at("name").get<std::string>()];
    task.start  = event.at("ts");
    task.finish = task.start + event.at("dur").get<double>();
    task.thread = event.at("tid");
    ++task.runs;
  }
  return tasks;
}

/// From the trace: every task once, after its predecessors, on its planned worker.
void expect_as_planned(workflow const& w, schedule const& s, report const& r)
{
  std::stringstream text;
  write_chrome_trace(r.record, text);
  std::map<int, std::string> threads;
  auto const tasks = tasks_of(nlohmann::json::parse(text), threads);
  ASSERT_EQ(tasks.size(), w.num_tasks());
  for (std::size_t t = 0; t < w.num_tasks(); ++t) {
    auto const& task = tasks.at(w.tasks()[t].name);
    ASSERT_EQ(task.runs, 1);
    ASSERT_EQ(threads.at(task.thread),
              s.resource_ids[static_cast<std::size_t>(s.tasks[t].resource)]);
  }
  for (auto const& e : w.edges()) {  // times in a trace are microseconds with three decimals
    ASSERT_LE(tasks.at(w.at(e.from).name).finish, tasks.at(w.at(e.to).name).start + 0.01);
  }
}

std::vector<std::filesystem::path> real_workflows()
{
  std::vector<std::filesystem::path> files;
  auto const* folder = std::getenv("HEDDLE_TEST_DATA");
  if (folder == nullptr) return files;
  for (auto const& entry :
       std::filesystem::directory_iterator{std::filesystem::path{folder} / "workflows"}) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Replay, OfAllRealWorkflowsRunsAsPlanned)
{
  auto const files = real_workflows();
  if (files.empty()) GTEST_SKIP() << "HEDDLE_TEST_DATA is not set";
  auto const here = machine::discover();
  for (auto const& file : files) {
    auto const w = read_workflow(file).workflow;
    auto const s = plan(w, here, {.algorithm = "heft"});
    ASSERT_THAT(check_schedule(s, w, here), ::testing::IsEmpty());
    run_options options;
    options.replay_scale = 0.2 / s.makespan_seconds;
    auto const r         = engine{here}.start(w, s, options).wait();
    ASSERT_FALSE(r.error);
    expect_as_planned(w, s, r);
  }
}

/// At least 3 s each, and 10 ms per task at least; prints measured over planned for each.
TEST(Replay, Slow_OfAllRealWorkflowsTakesAboutThePlannedTime)
{
  auto const files = real_workflows();
  if (files.empty()) GTEST_SKIP() << "HEDDLE_TEST_DATA is not set";
  auto const here = machine::discover();
  std::vector<double> ratios;
  for (auto const& file : files) {
    auto const w = read_workflow(file).workflow;
    auto const s = plan(w, here, {.algorithm = "heft"});
    double work  = 0;
    for (auto const& a : s.tasks) work += a.finish_seconds - a.start_seconds;
    run_options options;
    options.replay_scale =
      std::max(3.0 / s.makespan_seconds, 0.010 * static_cast<double>(w.num_tasks()) / work);
    auto const r = engine{here}.start(w, s, options).wait();
    ASSERT_FALSE(r.error);
    expect_as_planned(w, s, r);
    ratios.push_back(r.makespan_seconds / r.record.planned_makespan_seconds);
    fmt::print("{:45} {:5} tasks, planned {:7.3f} s, measured / planned {:.4f}\n",
               file.stem().string(), w.num_tasks(), r.record.planned_makespan_seconds,
               ratios.back());
    EXPECT_GE(r.makespan_seconds, r.record.planned_makespan_seconds * 0.999)
      << "it burnt less than planned";
  }
  fmt::print("largest measured / planned: {:.4f}\n",
             *std::max_element(ratios.begin(), ratios.end()));
}

}  // namespace
}  // namespace heddle
