#include "src/cli/commands.hpp"
#include "src/cli/inputs.hpp"
#include "src/cli/interrupts.hpp"
#include "src/run/process.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/trace/progress_display.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace heddle::cli {
namespace {

struct run_command {
  common_options common{};
  workflow_input input{};
  std::string plan_file{};
  std::string algorithm = "auto";
  double time_limit     = 0.1;
  std::uint64_t seed    = 1;
  bool dynamic          = false;
  std::optional<int> jobs{};
  std::optional<double> replay{};
  bool execute = false;
  std::string cache_dir{};
  bool resume     = false;
  bool keep_going = false;
  std::string report_file{};
  std::string trace_file{};
  std::string directory = ".";
};

void add_options(CLI::App& command, run_command& o)
{
  add_common_options(command, o.common);
  o.input.add_to(command);
  auto* const plan = command.add_option("--plan", o.plan_file,
                                        "Run after this schedule, as heddle plan --out wrote it");
  auto* const algorithm =
    command.add_option("--algorithm", o.algorithm, "Planner to use without --plan (default: auto)");
  command.add_option("--time-limit", o.time_limit, "Seconds to plan for (default: 0.1)")
    ->envname("HEDDLE_TIME_LIMIT");
  command.add_option("--seed", o.seed, "Seed of the planner (default: 1)")->envname("HEDDLE_SEED");
  auto* const dynamic = command.add_flag("--dynamic", o.dynamic,
                                         "Run without a schedule: free workers take what is ready");
  command.add_option("--jobs,-j", o.jobs, "Workers (default: one per core)")
    ->envname("HEDDLE_JOBS")
    ->check(CLI::Range(1, 4096));
  auto* const replay = command.add_option(
    "--replay", o.replay, "Burn this many times the expected seconds instead of running commands");
  auto* const execute = command.add_flag(
    "--execute", o.execute, "Run the commands of a WfFormat file, which may come from anywhere");
  command
    .add_option("--cache-dir", o.cache_dir, "Directory for cached results (not in this version)")
    ->envname("HEDDLE_CACHE_DIR");
  command.add_flag("--resume", o.resume, "Continue a stopped run (not in this version)");
  command
    .add_flag("--keep-going,-k", o.keep_going, "After a failure, finish what does not depend on it")
    ->envname("HEDDLE_KEEP_GOING");
  command.add_option("--report", o.report_file, "Write a self-contained HTML report")
    ->type_name("FILE.html")
    ->envname("HEDDLE_REPORT");
  command.add_option("--trace", o.trace_file, "Write a Chrome/Perfetto trace")
    ->type_name("FILE.json")
    ->envname("HEDDLE_TRACE");
  command
    .add_option("--directory,-C", o.directory, "Where the files of programs lie (default: here)")
    ->type_name("DIR")
    ->envname("HEDDLE_DIRECTORY");
  plan->type_name("FILE")->envname("HEDDLE_PLAN")->excludes(dynamic);
  algorithm->type_name("NAME")->envname("HEDDLE_ALGORITHM");
  replay->type_name("SCALE")->envname("HEDDLE_REPLAY")->excludes(execute);
}

/// Refuses what this version cannot do and what must not happen by accident.
void expect_runnable(run_command const& o, workflow_file const& file)
{
  if (o.resume)
    throw not_supported{"--resume: this version keeps no journal to continue from; run without it"};
  if (!o.cache_dir.empty())
    throw not_supported{"--cache-dir: this version has no cache of results; run without it"};
  if (o.replay && !(std::isfinite(*o.replay) && *o.replay >= 0)) {
    throw input_error{"--replay: the scale must be a number that is not negative"};
  }
  if (file.format == file_format::wfformat && !o.replay && !o.execute) {
    throw input_error{fmt::format(
      "{}: the commands of a WfFormat file may come from anywhere; say --execute to run them, or "
      "--replay SCALE to burn SCALE x their recorded seconds",
      o.input.path)};
  }
}

std::optional<schedule> make_plan(run_command const& o, workflow const& w, machine const& m)
{
  if (o.dynamic) return std::nullopt;
  if (!o.plan_file.empty()) return schedule::read(o.plan_file, w, m);
  return plan(w, m,
              {.algorithm = o.algorithm, .time_limit = seconds{o.time_limit}, .seed = o.seed});
}

/// Waits for the run, shows how far it is, and passes Ctrl-C on. A second Ctrl-C kills at once.
report watch(run& r, interrupts const& signals, bool quiet)
{
  std::optional<progress_display> display;
  if (!quiet) display.emplace();
  int asked = 0;
  while (!r.wait_for(20ms)) {
    if (int const signal = signals.take(); signal != 0) {
      if (asked++ > 0) end_descendants();
      fmt::print(stderr, "heddle: {}: ending the programs that run; once more kills them\n",
                 strsignal(signal));
      r.cancel();
    }
    if (display) display->update(r.progress());
  }
  return r.wait();
}

std::size_t count(report const& result, task_status status)
{
  return static_cast<std::size_t>(std::count_if(result.tasks.begin(), result.tasks.end(),
                                                [&](auto const& t) { return t.status == status; }));
}

void print_failures(report const& result)
{
  for (std::size_t t = 0; t < result.tasks.size(); ++t) {
    auto const& task = result.tasks[t];
    if (task.status != task_status::failed) continue;
    auto const& log = result.record.tasks[t].output_path;
    fmt::print(stderr, "heddle: task \"{}\" failed: {}{}\n", task.name, task.message,
               log.empty() ? "" : "\n  all of its output: " + log);
  }
}

void print_summary(run_command const& o, report const& result)
{
  auto const& record = result.record;
  fmt::print("{}: {} of {} tasks done on {} workers in {:.3f} s", record.workflow_name,
             count(result, task_status::done), result.tasks.size(), record.workers.size(),
             result.makespan_seconds);
  if (record.planned_makespan_seconds > 0) {
    fmt::print("; planned {:.3f} s by {}, measured / planned {:.4f}",
               record.planned_makespan_seconds, record.algorithm,
               result.makespan_seconds / record.planned_makespan_seconds);
  }
  fmt::print("\n");
  for (auto const status : {task_status::failed, task_status::skipped, task_status::cancelled}) {
    if (auto const n = count(result, status); n > 0) fmt::print("  {} {}\n", n, to_string(status));
  }
  if (!o.report_file.empty()) fmt::print("  report: {}\n", o.report_file);
  if (!o.trace_file.empty()) fmt::print("  trace: {}\n", o.trace_file);
}

nlohmann::ordered_json task_json(task_record const& task, std::vector<std::string> const& workers)
{
  auto const id_of = [&](int worker) -> nlohmann::ordered_json {
    if (worker < 0) return nullptr;
    return workers[static_cast<std::size_t>(worker)];
  };
  auto const time = [](double seconds) -> nlohmann::ordered_json {
    if (seconds < 0) return nullptr;
    return seconds;
  };
  nlohmann::ordered_json j{{"id", task.name},
                           {"resource", id_of(task.worker)},
                           {"start", time(task.start_seconds)},
                           {"finish", time(task.finish_seconds)},
                           {"status", to_string(task.status)},
                           {"attempts", task.attempts},
                           {"planned_resource", id_of(task.planned_worker)},
                           {"planned_start", time(task.planned_start_seconds)},
                           {"planned_finish", time(task.planned_finish_seconds)}};
  if (!task.message.empty()) j["message"] = task.message;
  if (!task.output_path.empty()) j["output"] = task.output_path;
  return j;
}

void print_json(report const& result, std::optional<schedule> const& s)
{
  auto const& record = result.record;
  nlohmann::ordered_json j{{"workflow", record.workflow_name},
                           {"algorithm", record.algorithm},
                           {"makespan", result.makespan_seconds}};
  if (s) {
    j["planned_makespan"] = record.planned_makespan_seconds;
    j["lower_bound"]      = record.lower_bound_seconds;
    j["gap"]              = s->gap;
    j["seed"]             = s->seed;
    j["hash"]             = s->hash;
  }
  j["stopped"] = result.stopped;
  j["done"]    = count(result, task_status::done);
  j["failed"]  = count(result, task_status::failed);
  j["tasks"]   = nlohmann::ordered_json::array();
  for (auto const& task : record.tasks) j["tasks"].push_back(task_json(task, record.workers));
  std::cout << j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

int execute(run_command const& o)
{
  auto const file = o.input.read();
  expect_runnable(o, file);
  auto const here = machine::discover();
  auto const m    = o.jobs ? here.with_cpus(*o.jobs) : here;
  auto const s    = make_plan(o, file.workflow, m);
  run_options options;
  options.keep_going   = o.keep_going;
  options.trace        = o.trace_file;
  options.html         = o.report_file;
  options.directory    = o.directory;
  options.replay_scale = o.replay;

  adopt_orphans();
  interrupts const signals;
  engine e{m};
  auto started      = s ? e.start(file.workflow, *s, options) : e.start(file.workflow, options);
  auto const result = watch(started, signals, o.common.quiet || o.common.json);
  end_descendants();
  print_failures(result);
  if (o.common.json) {
    print_json(result, s);
  } else if (!o.common.quiet) {
    print_summary(o, result);
  }
  if (result.stopped)
    fmt::print(stderr, "heddle: stopped before the end; outputs that are there are complete\n");
  return result.error || result.stopped ? exit_failed : exit_done;
}

}  // namespace

void add_run_command(CLI::App& app, int& status)
{
  auto* const command = app.add_subcommand("run", "Plan a workflow and run it on this machine");
  auto const options  = std::make_shared<run_command>();
  add_options(*command, *options);
  command->callback([options, &status] { status = execute(*options); });
}

}  // namespace heddle::cli
