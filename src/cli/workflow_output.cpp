#include "src/cli/workflow_output.hpp"

#include "src/base/atomic_file.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string_view>

namespace heddle::cli {
namespace {

bool is_json(file_format format)
{
  return format == file_format::wfformat || format == file_format::heddle_json;
}

/// What `format` cannot hold of `w`; empty if nothing is lost.
std::string_view left_out(workflow const& w, file_format format)
{
  if (is_json(format)) return {};
  auto const has_details = [](task_info const& task) { return task.details != nullptr; };
  auto const has_bytes   = [](edge const& e) { return e.bytes > 0; };
  if (!w.files().empty() || std::ranges::any_of(w.tasks(), has_details)) {
    return format == file_format::stg
             ? "STG holds seconds and precedence: names, bytes, files and programs are left out"
             : "DOT holds seconds and bytes: files and programs are left out";
  }
  if (format == file_format::stg && std::ranges::any_of(w.edges(), has_bytes)) {
    return "STG holds seconds and precedence: names and the bytes of edges are left out";
  }
  return {};
}

}  // namespace

void workflow_output::add_to(CLI::App& command, char const* format_flag)
{
  auto* const option =
    command.add_option(format_flag, format, "wfformat, heddle, stg or dot")->type_name("FORMAT");
  option->envname("HEDDLE_FORMAT");
  if (format.empty()) option->required();
  command.add_option("--out", out, "Write here instead of standard output")
    ->type_name("FILE")
    ->envname("HEDDLE_OUT");
}

file_format workflow_output::chosen(common_options const& common) const
{
  auto const found = parse_file_format(format);
  if (common.json && !is_json(found)) {
    throw input_error{fmt::format("--json: {} is no JSON; take one of them out", format)};
  }
  return found;
}

void workflow_output::write(workflow const& w, common_options const& common) const
{
  auto const format_of_file = chosen(common);
  if (out.empty() || out == "-") {
    write_workflow(w, format_of_file, std::cout);
    if (!std::cout.flush()) throw system_error{"standard output: cannot be written"};
  } else {
    write_atomically(out, [&](std::ostream& file) { write_workflow(w, format_of_file, file); });
  }
  if (auto const note = left_out(w, format_of_file); !note.empty() && !common.quiet) {
    fmt::print(stderr, "heddle: note: {}\n", note);
  }
}

}  // namespace heddle::cli
