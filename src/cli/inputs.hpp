/// @file
/// The WORKFLOW and MACHINE arguments that several commands share.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/file_formats.hpp>
#include <heddle/workflow/workflow.hpp>

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace heddle::cli {

/// WORKFLOW: a file, or "-" for standard input.
struct workflow_input {
  std::string path{};

  /// Returns the option, which is required.
  CLI::Option* add_to(CLI::App& command);
  [[nodiscard]] workflow_file read() const;
};

/// MACHINE: `--platform FILE` with `--ccr` or `--bandwidth`, or `--identical P`, or this machine.
struct machine_input {
  std::string platform{};
  std::optional<double> ccr{};
  std::optional<double> bandwidth{};
  std::optional<int> identical{};

  void add_to(CLI::App& command);

  /// @throw input_error if the options contradict each other, or a bandwidth is missing
  [[nodiscard]] machine read(workflow const& w) const;
};

}  // namespace heddle::cli
