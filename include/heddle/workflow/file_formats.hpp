/// @file
/// Workflows in files: WfFormat 1.5 JSON, heddle JSON, the Standard Task Graph format and Graphviz
/// DOT.
///
/// Readers never trust a file: whatever it holds, they return a consistent workflow or throw. They
/// neither abort nor recurse with the depth of the input.
#pragma once

#include <heddle/workflow/workflow.hpp>

#include <filesystem>
#include <iosfwd>
#include <string_view>

namespace heddle {

enum class file_format { wfformat, heddle_json, stg, dot };

/// Names a format for people and options: "wfformat", "heddle", "stg", "dot".
[[nodiscard]] std::string_view to_string(file_format format);

/// @throw input_error if `name` is none of the above
[[nodiscard]] file_format parse_file_format(std::string_view name);

/// A workflow and what its file was.
struct workflow_file {
  heddle::workflow workflow;
  file_format format;
};

/// Reads a workflow; the format is recognised by content, not by name. `-` is standard input.
///
/// The reader checks everything: types, ids, duplicates, costs (finite and not negative), the graph
/// (no cycles). Takes O(file) time and about five times the file's size in memory while it reads.
///
/// @throw input_error  naming file and JSON path or line
/// @throw system_error if the file cannot be read
[[nodiscard]] workflow_file read_workflow(std::filesystem::path const& path);

/// The same for text in memory; `name` stands for the file in messages.
[[nodiscard]] workflow_file read_workflow_text(std::string_view text, std::string_view name);

/// Writes `w`; reading it back gives an equal workflow, as far as the format can express it.
///
/// STG and DOT hold the graph and its costs; what else a workflow declares is not written there.
///
/// @throw not_supported naming the task, if heddle JSON cannot express it (a C++ body), WfFormat
/// cannot (more than seconds, files, program and arguments), STG lacks its seconds, or DOT has no
/// way to write its name
void write_workflow(workflow const& w, file_format format, std::ostream& out);

/// The JSON Schema (draft 2020-12) of heddle JSON, which its reader enforces.
[[nodiscard]] std::string_view heddle_json_schema();

}  // namespace heddle
