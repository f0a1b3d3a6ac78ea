/// @file
/// The sub-commands of `heddle`. Each `add_*` describes its options and sets a callback that does
/// the work; errors leave it as exceptions, which main turns into exit statuses.
#pragma once

#include <CLI/CLI.hpp>

namespace heddle::cli {

/// Exit statuses of `heddle`.
enum exit_status {
  exit_done      = 0,
  exit_failed    = 1,   ///< the run failed
  exit_bad_input = 2,   ///< bad input or usage
  exit_internal  = 3,   ///< an error in heddle itself
  exit_resumable = 75,  ///< stopped in a way that `--resume` continues
};

/// What every command has.
struct common_options {
  bool json  = false;  ///< one JSON document on standard output, nothing else there
  bool quiet = false;
};

/// Adds `--json` and `-q` to a command.
void add_common_options(CLI::App& command, common_options& options);

void add_topo_command(CLI::App& app, int& status);
void add_plan_command(CLI::App& app, int& status);
void add_compare_command(CLI::App& app, int& status);
void add_simulate_command(CLI::App& app, int& status);
void add_what_if_command(CLI::App& app, int& status);
void add_run_command(CLI::App& app, int& status);
void add_generate_command(CLI::App& app, int& status);
void add_convert_command(CLI::App& app, int& status);

}  // namespace heddle::cli
