#include "src/cli/commands.hpp"
#include "src/topology/machine_tree.hpp"

#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/topology/measure.hpp>

#include <langinfo.h>
#include <locale.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace heddle::cli {
namespace {

struct topo_options : common_options {
  bool measure = false;
  std::string measure_dir{};
  std::string platform{};
};

/// Whether the locale of the environment writes UTF-8; leaves the locale of the process alone.
bool locale_is_utf8()
{
  auto const locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (!locale) return false;
  auto const result = std::string_view{nl_langinfo_l(CODESET, locale)} == "UTF-8";
  freelocale(locale);
  return result;
}

void measure(machine& m, topo_options const& options)
{
  if (!options.quiet && isatty(STDERR_FILENO)) {
    std::fputs("heddle: measuring memory, disk and devices, a few seconds\n", stderr);
  }
  auto const folder = options.measure_dir.empty() ? std::filesystem::temp_directory_path()
                                                  : std::filesystem::path{options.measure_dir};
  measure_bandwidths(m, folder);
}

void show(topo_options const& options)
{
  auto m = options.platform.empty() ? machine::discover() : machine::read(options.platform);
  if (options.measure) measure(m, options);
  if (options.json) {
    m.write(std::cout);
  } else {
    std::cout << draw(machine_tree(m), {.utf8 = locale_is_utf8()});
  }
  if (!std::cout.flush())
    throw system_error{"standard output: cannot write to it; check for a full disk"};
}

}  // namespace

void add_topo_command(CLI::App& app, int& status)
{
  auto const options = std::make_shared<topo_options>();
  auto& command      = *app.add_subcommand(
         "topo", "Shows this machine: packages, NUMA nodes, caches, cores, GPUs, disks, networks");
  add_common_options(command, *options);
  auto* const measured = command.add_flag("--measure", options->measure,
                                          "Measure memory, disk and host-device bandwidths first");
  measured->envname("HEDDLE_MEASURE");
  command
    .add_option("--measure-dir", options->measure_dir,
                "Folder on the disk to measure; by default the one for temporary files")
    ->type_name("DIR")
    ->envname("HEDDLE_MEASURE_DIR");
  command.add_option("--platform", options->platform, "Show a platform file or hwloc XML instead")
    ->type_name("FILE")
    ->envname("HEDDLE_PLATFORM")
    ->excludes(measured);
  command.callback([options, &status] {
    show(*options);
    status = exit_done;
  });
}

}  // namespace heddle::cli
