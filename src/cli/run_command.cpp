#include "src/cli/commands.hpp"
#include "src/cli/inputs.hpp"
#include "src/cli/interrupts.hpp"
#include "src/cli/run_output.hpp"
#include "src/run/descendants.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/trace/progress_display.hpp>

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
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
  auto* const dynamic =
    command
      .add_flag("--dynamic", o.dynamic, "Run without a schedule: free workers take what is ready")
      ->envname("HEDDLE_DYNAMIC");
  command.add_option("--jobs,-j", o.jobs, "Workers (default: one per core)")
    ->envname("HEDDLE_JOBS")
    ->check(CLI::Range(1, 4096));
  auto* const replay = command.add_option(
    "--replay", o.replay, "Burn this many times the expected seconds instead of running commands");
  auto* const execute = command.add_flag(
    "--execute", o.execute, "Run the commands of a WfFormat file, which may come from anywhere");
  execute->envname("HEDDLE_EXECUTE");
  command
    .add_option("--cache-dir", o.cache_dir, "Directory for cached results (not in this version)")
    ->envname("HEDDLE_CACHE_DIR");
  command.add_flag("--resume", o.resume, "Continue a stopped run (not in this version)")
    ->envname("HEDDLE_RESUME");
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

/// Checks that a file can be written before hours are spent on what goes into it.
void expect_folder_of(std::string const& file)
{
  auto const folder = std::filesystem::path{file}.parent_path();
  if (file.empty() || folder.empty() || std::filesystem::is_directory(folder)) return;
  throw input_error{
    fmt::format("{}: there is no folder {}; make it, or write elsewhere", file, folder.string())};
}

/// Refuses what this version cannot do and what must not happen by accident.
void expect_runnable(run_command const& o, workflow_file const& file)
{
  if (o.resume) {
    throw not_supported{"--resume: this version keeps no journal to continue from; run without it"};
  }
  if (!o.cache_dir.empty()) {
    throw not_supported{"--cache-dir: this version has no cache of results; run without it"};
  }
  if (o.replay && !(std::isfinite(*o.replay) && *o.replay >= 0)) {
    throw input_error{"--replay: the scale must be a number that is not negative"};
  }
  if (file.format == file_format::wfformat && !o.replay && !o.execute) {
    throw input_error{fmt::format(
      "{}: the commands of a WfFormat file may come from anywhere; say --execute to run "
      "them, or --replay SCALE to burn SCALE x their recorded seconds",
      o.input.path)};
  }
  expect_folder_of(o.report_file);
  expect_folder_of(o.trace_file);
}

std::optional<schedule> make_plan(run_command const& o, workflow const& w, machine const& m)
{
  if (o.dynamic) return std::nullopt;
  if (!o.plan_file.empty()) return schedule::read(o.plan_file, w, m);
  return plan(w, m,
              {.algorithm = o.algorithm, .time_limit = seconds{o.time_limit}, .seed = o.seed});
}

/// Seconds until Slurm ends the job, less a while to end programs and write reports; 0: no limit.
seconds time_left_by_slurm()
{
  constexpr seconds to_finish{30};
  char const* const text = std::getenv("SLURM_JOB_END_TIME");
  if (text == nullptr) return {};
  char* end         = nullptr;
  auto const end_at = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(end_at > 0)) return {};
  auto const now = seconds{std::chrono::system_clock::now().time_since_epoch()};
  return std::max(seconds{end_at} - now - to_finish, seconds{1});
}

/// Lets a run have as many open files as its workers may need: six each.
void allow_open_files(std::size_t workers)
{
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(std::max<rlim_t>(limit.rlim_cur, 6 * workers + 64), limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Ends what descends from this process, however the run ends.
struct descendants_guard {
  descendants_guard() { adopt_orphans(); }
  descendants_guard(descendants_guard const&)            = delete;
  descendants_guard& operator=(descendants_guard const&) = delete;
  ~descendants_guard() { end_descendants(); }
};

/// Waits for the run, shows how far it is, and passes Ctrl-C on. A second Ctrl-C kills at once.
report watch(run& r, interrupts const& signals, bool quiet)
{
  std::optional<progress_display> display;
  if (!quiet) display.emplace();
  int asked = 0;
  while (!r.wait_for(20ms)) {
    if (int const signal = signals.take(); signal != 0) {
      if (display) display->finish();
      fmt::print(
        stderr, "heddle: {}: {}\n", strsignal(signal),
        asked == 0 ? "ending the programs that run; once more kills them" : "killing them");
      if (asked++ > 0) kill_children();
      r.cancel();
    }
    if (display) display->update(r.progress());
  }
  return r.wait();
}

report run_workflow(run_command const& o, workflow const& w, machine const& m,
                    std::optional<schedule> const& s, interrupts const& signals)
{
  run_options options;
  options.keep_going   = o.keep_going;
  options.deadline     = time_left_by_slurm();
  options.directory    = o.directory;
  options.replay_scale = o.replay;
  allow_open_files(m.resources.size());
  descendants_guard const guard;
  engine e{m};
  auto started = s ? e.start(w, *s, options) : e.start(w, options);
  return watch(started, signals, o.common.quiet || o.common.json);
}

int execute(run_command const& o)
{
  auto const file = o.input.read();
  expect_runnable(o, file);
  auto const here = machine::discover();
  auto const m    = o.jobs ? here.with_cpus(*o.jobs) : here;
  auto const s    = make_plan(o, file.workflow, m);

  // Never destroyed: a signal that comes after the run finds nothing to end, until the process
  // ends.
  static auto const& signals = *new interrupts;
  auto const result          = run_workflow(o, file.workflow, m, s, signals);
  print_failures(result);
  if (o.common.json) {
    print_run_json(result, s);
  } else if (!o.common.quiet) {
    print_summary(result, knows_seconds(file.workflow));
  }
  if (result.stopped) {
    fmt::print(stderr, "heddle: stopped before the end; outputs that are there are complete\n");
  }
  if (!o.report_file.empty()) result.write_html(o.report_file);
  if (!o.trace_file.empty()) result.write_trace(o.trace_file);
  if (!o.common.json && !o.common.quiet) {
    if (!o.report_file.empty()) fmt::print("  report: {}\n", o.report_file);
    if (!o.trace_file.empty()) fmt::print("  trace: {}\n", o.trace_file);
  }
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
