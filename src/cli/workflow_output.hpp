/// @file
/// Where a command that makes a workflow writes it, and in which format.
#pragma once

#include "src/cli/commands.hpp"

#include <heddle/workflow/file_formats.hpp>
#include <heddle/workflow/workflow.hpp>

#include <CLI/CLI.hpp>

#include <string>

namespace heddle::cli {

/// FORMAT and `--out FILE`, without which the document goes to standard output.
struct workflow_output {
  std::string format{};
  std::string out{};

  /// Adds the option `format_flag` (required if it has no default in `format`) and `--out`.
  void add_to(CLI::App& command, char const* format_flag);

  /// @throw input_error if the format is unknown, or `--json` contradicts it
  [[nodiscard]] file_format chosen(common_options const& common) const;

  /// Writes `w`; a file appears whole or not at all. Says on standard error, unless quiet, what the
  /// formats that hold a plain graph leave out.
  void write(workflow const& w, common_options const& common) const;
};

}  // namespace heddle::cli
