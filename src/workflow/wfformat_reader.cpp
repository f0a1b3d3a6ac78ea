// WfFormat 1.5 (wfcommons.org): what a workflow is (`specification`) and how a run of it went
// (`execution`). Keys that heddle has no use for are examined and skipped.

#include "src/workflow/json_reader.hpp"
#include "src/workflow/readers.hpp"
#include "src/workflow/wfformat_draft.hpp"

#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace heddle {
namespace {

/// One element of `specification.tasks`.
struct task_draft {
  wfformat_draft& draft;
  std::string_view id{};
  wfformat_lists lists{};
};

name_range read_names(json_value& value, name_stream& into)
{
  auto const first = static_cast<std::uint32_t>(into.size());
  value.for_each_element([&](json_value& element) { into.push(element.name()); });
  return {first, static_cast<std::uint32_t>(into.size())};
}

constexpr std::array task_fields{
  json_field<task_draft>{"id", [](task_draft& t, json_value& v) { t.id = v.name(); }},
  json_field<task_draft>{
    "parents",
    [](task_draft& t, json_value& v) { t.lists.parents = read_names(v, t.draft.relatives()); }},
  json_field<task_draft>{
    "children",
    [](task_draft& t, json_value& v) { t.lists.children = read_names(v, t.draft.relatives()); }},
  json_field<task_draft>{
    "inputFiles",
    [](task_draft& t, json_value& v) { t.lists.inputs = read_names(v, t.draft.used_files()); }},
  json_field<task_draft>{
    "outputFiles",
    [](task_draft& t, json_value& v) { t.lists.outputs = read_names(v, t.draft.used_files()); }},
};

void read_task(wfformat_draft& draft, json_value& value)
{
  task_draft t{draft};
  read_fields(value, unknown_keys::ignore, t, task_fields);
  if (t.id.empty()) value.fail("the task has no id; give it one");
  draft.add_task(t.id, t.lists);
}

/// One element of `specification.files`.
struct file_draft {
  std::string_view path{};
  std::optional<double> bytes{};
};

constexpr std::array file_fields{
  json_field<file_draft>{"id", [](file_draft& f, json_value& v) { f.path = v.name(); }},
  json_field<file_draft>{"sizeInBytes",
                         [](file_draft& f, json_value& v) { f.bytes = v.non_negative_number(); }},
};

void read_file(wfformat_draft& draft, json_value& value)
{
  file_draft f;
  read_fields(value, unknown_keys::ignore, f, file_fields);
  if (f.path.empty() || !f.bytes) value.fail("a file needs an id and sizeInBytes");
  draft.add_file(f.path, *f.bytes);
}

constexpr std::array specification_fields{
  json_field<wfformat_draft>{"tasks",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element([&](json_value& task) { read_task(d, task); });
                               d.end_tasks();
                             }},
  json_field<wfformat_draft>{"files",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element([&](json_value& file) { read_file(d, file); });
                             }},
};

constexpr std::array command_fields{
  json_field<program>{"program", [](program& p, json_value& v) { p.path = v.argument(); }},
  json_field<program>{"arguments",
                      [](program& p, json_value& v) {
                        v.for_each_element(
                          [&](std::size_t count) { p.arguments.reserve(count); },
                          [&](json_value& a) { p.arguments.emplace_back(a.argument()); });
                      }},
};

/// One element of `execution.tasks`.
struct execution_draft {
  std::string_view id{};
  wfformat_execution record{};
};

constexpr std::array execution_task_fields{
  json_field<execution_draft>{"id", [](execution_draft& e, json_value& v) { e.id = v.name(); }},
  json_field<execution_draft>{
    "runtimeInSeconds",
    [](execution_draft& e, json_value& v) { e.record.seconds = v.non_negative_number(); }},
  json_field<execution_draft>{"command",
                              [](execution_draft& e, json_value& v) {
                                e.record.details = std::make_unique<task_details>();
                                auto& run        = e.record.details->run.emplace();
                                read_fields(v, unknown_keys::ignore, run, command_fields);
                                if (run.path.empty()) e.record.details.reset();
                              }},
};

void read_execution(wfformat_draft& draft, json_value& value)
{
  execution_draft e;
  read_fields(value, unknown_keys::ignore, e, execution_task_fields);
  if (e.id.empty()) value.fail("the record has no id; name the task it is about");
  draft.add_execution(e.id, std::move(e.record));
}

constexpr std::array execution_fields{
  json_field<wfformat_draft>{"tasks",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element([&](json_value& e) { read_execution(d, e); });
                             }},
};

/// The value of the root's `workflow`.
struct workflow_draft {
  wfformat_draft& draft;
  bool has_specification = false;
};

constexpr std::array workflow_fields{
  json_field<workflow_draft>{"specification",
                             [](workflow_draft& w, json_value& v) {
                               w.has_specification = true;
                               read_fields(v, unknown_keys::ignore, w.draft, specification_fields);
                             }},
  json_field<workflow_draft>{"execution",
                             [](workflow_draft& w, json_value& v) {
                               read_fields(v, unknown_keys::ignore, w.draft, execution_fields);
                             }},
};

void read_workflow_value(wfformat_draft& draft, json_value& value)
{
  workflow_draft w{draft};
  read_fields(value, unknown_keys::ignore, w, workflow_fields);
  if (!w.has_specification) value.fail("\"specification\" is missing; is this WfFormat 1.5?");
}

constexpr std::array root_fields{
  json_field<wfformat_draft>{"name",
                             [](wfformat_draft& d, json_value& v) { d.rename(v.string()); }},
  json_field<wfformat_draft>{"workflow", read_workflow_value},
};

}  // namespace

workflow read_wfformat(source_text const& source, json_document& document)
{
  wfformat_draft draft{source};
  auto root = document.root();
  read_fields(root, unknown_keys::ignore, draft, root_fields);
  document.expect_end();
  auto result = draft.finish();
  if (result.name().empty()) result.rename(name_of_file(source));
  return result;
}

}  // namespace heddle
