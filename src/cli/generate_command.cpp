#include "src/cli/commands.hpp"
#include "src/cli/workflow_output.hpp"

#include <heddle/workflow/generate.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace heddle::cli {
namespace {

struct generate_arguments {
  common_options common{};
  std::string kind{};
  generate_options options{};
  workflow_output output{.format = "heddle"};
};

void print_kinds(bool json)
{
  if (!json) {
    for (auto const& g : generators()) fmt::print("{:<13}{}\n", g.name, g.description);
    return;
  }
  auto list = nlohmann::ordered_json::array();
  for (auto const& g : generators()) {
    list.push_back({{"name", g.name}, {"description", g.description}});
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"kinds", list}}.dump(1));
}

void run_generate(generate_arguments const& arguments)
{
  if (arguments.kind == "list") return print_kinds(arguments.common.json);
  static_cast<void>(arguments.output.chosen(arguments.common));  // before the work
  arguments.output.write(generate_workflow(arguments.kind, arguments.options), arguments.common);
}

std::string describe_kinds()
{
  std::string text = "Kinds:\n";
  for (auto const& g : generators()) text += fmt::format("  {:<13}{}\n", g.name, g.description);
  return text;
}

}  // namespace

void add_generate_command(CLI::App& app, int&)
{
  auto const arguments = std::make_shared<generate_arguments>();
  auto& command        = *app.add_subcommand("generate", "Write a workflow of a known shape");
  command.footer(describe_kinds());
  command.add_option("kind", arguments->kind, "The shape, see below; \"list\" names all")
    ->required()
    ->type_name("KIND");
  auto& options = arguments->options;
  command.add_option("--tasks", options.tasks, "Number of tasks, or the nearest below (100)")
    ->type_name("N")
    ->envname("HEDDLE_TASKS");
  command.add_option("--seed", options.seed, "Seed of all random numbers (1)")
    ->type_name("N")
    ->envname("HEDDLE_SEED");
  command.add_option("--mean-seconds", options.mean_seconds, "Mean execution time of a task (1)")
    ->type_name("S")
    ->envname("HEDDLE_MEAN_SECONDS");
  command.add_option("--mean-bytes", options.mean_bytes, "Mean size of a file (1e6)")
    ->type_name("B")
    ->envname("HEDDLE_MEAN_BYTES");
  command.add_option("--degree", options.mean_degree, "Mean number of successors, in random (4)")
    ->type_name("D")
    ->envname("HEDDLE_DEGREE");
  arguments->output.add_to(command, "--format");
  add_common_options(command, arguments->common);
  command.callback([arguments] { run_generate(*arguments); });
}

}  // namespace heddle::cli
