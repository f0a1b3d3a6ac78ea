#include "src/cli/commands.hpp"

#include <heddle/base/error.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::cli {

void add_common_options(CLI::App& command, common_options& options)
{
  command.add_flag("--json", options.json, "Print one JSON document on standard output")
    ->envname("HEDDLE_JSON");
  command.add_flag("-q,--quiet", options.quiet, "Print nothing but results and errors")
    ->envname("HEDDLE_QUIET");
}

namespace {

int report(char const* what, int status)
{
  std::fprintf(stderr, "heddle: %s\n", what);
  return status;
}

/// What was printed must have arrived, or the command has failed.
int flushed(int status)
{
  bool const arrived = static_cast<bool>(std::cout.flush()) && std::fflush(stdout) == 0;
  if (arrived) return status;
  return report("standard output: cannot be written; is its disk full?", exit_bad_input);
}

/// A flag wins over variables: those that contradict one are not looked at.
void drop_overridden_variables(std::span<char*> arguments)
{
  struct rule {
    std::string_view flag;
    std::vector<char const*> variables;
  };
  std::vector<rule> const rules{
    {"--identical", {"HEDDLE_PLATFORM", "HEDDLE_CCR", "HEDDLE_BANDWIDTH"}},
    {"--platform", {"HEDDLE_IDENTICAL"}},
    {"--ccr", {"HEDDLE_BANDWIDTH"}},
    {"--bandwidth", {"HEDDLE_CCR"}},
    {"--plan", {"HEDDLE_DYNAMIC", "HEDDLE_ALGORITHM"}},
    {"--algorithm", {"HEDDLE_PLAN"}},
    {"--dynamic", {"HEDDLE_PLAN"}},
    {"--replay", {"HEDDLE_EXECUTE"}},
    {"--execute", {"HEDDLE_REPLAY"}},
  };
  for (std::string_view const argument : arguments) {
    auto const flag = argument.substr(0, argument.find('='));
    for (auto const& [name, variables] : rules) {
      if (flag != name) continue;
      for (auto const* variable : variables) unsetenv(variable);
    }
  }
}

/// Runs the chosen command; every error becomes one line on standard error and an exit status.
int run_command_line(int argc, char** argv)
{
  CLI::App app{"Plans and runs workflows on CPUs and GPUs.", "heddle"};
  app.set_version_flag("--version", HEDDLE_VERSION);
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default(false);
  int status = exit_done;
  add_topo_command(app, status);
  add_plan_command(app, status);
  add_compare_command(app, status);
  add_simulate_command(app, status);
  add_what_if_command(app, status);
  add_run_command(app, status);
  add_generate_command(app, status);
  add_convert_command(app, status);
  drop_overridden_variables({argv, static_cast<std::size_t>(argc)});
  try {
    app.parse(argc, argv);
    return flushed(status);
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? exit_done : exit_bad_input;
  } catch (input_error const& e) {
    return report(e.what(), exit_bad_input);
  } catch (invalid_argument const& e) {
    return report(e.what(), exit_bad_input);
  } catch (not_supported const& e) {
    return report(e.what(), exit_bad_input);
  } catch (not_built const& e) {
    return report(e.what(), exit_bad_input);
  } catch (system_error const& e) {
    return report(e.what(), exit_bad_input);
  } catch (std::filesystem::filesystem_error const& e) {
    return report(e.what(), exit_bad_input);
  } catch (error const& e) {
    return report(e.what(), exit_failed);
  } catch (std::bad_alloc const&) {
    return report("out of memory", exit_internal);
  } catch (std::exception const& e) {
    return report((std::string{"internal error: "} + e.what()).c_str(), exit_internal);
  }
}

}  // namespace
}  // namespace heddle::cli

int main(int argc, char** argv)
{
  return heddle::cli::run_command_line(argc, argv);
}
