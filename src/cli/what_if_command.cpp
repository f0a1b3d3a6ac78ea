#include "src/cli/bar_plot.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/inputs.hpp"
#include "src/plan/schedule_document.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

namespace heddle::cli {
namespace {

using nlohmann::ordered_json;

struct what_if_arguments {
  common_options common{};
  workflow_input workflow{};
  machine_input machine{};
  std::vector<std::string> vary{};
  std::string algorithm     = "auto";
  double time_limit_seconds = plan_options{}.time_limit.count();
  std::uint64_t seed        = 1;
  std::string html{};
};

/// One `--vary KEY=a,b,c`.
struct axis {
  std::string key{};
  std::vector<double> values{};
};

constexpr std::size_t most_machines = 10'000;

[[noreturn]] void reject(std::string_view text, std::string_view why)
{
  throw input_error{
    fmt::format("--vary {}: {}; say KEY=a,b,c with KEY one of nodes, gpus, bandwidth", text, why)};
}

double parse_value(std::string_view text, std::string_view whole)
{
  double value       = 0;
  auto const* end    = text.data() + text.size();
  auto const [at, e] = std::from_chars(text.data(), end, value);
  if (e != std::errc{} || at != end) reject(whole, fmt::format("\"{}\" is no number", text));
  return value;
}

axis parse_axis(std::string const& text)
{
  auto const equals = text.find('=');
  if (equals == std::string::npos) reject(text, "it has no \"=\"");
  axis parsed{text.substr(0, equals)};
  if (parsed.key != "nodes" && parsed.key != "gpus" && parsed.key != "bandwidth") {
    reject(text, fmt::format("unknown key \"{}\"", parsed.key));
  }
  std::string_view rest{text};
  for (rest.remove_prefix(equals + 1);;) {
    auto const comma = rest.find(',');
    auto const value = parse_value(rest.substr(0, comma), text);
    if (parsed.key != "bandwidth" && value != std::floor(value)) {
      reject(text, fmt::format("{} is no whole number", value));
    }
    parsed.values.push_back(value);
    if (comma == std::string_view::npos) return parsed;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<axis> parse_axes(std::vector<std::string> const& all)
{
  std::vector<axis> axes;
  std::size_t machines = 1;
  for (auto const& text : all) {
    axes.push_back(parse_axis(text));
    for (std::size_t i = 0; i + 1 < axes.size(); ++i) {
      if (axes[i].key == axes.back().key) reject(text, "the key was given before");
    }
    machines *= axes.back().values.size();
    if (machines > most_machines) reject(text, "these are more than 10000 machines");
  }
  return axes;
}

machine changed(machine const& m, std::string const& key, double value)
{
  constexpr double largest = 1e9;  // beyond every limit, still an int
  auto const count         = static_cast<int>(std::clamp(value, -1.0, largest));
  if (key == "nodes") return m.with_nodes(count);
  if (key == "gpus") return m.with_gpus(count);
  return m.with_bandwidth(value);
}

/// The plan on one of the machines; without its tasks.
struct variant {
  std::vector<double> values{};  ///< [axes]
  schedule s{};
};

/// All combinations, the last axis fastest.
std::vector<variant> plan_all(what_if_arguments const& arguments, std::vector<axis> const& axes,
                              workflow const& w, machine const& m)
{
  std::vector<variant> all;
  auto const visit = [&](auto const& self, machine const& so_far, std::vector<double> values) {
    if (values.size() == axes.size()) {
      auto s       = plan(w, so_far,
                          {arguments.algorithm, seconds{arguments.time_limit_seconds}, arguments.seed});
      s.tasks      = {};
      s.task_names = {};
      all.push_back({std::move(values), std::move(s)});
      return;
    }
    auto const& next = axes[values.size()];
    values.push_back(0);
    for (auto const value : next.values) {
      values.back() = value;
      self(self, changed(so_far, next.key, value), values);
    }
  };
  visit(visit, m, {});
  return all;
}

std::string label(variant const& v, std::vector<axis> const& axes)
{
  std::string text;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    text += fmt::format("{}{}={:g}", i == 0 ? "" : " ", axes[i].key, v.values[i]);
  }
  return text;
}

void print_json(std::vector<variant> const& all, std::vector<axis> const& axes)
{
  ordered_json document{{"version", schedule_document_version},
                        {"workflow", all.front().s.workflow_name},
                        {"algorithm", all.front().s.algorithm},
                        {"machines", ordered_json::array()}};
  for (auto const& v : all) {
    ordered_json row;
    for (std::size_t i = 0; i < axes.size(); ++i) row[axes[i].key] = v.values[i];
    row["hash"]        = v.s.hash;
    row["made_by"]     = v.s.made_by;
    row["makespan"]    = v.s.makespan_seconds;
    row["lower_bound"] = v.s.lower_bound_seconds;
    row["gap"]         = std::isfinite(v.s.gap) ? ordered_json(v.s.gap) : ordered_json{};
    row["seconds"]     = v.s.planning_seconds;
    row["guarantee"]   = v.s.guarantee ? ordered_json(*v.s.guarantee) : ordered_json{};
    document["machines"].push_back(std::move(row));
  }
  fmt::print("{}\n", document.dump(1, ' ', false, ordered_json::error_handler_t::replace));
}

/// A row a machine, with a bar as long as its makespan.
void print_table(std::vector<variant> const& all, std::vector<axis> const& axes)
{
  constexpr double bar_width = 40;
  double most                = 0;
  std::size_t width          = 0;
  for (auto const& v : all) {
    most  = std::max(most, v.s.makespan_seconds);
    width = std::max(width, label(v, axes).size());
  }
  auto const& first = all.front().s;
  fmt::print("{:<{}} {:>14} {:>9} {:>9}\n", first.workflow_name.substr(0, width), width,
             "makespan / s", "gap / %", "speed-up");
  for (auto const& v : all) {
    auto const share = most > 0 ? v.s.makespan_seconds / most : 0;
    auto const speedup =
      v.s.makespan_seconds > 0 ? first.makespan_seconds / v.s.makespan_seconds : 1;
    fmt::print("{:<{}} {:>14.6g} {:>9.2f} {:>9.3g}  {}\n", label(v, axes), width,
               v.s.makespan_seconds, 100 * v.s.gap, speedup,
               std::string(static_cast<std::size_t>(share * bar_width + 0.5), '#'));
  }
}

void write_plot(std::string const& path, std::vector<variant> const& all,
                std::vector<axis> const& axes)
{
  std::vector<makespan_bar> bars;
  for (auto const& v : all) {
    bars.push_back({label(v, axes), v.s.makespan_seconds, v.s.lower_bound_seconds,
                    fmt::format("({:.1f} % above the bound)", 100 * v.s.gap)});
  }
  write_bar_plot(path, fmt::format("{} on other machines", all.front().s.workflow_name), bars);
}

void run_what_if(what_if_arguments const& arguments)
{
  if (!(arguments.time_limit_seconds >= 0)) {
    throw input_error{"--time-limit: must be a number of seconds from 0 on"};
  }
  auto const axes = parse_axes(arguments.vary);
  auto const file = arguments.workflow.read();
  auto const m    = arguments.machine.read(file.workflow);
  auto const all  = plan_all(arguments, axes, file.workflow, m);
  if (!arguments.html.empty()) write_plot(arguments.html, all, axes);
  if (arguments.common.json) return print_json(all, axes);
  print_table(all, axes);
}

void add_options(CLI::App& command, what_if_arguments& arguments)
{
  command
    .add_option("--vary", arguments.vary,
                "What to change: nodes=2,4,8 (memory nodes with CPUs), gpus=0,1,2, "
                "bandwidth=1e9,1e10 (bytes per second, between all); given several times: all "
                "combinations")
    ->required()
    ->type_name("KEY=a,b,c")
    ->expected(1)
    ->take_all();
  command.add_option("--algorithm", arguments.algorithm, "Planner (auto)")
    ->type_name("NAME")
    ->envname("HEDDLE_ALGORITHM");
  command
    .add_option("--time-limit", arguments.time_limit_seconds,
                "Seconds to spend on each machine (0.1)")
    ->type_name("SECONDS")
    ->envname("HEDDLE_TIME_LIMIT");
  command.add_option("--seed", arguments.seed, "Seed of random choices (1)")
    ->type_name("N")
    ->envname("HEDDLE_SEED");
  command.add_option("--html", arguments.html, "Write a plot, as a self-contained page")
    ->type_name("FILE.html")
    ->envname("HEDDLE_HTML");
}

}  // namespace

void add_what_if_command(CLI::App& app, int& /*status*/)
{
  auto const arguments = std::make_shared<what_if_arguments>();
  auto& command        = *app.add_subcommand("what-if", "Plan a workflow on other machines");
  add_common_options(command, arguments->common);
  arguments->workflow.add_to(command);
  arguments->machine.add_to(command);
  add_options(command, *arguments);
  command.callback([arguments] { run_what_if(*arguments); });
}

}  // namespace heddle::cli
