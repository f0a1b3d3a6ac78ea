#include "src/cli/commands.hpp"
#include "src/cli/inputs.hpp"
#include "src/cli/workflow_output.hpp"

#include <memory>

namespace heddle::cli {
namespace {

struct convert_arguments {
  common_options common{};
  workflow_input workflow{};
  workflow_output output{};
};

void run_convert(convert_arguments const& arguments)
{
  static_cast<void>(arguments.output.chosen(arguments.common));  // before the work
  arguments.output.write(arguments.workflow.read().workflow, arguments.common);
}

}  // namespace

void add_convert_command(CLI::App& app, int&)
{
  auto const arguments = std::make_shared<convert_arguments>();
  auto& command        = *app.add_subcommand("convert", "Write a workflow in another format");
  arguments->workflow.add_to(command);
  arguments->output.add_to(command, "--to");
  add_common_options(command, arguments->common);
  command.callback([arguments] { run_convert(*arguments); });
}

}  // namespace heddle::cli
