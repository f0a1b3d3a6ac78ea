#include "src/cli/commands.hpp"
#include "src/cli/inputs.hpp"
#include "src/cli/watched_plan.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/plan/simulation.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>

namespace heddle::cli {
namespace {

struct plan_arguments {
  common_options common{};
  workflow_input workflow{};
  machine_input machine{};
  std::string algorithm     = "auto";
  double time_limit_seconds = plan_options{}.time_limit.count();
  std::uint64_t evaluations = 0;
  int threads               = 1;
  std::string device        = "auto";
  std::uint64_t seed        = 1;
  std::string out{};
};

void print_algorithms(bool json)
{
  if (!json) {
    for (auto const& p : planners()) fmt::print("{:<12}{}\n", p.name, p.description);
    return;
  }
  auto list = nlohmann::ordered_json::array();
  for (auto const& p : planners())
    list.push_back({{"name", p.name}, {"description", p.description}});
  fmt::print("{}\n", nlohmann::ordered_json{{"algorithms", list}}.dump(1));
}

/// One line per resource: how much of the makespan it works, and on how many tasks.
void print_utilisation(schedule const& s)
{
  constexpr std::size_t most_lines = 32;
  constexpr int bar_width          = 40;
  std::vector<double> busy_seconds(s.resource_ids.size());
  std::vector<std::size_t> tasks(s.resource_ids.size());
  for (auto const& task : s.tasks) {
    auto const r = static_cast<std::size_t>(task.resource);
    busy_seconds[r] += task.finish_seconds - task.start_seconds;
    ++tasks[r];
  }
  for (auto const& [task, core] : s.further_cores) {
    auto const r      = static_cast<std::size_t>(core);
    auto const& first = s.tasks[static_cast<std::size_t>(task)];
    busy_seconds[r] += first.finish_seconds - first.start_seconds;
    ++tasks[r];
  }
  std::size_t width = 0;
  for (auto const& id : s.resource_ids) width = std::max(width, id.size());
  fmt::print("utilisation\n");
  for (std::size_t r = 0; r < std::min(most_lines, busy_seconds.size()); ++r) {
    auto const share = s.makespan_seconds > 0 ? busy_seconds[r] / s.makespan_seconds : 0;
    auto const bar   = std::string(static_cast<std::size_t>(share * bar_width + 0.5), '#');
    fmt::print("  {:<{}}  {:<{}} {:5.1f} %  {} tasks\n", s.resource_ids[r], width, bar, bar_width,
               100 * share, tasks[r]);
  }
  if (busy_seconds.size() > most_lines) {
    fmt::print("  ... and {} more\n", busy_seconds.size() - most_lines);
  }
}

/// What each technique gave: the best first, those left out by reason.
void print_tried(schedule const& s)
{
  if (s.tried.empty()) return;
  auto tried            = s.tried;
  auto const is_left    = [](trial const& t) { return t.left_out.has_value(); };
  auto const first_left = std::stable_partition(tried.begin(), tried.end(), std::not_fn(is_left));
  std::stable_sort(tried.begin(), first_left, [](trial const& a, trial const& b) {
    return a.makespan_seconds < b.makespan_seconds;
  });
  fmt::print("tried\n");
  for (auto each = tried.begin(); each != first_left; ++each) {
    fmt::print("  {:<10} {:>14.6g} s  in {:.3g} ms\n", each->algorithm, each->makespan_seconds,
               1000 * each->planning_seconds);
  }
  std::map<std::string, std::string> left_out;
  for (auto each = first_left; each != tried.end(); ++each) {
    auto& names = left_out[*each->left_out];
    names += (names.empty() ? "" : ", ") + each->algorithm;
  }
  for (auto const& [why, names] : left_out) fmt::print("  not {}: {}\n", names, why);
}

/// How the schedule stands execution times that vary, unless that takes longer than a moment.
std::optional<robustness> robustness_of(schedule const& s, workflow const& w, machine const& m,
                                        std::uint64_t seed)
{
  constexpr std::size_t most_visits = 3'000'000, most_samples = 100, least_samples = 20;
  constexpr double variation = 0.2;
  auto const samples = std::min(most_samples, most_visits / (w.num_tasks() + w.edges().size() + 1));
  if (samples < least_samples) return std::nullopt;
  return measure_robustness(s, cost_model{w, m}, {variation, seed}, samples);
}

void print_robustness(schedule const& s)
{
  if (!s.robust) return;
  fmt::print(
    "robustness   {:+.1f} % on average and {:+.1f} % in 95 of 100 runs where execution "
    "times vary by {:.0f} %\n",
    100 * (s.robust->mean - 1), 100 * (s.robust->p95 - 1), 100 * s.robust->variation);
}

void print_summary(schedule const& s, workflow const& w, machine const& m)
{
  fmt::print("workflow     {} ({} tasks, {} edges)\n", s.workflow_name, w.num_tasks(),
             w.edges().size());
  fmt::print("machine      {} ({} resources)\n", m.name, m.resources.size());
  fmt::print("algorithm    {}\n", s.made_by == s.algorithm
                                    ? s.algorithm
                                    : fmt::format("{} (best: {})", s.algorithm, s.made_by));
  fmt::print("makespan     {:.6g} s\n", s.makespan_seconds);
  fmt::print("lower bound  {:.6g} s{}, gap {:.2f} %{}\n", s.lower_bound_seconds,
             s.bounded_by.empty() ? "" : fmt::format(" ({})", s.bounded_by), 100 * s.gap,
             s.guarantee ? ": " + *s.guarantee : "");
  fmt::print("planned in   {:.3g} ms, {} schedule{} tried; bound in {:.3g} ms\n",
             1000 * s.planning_seconds, s.evaluations, s.evaluations == 1 ? "" : "s",
             1000 * s.bounding_seconds);
  print_robustness(s);
  print_tried(s);
  print_utilisation(s);
}

void expect_supported(plan_arguments const& arguments)
{
  if (!(arguments.time_limit_seconds >= 0)) {
    throw input_error{"--time-limit: must be a number of seconds from 0 on"};
  }
}

/// The GPU pays where there is time to wait for it; by evaluations, the CPU gives the same answer
/// on every machine.
std::vector<std::shared_ptr<device>> devices_for(plan_arguments const& arguments)
{
  constexpr double least_seconds = 1;
  bool const pays = arguments.time_limit_seconds >= least_seconds && arguments.evaluations == 0;
  if (arguments.device == "cpu" || (arguments.device == "auto" && !pays)) return {};
  auto found = cuda_devices();
  if (found.empty() && arguments.device == "cuda") {
    throw not_supported{"--device cuda: no CUDA device can be used here; see `heddle topo`"};
  }
  return found;
}

plan_options options_of(plan_arguments const& arguments)
{
  plan_options options{arguments.algorithm, seconds{arguments.time_limit_seconds}, arguments.seed};
  options.evaluations = arguments.evaluations;
  options.threads     = arguments.threads;
  options.devices     = devices_for(arguments);
  return options;
}

void run_plan(plan_arguments const& arguments)
{
  if (arguments.algorithm == "list") return print_algorithms(arguments.common.json);
  if (arguments.workflow.path.empty()) throw CLI::RequiredError{"WORKFLOW"};
  expect_supported(arguments);
  auto const file     = arguments.workflow.read();
  auto const m        = arguments.machine.read(file.workflow);
  bool const is_quiet = arguments.common.quiet || arguments.common.json;
  auto s              = watched_plan(file.workflow, m, options_of(arguments), is_quiet);
  s.robust            = robustness_of(s, file.workflow, m, arguments.seed);
  if (!s.remark.empty()) fmt::print(stderr, "heddle: {}\n", s.remark);
  if (!arguments.out.empty()) s.write(std::filesystem::path{arguments.out});
  if (arguments.common.json) return s.write(std::cout);
  if (arguments.common.quiet) return fmt::print("{}\n", s.makespan_seconds);
  print_summary(s, file.workflow, m);
  if (!arguments.out.empty()) fmt::print("written to   {}\n", arguments.out);
}

void add_search_options(CLI::App& command, plan_arguments& arguments)
{
  command
    .add_option("--time-limit", arguments.time_limit_seconds,
                "Seconds to spend; \"auto\" leaves out what would exceed them (0.1)")
    ->type_name("SECONDS")
    ->envname("HEDDLE_TIME_LIMIT");
  command
    .add_option("--evaluations", arguments.evaluations,
                "Schedules that \"search\" looks at, instead of a time: the same answer for a seed")
    ->type_name("N")
    ->envname("HEDDLE_EVALUATIONS");
  command.add_option("--threads", arguments.threads, "Threads that \"search\" uses (1)")
    ->check(CLI::Range(1, most_planning_threads))
    ->type_name("N")
    ->envname("HEDDLE_THREADS");
  command
    .add_option(
      "--device", arguments.device,
      "Where \"search\" runs: auto (all GPUs, if there are any and a second or more), cpu or cuda; "
      "threads beyond one for each GPU search beside them")
    ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
    ->type_name("DEVICE")
    ->envname("HEDDLE_DEVICE");
  command
    .add_option("--seed", arguments.seed,
                "Seed of the random choices of \"search\", kept in the schedule (1)")
    ->type_name("N")
    ->envname("HEDDLE_SEED");
}

}  // namespace

void add_plan_command(CLI::App& app, int& /*status*/)
{
  auto const arguments = std::make_shared<plan_arguments>();
  auto& command        = *app.add_subcommand("plan", "Make a schedule for a workflow on a machine");
  add_common_options(command, arguments->common);
  arguments->workflow.add_to(command)->required(false);  // not needed for --algorithm list
  arguments->machine.add_to(command);
  command
    .add_option("--algorithm", arguments->algorithm, "Planner to use; \"list\" names all (auto)")
    ->type_name("NAME")
    ->envname("HEDDLE_ALGORITHM");
  add_search_options(command, *arguments);
  command.add_option("--out", arguments->out, "Write the schedule to this file, for run --plan")
    ->type_name("FILE")
    ->envname("HEDDLE_OUT");
  command.callback([arguments] { run_plan(*arguments); });
}

}  // namespace heddle::cli
