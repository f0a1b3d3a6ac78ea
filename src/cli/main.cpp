#include "src/cli/commands.hpp"

#include <heddle/base/error.hpp>

#include <cstdio>
#include <exception>
#include <new>

namespace heddle::cli {

void add_common_options(CLI::App& command, common_options& options)
{
  command.add_flag("--json", options.json, "Print one JSON document on standard output");
  command.add_flag("-q,--quiet", options.quiet, "Print nothing but results and errors");
}

namespace {

int report(char const* what, int status)
{
  std::fprintf(stderr, "heddle: %s\n", what);
  return status;
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
  add_run_command(app, status);
  add_generate_command(app, status);
  add_convert_command(app, status);
  try {
    app.parse(argc, argv);
    return status;
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
