#include "src/cli/commands.hpp"
#include "src/cli/inputs.hpp"
#include "src/plan/schedule_document.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <memory>

namespace heddle::cli {
namespace {

using nlohmann::ordered_json;

struct compare_arguments {
  common_options common{};
  workflow_input workflow{};
  machine_input machine{};
  double time_limit_seconds = plan_options{}.time_limit.count();
};

/// The schedules of all algorithms; their tasks are dropped, for only one plan at a time need fit
/// into memory.
std::vector<schedule> plan_by_all(workflow const& w, machine const& m, seconds time_limit)
{
  std::vector<schedule> all;
  for (auto const& planner : planners()) {
    all.push_back(plan(w, m, {planner.name, time_limit}));
    all.back().tasks      = {};
    all.back().task_names = {};
  }
  return all;
}

ordered_json row(schedule const& s)
{
  return {{"algorithm", s.algorithm},
          {"made_by", s.made_by},
          {"makespan", s.makespan_seconds},
          {"lower_bound", s.lower_bound_seconds},
          {"gap", std::isfinite(s.gap) ? ordered_json(s.gap) : ordered_json{}},
          {"seconds", s.planning_seconds},
          {"evaluations", s.evaluations},
          {"seed", s.seed},
          {"device", s.device},
          {"guarantee", s.guarantee ? ordered_json(*s.guarantee) : ordered_json{}}};
}

void print_json(std::vector<schedule> const& all)
{
  ordered_json document{{"version", schedule_document_version},
                        {"hash", all.front().hash},
                        {"workflow", all.front().workflow_name},
                        {"lower_bound", all.front().lower_bound_seconds},
                        {"algorithms", ordered_json::array()}};
  for (auto const& s : all) document["algorithms"].push_back(row(s));
  fmt::print("{}\n", document.dump(1, ' ', false, ordered_json::error_handler_t::replace));
}

void print_table(std::vector<schedule> const& all)
{
  fmt::print("{:<10} {:>14} {:>9} {:>12}\n", "algorithm", "makespan / s", "gap / %", "time / ms");
  for (auto const& s : all) {
    fmt::print("{:<10} {:>14.6f} {:>9.2f} {:>12.2f}  {}\n", s.algorithm, s.makespan_seconds,
               100 * s.gap, 1000 * s.planning_seconds, s.made_by == s.algorithm ? "" : s.made_by);
  }
  fmt::print("{:<10} {:>14.6f}\n", "bound", all.front().lower_bound_seconds);
}

void run_compare(compare_arguments const& arguments)
{
  if (!(arguments.time_limit_seconds >= 0)) {
    throw input_error{"--time-limit: must be a number of seconds from 0 on"};
  }
  auto const file = arguments.workflow.read();
  auto const m    = arguments.machine.read(file.workflow);
  auto const all  = plan_by_all(file.workflow, m, seconds{arguments.time_limit_seconds});
  if (arguments.common.json) return print_json(all);
  print_table(all);
}

}  // namespace

void add_compare_command(CLI::App& app, int& /*status*/)
{
  auto const arguments = std::make_shared<compare_arguments>();
  auto& command =
    *app.add_subcommand("compare", "Plan with every algorithm and show them side by side");
  add_common_options(command, arguments->common);
  arguments->workflow.add_to(command);
  arguments->machine.add_to(command);
  command
    .add_option(
      "--time-limit", arguments->time_limit_seconds,
      "Seconds for each algorithm that searches; \"auto\" leaves out what would exceed them (0.1)")
    ->type_name("SECONDS")
    ->envname("HEDDLE_TIME_LIMIT");
  command.callback([arguments] { run_compare(*arguments); });
}

}  // namespace heddle::cli
