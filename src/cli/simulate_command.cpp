#include "src/cli/commands.hpp"
#include "src/cli/inputs.hpp"
#include "src/plan/schedule_document.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/plan/simulation.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace heddle::cli {
namespace {

using nlohmann::ordered_json;

struct simulate_arguments {
  common_options common{};
  workflow_input workflow{};
  machine_input machine{};
  std::string plan_file{};
  std::string algorithm     = "auto";
  double time_limit_seconds = plan_options{}.time_limit.count();
  heddle::noise noise{};
  std::size_t samples = 100;
};

/// What came of it: one run in full and, with noise, how others vary.
struct simulated {
  schedule plan{};
  std::vector<assignment> tasks{};
  double makespan_seconds = 0;
  robustness of{};
};

simulated simulate(simulate_arguments const& arguments, workflow const& w, machine const& m)
{
  auto plan_of =
    arguments.plan_file.empty()
      ? plan(w, m,
             {arguments.algorithm, seconds{arguments.time_limit_seconds}, arguments.noise.seed})
      : schedule::read(arguments.plan_file, w, m);
  cost_model const costs{w, m};
  simulated result{.plan = std::move(plan_of)};
  result.tasks = schedule_simulator{result.plan, costs}.run(arguments.noise);
  for (auto const& task : result.tasks) {
    result.makespan_seconds = std::max(result.makespan_seconds, task.finish_seconds);
  }
  auto const samples = arguments.noise.variation > 0 ? arguments.samples : 1;
  result.of          = measure_robustness(result.plan, costs, arguments.noise, samples);
  return result;
}

ordered_json to_json(robustness const& of)
{
  return {{"noise", of.variation}, {"samples", of.samples}, {"mean", of.mean},
          {"median", of.median},   {"p95", of.p95},         {"worst", of.worst}};
}

void print_json(simulated const& result, std::uint64_t seed)
{
  auto const& s         = result.plan;
  bool const as_planned = result.of.variation == 0;
  ordered_json document{
    {"version", schedule_document_version},
    {"hash", s.hash},
    {"workflow", s.workflow_name},
    {"algorithm", s.algorithm},
    {"made_by", s.made_by},
    {"makespan", result.makespan_seconds},
    {"planned_makespan", s.makespan_seconds},
    {"lower_bound", as_planned ? ordered_json(s.lower_bound_seconds) : ordered_json{}},
    {"gap", as_planned && std::isfinite(s.gap) ? ordered_json(s.gap) : ordered_json{}},
    {"seed", seed},
    {"robustness", to_json(result.of)},
    {"tasks", ordered_json::array()}};
  for (std::size_t t = 0; t < result.tasks.size(); ++t) {
    auto const& task = result.tasks[t];
    auto const id    = [&](int resource) {
      return s.resource_ids[static_cast<std::size_t>(resource)];
    };
    ordered_json row   = {{"id", s.task_names[t]},
                          {"resource", id(task.resource)},
                          {"start", task.start_seconds},
                          {"finish", task.finish_seconds}};
    auto const further = s.further_cores_of(static_cast<task_id>(t));
    if (!further.empty()) row["cores"] = {id(task.resource)};
    for (auto const& core : further) row["cores"].push_back(id(core.resource));
    document["tasks"].push_back(std::move(row));
  }
  fmt::print("{}\n", document.dump(1, ' ', false, ordered_json::error_handler_t::replace));
}

void print_summary(simulated const& result, heddle::noise const& noise)
{
  auto const& s      = result.plan;
  auto const percent = [](double ratio) { return 100 * (ratio - 1); };
  fmt::print("workflow     {} ({} tasks)\n", s.workflow_name, s.tasks.size());
  fmt::print("planned      {:.6g} s by {}, gap {:.2f} %\n", s.makespan_seconds, s.made_by,
             100 * s.gap);
  fmt::print("simulated    {:.6g} s", result.makespan_seconds);
  if (noise.variation == 0) return fmt::print(" without noise\n");
  fmt::print(" with noise {:g}, seed {}\n", noise.variation, noise.seed);
  fmt::print(
    "of {:<9} mean {:+.2f} %, median {:+.2f} %, 95 of 100 within {:+.2f} %, worst "
    "{:+.2f} % of the plan\n",
    fmt::format("{} runs", result.of.samples), percent(result.of.mean), percent(result.of.median),
    percent(result.of.p95), percent(result.of.worst));
}

void run_simulate(simulate_arguments const& arguments)
{
  if (!(arguments.time_limit_seconds >= 0)) {
    throw input_error{"--time-limit: must be a number of seconds from 0 on"};
  }
  if (!(arguments.noise.variation >= 0 && arguments.noise.variation <= most_variation)) {
    throw input_error{
      fmt::format("--noise: must be a number from 0 to {}, such as 0.2", most_variation)};
  }
  auto const file   = arguments.workflow.read();
  auto const m      = arguments.machine.read(file.workflow);
  auto const result = simulate(arguments, file.workflow, m);
  if (arguments.common.json) return print_json(result, arguments.noise.seed);
  if (arguments.common.quiet) return fmt::print("{}\n", result.makespan_seconds);
  print_summary(result, arguments.noise);
}

void add_options(CLI::App& command, simulate_arguments& arguments)
{
  auto* const plan = command.add_option("--plan", arguments.plan_file,
                                        "Schedule to execute, as heddle plan --out writes it");
  auto* const algorithm =
    command.add_option("--algorithm", arguments.algorithm, "Planner, if there is no --plan (auto)");
  plan->type_name("FILE")->envname("HEDDLE_PLAN")->excludes(algorithm);
  algorithm->type_name("NAME")->envname("HEDDLE_ALGORITHM");
  command
    .add_option("--time-limit", arguments.time_limit_seconds, "Seconds to spend on planning (0.1)")
    ->type_name("SECONDS")
    ->envname("HEDDLE_TIME_LIMIT");
  command
    .add_option("--noise", arguments.noise.variation,
                "Coefficient of variation of the execution times: each is multiplied by a "
                "log-normal factor of mean 1 (0: none)")
    ->type_name("CV")
    ->envname("HEDDLE_NOISE");
  command.add_option("--samples", arguments.samples, "Runs to simulate with noise (100)")
    ->check(CLI::Range(1, 1'000'000))
    ->type_name("N")
    ->envname("HEDDLE_SAMPLES");
  command.add_option("--seed", arguments.noise.seed, "Seed of the first run (1)")
    ->type_name("N")
    ->envname("HEDDLE_SEED");
}

}  // namespace

void add_simulate_command(CLI::App& app, int& /*status*/)
{
  auto const arguments = std::make_shared<simulate_arguments>();
  auto& command =
    *app.add_subcommand("simulate", "Execute a schedule in simulated time, with noise");
  add_common_options(command, arguments->common);
  arguments->workflow.add_to(command);
  arguments->machine.add_to(command);
  add_options(command, *arguments);
  command.callback([arguments] { run_simulate(*arguments); });
}

}  // namespace heddle::cli
