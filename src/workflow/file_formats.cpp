#include <heddle/workflow/file_formats.hpp>

#include "src/workflow/json_reader.hpp"
#include "src/workflow/readers.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

namespace heddle {
namespace {

struct named_format {
  file_format format;
  std::string_view name;
};
constexpr std::array formats{
  named_format{file_format::wfformat, "wfformat"}, named_format{file_format::heddle_json, "heddle"},
  named_format{file_format::stg, "stg"}, named_format{file_format::dot, "dot"}};

/// The key that tells the two JSON formats apart, wherever it stands in the root.
file_format recognise_json(source_text const& source, json_document& document)
{
  constexpr std::array<std::string_view, 3> keys{"workflow", "heddle", "tasks"};
  auto root        = document.root();
  auto const found = root.find_key(keys);
  if (found < keys.size()) return found == 0 ? file_format::wfformat : file_format::heddle_json;
  throw input_error{fmt::format(
    "{}: neither \"workflow\", as in WfFormat 1.5, nor \"tasks\", as in heddle JSON, is a key of "
    "this JSON document",
    source.name())};
}

workflow_file read_json(source_text const& source)
{
  json_document document{source};
  auto const format = recognise_json(source, document);
  if (format == file_format::wfformat) return {read_wfformat(source, document), format};
  return {read_heddle_json(source, document), format};
}

/// The first word of a text behind blanks and comments of STG and DOT.
std::string_view first_word(std::string_view text)
{
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    auto const end = text.starts_with("/*")                            ? text.find("*/", 2)
                     : text.starts_with("//") || text.starts_with('#') ? text.find('\n')
                                                                       : text.npos;
    if (end == text.npos) return text.substr(0, text.find_first_of(" \t\r\n{\""));
    text.remove_prefix(end + (text.starts_with("/*") ? 2 : 1));
  }
}

bool is_dot_keyword(std::string_view word)
{
  constexpr std::array<std::string_view, 3> keywords{"strict", "digraph", "graph"};
  auto const same = [](char a, char b) { return (a | 0x20) == b; };
  return std::ranges::any_of(keywords, [&](auto k) { return std::ranges::equal(word, k, same); });
}

workflow_file read_unchecked(source_text const& source)
{
  auto const text = source.text();
  auto const word = first_word(text);
  if (word.empty() && text.find('{') == text.npos) {
    throw input_error{fmt::format("{}: is empty; expected a workflow", source.name())};
  }
  if (word.empty() || word.front() == '[') return read_json(source);
  if (is_dot_keyword(word)) return {read_dot(source), file_format::dot};
  if (word.front() >= '0' && word.front() <= '9') return {read_stg(source), file_format::stg};
  throw input_error{fmt::format(
    "{}: this is none of WfFormat 1.5 JSON, heddle JSON (both start with {{), STG (starts with the "
    "number of tasks) and Graphviz DOT (starts with digraph)",
    source.name())};
}

/// What no reader sees in a single task: cycles, and sums beyond what a double holds.
void check_graph(workflow const& w, std::string_view name)
{
  double bytes   = 0;
  double seconds = 0;
  for (auto const& e : w.edges()) bytes += e.bytes;
  for (auto const& t : w.tasks()) {
    for (auto const s : {t.cpu_seconds, t.gpu_seconds}) seconds += std::isnan(s) ? 0 : s;
  }
  if (!std::isfinite(bytes)) {
    throw input_error{
      fmt::format("{}: the sizes of all edges add up to more than a double holds", name)};
  }
  if (!std::isfinite(seconds)) {
    throw input_error{
      fmt::format("{}: the seconds of all tasks add up to more than a double holds", name)};
  }
  try {
    expect_acyclic(w);
  } catch (cycle_error const& e) {
    throw cycle_error{fmt::format("{}: {}", name, e.what())};
  }
}

}  // namespace

std::string_view to_string(file_format format)
{
  return std::ranges::find(formats, format, &named_format::format)->name;
}

file_format parse_file_format(std::string_view name)
{
  auto const found = std::ranges::find(formats, name, &named_format::name);
  if (found != formats.end()) return found->format;
  throw input_error{
    fmt::format("unknown format \"{}\"; expected wfformat, heddle, stg or dot", name)};
}

std::string name_of_file(source_text const& source)
{
  return std::filesystem::path{source.name()}.stem().string();
}

workflow_file read_workflow(std::filesystem::path const& path)
{
  std::string name;
  auto file = [&] {  // so that the text is freed before the graph is checked
    auto const source = source_text::read(path);
    name              = source.name();
    return read_unchecked(source);
  }();
  check_graph(file.workflow, name);
  return file;
}

workflow_file read_workflow_text(std::string_view text, std::string_view name)
{
  auto file = read_unchecked(source_text::copy_of(text, name));
  check_graph(file.workflow, name);
  return file;
}

void write_workflow(workflow const& w, file_format format, std::ostream& out)
{
  switch (format) {
    case file_format::wfformat:
      return write_wfformat(w, out);
    case file_format::heddle_json:
      return write_heddle_json(w, out);
    case file_format::stg:
      return write_stg(w, out);
    case file_format::dot:
      return write_dot(w, out);
  }
}

}  // namespace heddle
