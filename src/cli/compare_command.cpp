#include "src/base/atomic_file.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/compare_page.hpp"
#include "src/cli/inputs.hpp"
#include "src/plan/schedule_document.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
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
  std::string html{};
};

/// What is left of the message of an algorithm that declines when its name is known anyway.
std::string reason_of(heddle::unsuited const& e, std::string_view algorithm)
{
  std::string const message = e.what();
  auto const prefix         = fmt::format("algorithm {}: ", algorithm);
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

/// Plans by one algorithm; tasks are dropped, for only one plan at a time need fit into memory.
compared plan_by(std::string_view algorithm, workflow const& w, machine const& m,
                 seconds time_limit)
{
  compared result{std::string{algorithm}};
  try {
    result.plan             = plan(w, m, {algorithm, time_limit});
    result.plan->tasks      = {};
    result.plan->task_names = {};
  } catch (heddle::unsuited const& e) {
    result.unsuited = reason_of(e, algorithm);
  }
  return result;
}

std::vector<compared> plan_by_all(workflow const& w, machine const& m, seconds time_limit)
{
  std::vector<compared> all;
  for (auto const& planner : planners()) all.push_back(plan_by(planner.name, w, m, time_limit));
  return all;
}

/// The best that any of them proved.
double lower_bound_of(std::vector<compared> const& all)
{
  double bound = 0;
  for (auto const& each : all) {
    if (each.plan) bound = std::max(bound, each.plan->lower_bound_seconds);
  }
  return bound;
}

ordered_json row(compared const& each)
{
  if (!each.plan) return {{"algorithm", each.algorithm}, {"unsuited", each.unsuited}};
  auto const& s = *each.plan;
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

void print_json(std::vector<compared> const& all)
{
  auto const& first = *all.front().plan;
  ordered_json document{{"version", schedule_document_version},
                        {"hash", first.hash},
                        {"workflow", first.workflow_name},
                        {"lower_bound", lower_bound_of(all)},
                        {"algorithms", ordered_json::array()}};
  for (auto const& each : all) document["algorithms"].push_back(row(each));
  fmt::print("{}\n", document.dump(1, ' ', false, ordered_json::error_handler_t::replace));
}

void print_table(std::vector<compared> const& all)
{
  fmt::print("{:<10} {:>14} {:>9} {:>12}\n", "algorithm", "makespan / s", "gap / %", "time / ms");
  for (auto const& each : all) {
    if (!each.plan) {
      fmt::print("{:<10} unsuited: {}\n", each.algorithm, each.unsuited);
      continue;
    }
    auto const& s = *each.plan;
    fmt::print("{:<10} {:>14.6f} {:>9.2f} {:>12.2f}  {}\n", s.algorithm, s.makespan_seconds,
               100 * s.gap, 1000 * s.planning_seconds, s.made_by == s.algorithm ? "" : s.made_by);
  }
  fmt::print("{:<10} {:>14.6f}\n", "bound", lower_bound_of(all));
}

void run_compare(compare_arguments const& arguments)
{
  if (!(arguments.time_limit_seconds >= 0)) {
    throw input_error{"--time-limit: must be a number of seconds from 0 on"};
  }
  auto const file = arguments.workflow.read();
  auto const m    = arguments.machine.read(file.workflow);
  auto const all  = plan_by_all(file.workflow, m, seconds{arguments.time_limit_seconds});
  if (!arguments.html.empty()) {
    write_atomically(arguments.html,
                     [&](std::ostream& out) { write_compare_page(all, m.name, out); });
  }
  if (arguments.common.json) return print_json(all);
  print_table(all);
  if (!arguments.html.empty()) fmt::print("written to {}\n", arguments.html);
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
  command.add_option("--html", arguments->html, "Write a page with a plot to this file")
    ->type_name("FILE")
    ->envname("HEDDLE_HTML");
  command.callback([arguments] { run_compare(*arguments); });
}

}  // namespace heddle::cli
