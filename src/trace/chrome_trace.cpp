#include <heddle/trace/writers.hpp>

#include "src/base/atomic_file.hpp"
#include "src/trace/json_text.hpp"
#include "src/trace/run_shape.hpp"

#include <algorithm>

// The format is described in "Trace Event Format" (Google, 2016). Complete events are written
// before flow events, since viewers tie an arrow to the slice that they have seen last at its time.

namespace heddle {
namespace {

constexpr double microseconds = 1e6;  // in a second

/// Where an arrow leaves a task: inside its bar, for viewers look for the bar around that time.
double arrow_start_seconds(run_record const& run, task_record const& task)
{
  static constexpr double inset_seconds = 1e-6;
  return std::max(task.start_seconds, end_seconds(run, task) - inset_seconds);
}

void write_name(json_text& json, std::string_view what, std::size_t thread, std::string_view name)
{
  json.format("{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"{}\",\"args\":{{\"name\":", thread,
              what);
  json.string(name);
  json.raw("}}");
}

void write_threads(json_text& json, run_record const& run)
{
  write_name(json, "process_name", 0, run.workflow_name.empty() ? "heddle" : run.workflow_name);
  auto const names = worker_names(run);
  for (std::size_t i = 0; i < names.size(); ++i) {
    json.raw(",\n");
    write_name(json, "thread_name", i + 1, names[i]);
    json.format(
      ",\n{{\"ph\":\"M\",\"pid\":1,\"tid\":{0},\"name\":\"thread_sort_index\","
      "\"args\":{{\"sort_index\":{0}}}}}",
      i + 1);
  }
}

void write_planned(json_text& json, run_record const& run, task_record const& task)
{
  if (task.planned_worker < 0) return;
  json.raw(",\"planned worker\":");
  json.string(worker_name(run, task.planned_worker));
  json.raw(",\"planned start s\":");
  json.number(task.planned_start_seconds);
  json.raw(",\"planned finish s\":");
  json.number(task.planned_finish_seconds);
}

void write_task(json_text& json, run_record const& run, std::size_t id)
{
  auto const& task    = run.tasks[id];
  auto const duration = end_seconds(run, task) - task.start_seconds;
  json.raw(",\n{\"ph\":\"X\",\"pid\":1");
  json.format(",\"tid\":{},\"ts\":{:.3f},\"dur\":{:.3f},\"name\":", task.worker + 1,
              task.start_seconds * microseconds, duration * microseconds);
  json.string(task.name);
  json.raw(",\"cat\":");
  json.string(task.kind.empty() ? "task" : task.kind);
  json.format(",\"args\":{{\"id\":{},\"kind\":", id);
  json.string(task.kind);
  json.format(",\"status\":\"{}\",\"attempts\":{}", to_string(task.status), task.attempts);
  write_planned(json, run, task);
  if (!task.message.empty()) {
    json.raw(",\"message\":");
    json.string(task.message);
  }
  json.raw("}}");
}

void write_arrow(json_text& json, run_record const& run, task_record const& from,
                 task_record const& to, std::size_t number)
{
  static constexpr char pattern[] =
    ",\n{{\"ph\":\"{}\",\"pid\":1,\"tid\":{},\"ts\":{:.3f},\"id\":{},\"name\":\"edge\",\"cat\":"
    "\"edge\"{}}}";
  json.format(pattern, "s", from.worker + 1, arrow_start_seconds(run, from) * microseconds, number,
              "");
  json.format(pattern, "f", to.worker + 1, to.start_seconds * microseconds, number,
              ",\"bp\":\"e\"");
}

void write_arrows(json_text& json, run_record const& run)
{
  std::size_t number = 0;
  for (auto const& to : run.tasks) {
    if (!was_started(to)) continue;
    for (auto const predecessor : to.predecessors) {
      auto const& from = run.tasks.at(static_cast<std::size_t>(predecessor));
      if (was_started(from) && from.worker != to.worker) write_arrow(json, run, from, to, number++);
    }
  }
}

}  // namespace

void write_chrome_trace(run_record const& run, std::ostream& out)
{
  json_text json{out};
  json.raw("{\"displayTimeUnit\":\"ms\",\"otherData\":{\"algorithm\":");
  json.string(run.algorithm);
  json.raw(",\"makespan s\":");
  json.number(run.makespan_seconds);
  json.raw("},\"traceEvents\":[\n");
  write_threads(json, run);
  for (std::size_t id = 0; id < run.tasks.size(); ++id) {
    if (was_started(run.tasks[id])) write_task(json, run, id);
  }
  write_arrows(json, run);
  json.raw("\n]}\n");
  json.flush();
}

void write_chrome_trace(run_record const& run, std::filesystem::path const& path)
{
  write_atomically(path, [&](std::ostream& out) { write_chrome_trace(run, out); });
}

}  // namespace heddle
