#include "src/cli/run_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

namespace heddle::cli {
namespace {

using json = nlohmann::ordered_json;

std::size_t count(report const& result, task_status status)
{
  return static_cast<std::size_t>(std::count_if(result.tasks.begin(), result.tasks.end(),
                                                [&](auto const& t) { return t.status == status; }));
}

json id_of(int worker, std::vector<std::string> const& workers)
{
  if (worker < 0) return nullptr;
  return workers[static_cast<std::size_t>(worker)];
}

json time_json(double at)
{
  if (at < 0) return nullptr;
  return at;
}

json task_json(task_record const& task, std::vector<std::string> const& workers)
{
  json j{{"id", task.name},
         {"resource", id_of(task.worker, workers)},
         {"start", time_json(task.start_seconds)},
         {"finish", time_json(task.finish_seconds)},
         {"status", to_string(task.status)},
         {"attempts", task.attempts},
         {"planned_resource", id_of(task.planned_worker, workers)},
         {"planned_start", time_json(task.planned_start_seconds)},
         {"planned_finish", time_json(task.planned_finish_seconds)}};
  if (!task.message.empty()) j["message"] = task.message;
  if (!task.output_path.empty()) j["output"] = task.output_path;
  return j;
}

void add_plan(json& j, run_record const& record, schedule const& s)
{
  j["made_by"]          = s.made_by;
  j["planned_makespan"] = record.planned_makespan_seconds;
  j["lower_bound"]      = record.lower_bound_seconds;
  j["gap"]              = std::isfinite(s.gap) ? json(s.gap) : json(nullptr);
  j["seconds"]          = s.planning_seconds;
  j["evaluations"]      = s.evaluations;
  j["seed"]             = s.seed;
  j["device"]           = s.device;
  j["guarantee"]        = s.guarantee ? json(*s.guarantee) : json(nullptr);
  j["hash"]             = s.hash;
}

}  // namespace

bool knows_seconds(workflow const& w)
{
  return std::any_of(w.tasks().begin(), w.tasks().end(), [](auto const& t) {
    return !std::isnan(t.cpu_seconds) || !std::isnan(t.gpu_seconds) || t.declared().analytic;
  });
}

void print_failures(report const& result)
{
  for (auto const& task : result.record.tasks) {
    if (task.status != task_status::failed) continue;
    fmt::print(stderr, "heddle: task \"{}\" failed: {}{}\n", task.name, task.message,
               task.output_path.empty() ? "" : "\n  all of its output: " + task.output_path);
  }
}

void print_summary(report const& result, bool with_plan)
{
  auto const& record = result.record;
  fmt::print("{}: {} of {} tasks done on {} workers in {:.3f} s", record.workflow_name,
             count(result, task_status::done), result.tasks.size(), record.workers.size(),
             result.makespan_seconds);
  if (with_plan && record.planned_makespan_seconds > 0) {
    fmt::print("; planned {:.3f} s by {}, measured / planned {:.4f}",
               record.planned_makespan_seconds, record.algorithm,
               result.makespan_seconds / record.planned_makespan_seconds);
  }
  fmt::print("\n");
  for (auto const status : {task_status::failed, task_status::skipped, task_status::cancelled}) {
    if (auto const n = count(result, status); n > 0) fmt::print("  {} {}\n", n, to_string(status));
  }
}

void print_run_json(report const& result, std::optional<schedule> const& s)
{
  auto const& record = result.record;
  json j{{"version", 1},
         {"workflow", record.workflow_name},
         {"algorithm", record.algorithm},
         {"makespan", result.makespan_seconds}};
  if (s) add_plan(j, record, *s);
  j["stopped"] = result.stopped;
  j["done"]    = count(result, task_status::done);
  j["failed"]  = count(result, task_status::failed);
  j["tasks"]   = json::array();
  for (auto const& task : record.tasks) j["tasks"].push_back(task_json(task, record.workers));
  std::cout << j.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace heddle::cli
