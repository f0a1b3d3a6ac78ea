#include "src/cli/inputs.hpp"

#include <heddle/base/error.hpp>
#include <heddle/cost/cost_model.hpp>

#include <cmath>

namespace heddle::cli {

CLI::Option* workflow_input::add_to(CLI::App& command)
{
  return command
    .add_option("workflow", path,
                "WfFormat 1.5 or heddle JSON, an STG file or Graphviz DOT, recognised by content; "
                "- reads standard input")
    ->required()
    ->type_name("WORKFLOW");
}

workflow_file workflow_input::read() const
{
  return read_workflow(path);
}

void machine_input::add_to(CLI::App& command)
{
  auto* const file = command.add_option("--platform", platform,
                                        "Platform file to plan for; without it: this machine");
  auto* const same = command.add_option(
    "--identical", identical, "Plan for this many nodes of speed 1, no communication cost");
  same->excludes(file)->type_name("P")->envname("HEDDLE_IDENTICAL");
  file->type_name("FILE")->envname("HEDDLE_PLATFORM");
  auto* const by_ratio =
    command.add_option("--ccr", ccr, "Bandwidth from this ratio of communication to computation");
  auto* const by_value =
    command.add_option("--bandwidth", bandwidth, "Bandwidth in bytes per second");
  by_ratio->needs(file)->excludes(by_value)->type_name("X")->envname("HEDDLE_CCR");
  by_value->needs(file)->type_name("BYTES_PER_SECOND")->envname("HEDDLE_BANDWIDTH");
}

machine machine_input::read(workflow const& w) const
{
  if (identical) return machine::identical(*identical);
  if (platform.empty()) return machine::discover();
  auto m = machine::read(platform);
  if (bandwidth) {
    m = m.with_bandwidth(*bandwidth);
  } else if (ccr) {
    set_bandwidth_by_ccr(m, w, *ccr);
  } else if (std::isnan(m.links.bandwidth_bytes_per_second)) {
    throw input_error{platform +
                      ": links.bandwidth is null: say --ccr X or --bandwidth BYTES_PER_SECOND"};
  }
  return m;
}

}  // namespace heddle::cli
