// WfFormat 1.5 (wfcommons.org): what a workflow is (`specification`) and how a run of it went
// (`execution`). Keys that heddle has no use for are examined and skipped.

#include "src/workflow/common_files.hpp"
#include "src/workflow/json_reader.hpp"
#include "src/workflow/mentions.hpp"
#include "src/workflow/readers.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace heddle {
namespace {

/// The lists in which a task's name may come up.
enum list_kind : std::uint8_t { parents_list, children_list, execution_list };

struct precedence {
  mention_id from;
  mention_id to;
};

/// What `execution.tasks` says of one task.
struct execution_record {
  mention_id task = -1;
  double seconds  = task_info::unknown_seconds;
  program run{};
};

/// A file that tasks name, and what `specification.files` says of it, if anything.
struct file_draft {
  std::string_view path{};
  std::optional<double> bytes{};
  task_id last_reader = -1;
  task_id last_writer = -1;
};

/// What has been read so far.
struct wfformat_draft {
  workflow result{};
  task_mentions tasks{};
  name_table file_names{};
  std::vector<file_draft> files{};
  std::vector<precedence> edges{};
  std::vector<execution_record> executions{};
  std::vector<file_id> scratch{};
  std::vector<mention_id> parents{};   ///< of the task that is being read
  std::vector<mention_id> children{};  ///< of the task that is being read
  bool has_specification = false;

  file_id mention_file(std::string_view path)
  {
    auto const [id, is_new] = file_names.add(path);
    if (is_new) files.push_back({path});
    return id;
  }
};

/// One element of `specification.tasks`. Its own mention is only known once `id` was read, so that
/// relatives wait until its end.
struct task_draft {
  wfformat_draft& draft;
  std::optional<std::string_view> id{};
  task_info task{};
};

void read_relatives(task_draft& t, json_value& value, list_kind list, std::vector<mention_id>& into)
{
  auto const number   = static_cast<std::uint32_t>(t.draft.result.num_tasks());
  std::uint32_t index = 0;
  value.for_each_element([&](json_value& element) {
    into.push_back(t.draft.tasks.mention(element.name(), {number, index++, list}));
  });
}

/// Files that come twice in one list count once.
void read_file_names(task_draft& t, json_value& value, task_id file_draft::*last_user,
                     std::vector<file_id>& into)
{
  auto const number = static_cast<task_id>(t.draft.result.num_tasks());
  auto& found       = t.draft.scratch;
  found.clear();
  value.for_each_element([&](json_value& element) {
    auto const id = t.draft.mention_file(element.name());
    auto& file    = t.draft.files[static_cast<std::size_t>(id)];
    if (std::exchange(file.*last_user, number) != number) found.push_back(id);
  });
  into = found;
}

constexpr std::array task_fields{
  json_field<task_draft>{"id",
                         [](task_draft& t, json_value& v) {
                           t.id              = v.name();
                           auto const number = static_cast<task_id>(t.draft.result.num_tasks());
                           if (!t.draft.tasks.declare(*t.id, number)) {
                             v.fail(fmt::format("another task is named \"{}\"; rename one", *t.id));
                           }
                         }},
  json_field<task_draft>{
    "parents",
    [](task_draft& t, json_value& v) { read_relatives(t, v, parents_list, t.draft.parents); }},
  json_field<task_draft>{
    "children",
    [](task_draft& t, json_value& v) { read_relatives(t, v, children_list, t.draft.children); }},
  json_field<task_draft>{"inputFiles",
                         [](task_draft& t, json_value& v) {
                           read_file_names(t, v, &file_draft::last_reader, t.task.inputs);
                         }},
  json_field<task_draft>{"outputFiles",
                         [](task_draft& t, json_value& v) {
                           read_file_names(t, v, &file_draft::last_writer, t.task.outputs);
                         }},
};

void read_task(wfformat_draft& draft, json_value& value)
{
  task_draft t{draft};
  draft.parents.clear();
  draft.children.clear();
  read_fields(value, unknown_keys::ignore, t, task_fields);
  if (!t.id) value.fail("the task has no id; give it one");
  auto const self = draft.tasks.mention(*t.id, {});
  auto const add  = [&](precedence p) {
    if (p.from == p.to) value.fail(fmt::format("task \"{}\" is its own parent", *t.id));
    draft.edges.push_back(p);
  };
  for (auto const parent : draft.parents) add({parent, self});
  for (auto const child : draft.children) add({self, child});
  t.task.name = *t.id;
  draft.result.add_task(std::move(t.task));
}

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
  auto& known = draft.files[static_cast<std::size_t>(draft.mention_file(f.path))];
  if (known.bytes) value.fail(fmt::format("file \"{}\" comes twice; keep one of them", f.path));
  known.bytes = f.bytes;
}

constexpr std::array specification_fields{
  json_field<wfformat_draft>{"tasks",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element(
                                 [&](std::size_t count) { d.result.reserve(count, 0, 0); },
                                 [&](json_value& task) { read_task(d, task); });
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

struct execution_draft {
  wfformat_draft& draft;
  execution_record record{};
};

constexpr std::array execution_task_fields{
  json_field<execution_draft>{
    "id",
    [](execution_draft& e, json_value& v) {
      auto const index = static_cast<std::uint32_t>(e.draft.executions.size());
      e.record.task    = e.draft.tasks.mention(v.name(), {index, 0, execution_list});
    }},
  json_field<execution_draft>{
    "runtimeInSeconds",
    [](execution_draft& e, json_value& v) { e.record.seconds = v.non_negative_number(); }},
  json_field<execution_draft>{"command",
                              [](execution_draft& e, json_value& v) {
                                read_fields(v, unknown_keys::ignore, e.record.run, command_fields);
                              }},
};

void read_execution(wfformat_draft& draft, json_value& value)
{
  execution_draft e{draft};
  read_fields(value, unknown_keys::ignore, e, execution_task_fields);
  if (e.record.task < 0) value.fail("the record has no id; name the task it is about");
  draft.executions.push_back(std::move(e.record));
}

constexpr std::array execution_fields{
  json_field<wfformat_draft>{"tasks",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element(
                                 [&](std::size_t count) { d.executions.reserve(count); },
                                 [&](json_value& task) { read_execution(d, task); });
                             }},
};

constexpr std::array workflow_fields{
  json_field<wfformat_draft>{"specification",
                             [](wfformat_draft& d, json_value& v) {
                               d.has_specification = true;
                               read_fields(v, unknown_keys::ignore, d, specification_fields);
                             }},
  json_field<wfformat_draft>{"execution",
                             [](wfformat_draft& d, json_value& v) {
                               read_fields(v, unknown_keys::ignore, d, execution_fields);
                             }},
};

constexpr std::array root_fields{
  json_field<wfformat_draft>{"name",
                             [](wfformat_draft& d, json_value& v) { d.result.rename(v.string()); }},
  json_field<wfformat_draft>{"workflow",
                             [](wfformat_draft& d, json_value& v) {
                               read_fields(v, unknown_keys::ignore, d, workflow_fields);
                               if (!d.has_specification) {
                                 v.fail("\"specification\" is missing; is this WfFormat 1.5?");
                               }
                             }},
};

void expect_all_declared(wfformat_draft const& draft, source_text const& source)
{
  auto const unknown = draft.tasks.undeclared();
  if (!unknown) return;
  auto const [task, index, list] = draft.tasks.place(*unknown);
  auto const path                = list == execution_list
                                     ? fmt::format("workflow.execution.tasks[{}].id", task)
                                     : fmt::format("workflow.specification.tasks[{}].{}[{}]", task,
                                    list == parents_list ? "parents" : "children", index);
  throw input_error{
    fmt::format("{}: {}: there is no task \"{}\"; correct the id or declare the task",
                source.name(), path, draft.tasks.name(*unknown))};
}

/// Files that no element of `specification.files` describes have size 0.
void add_files(wfformat_draft& draft)
{
  draft.result.reserve(0, 0, draft.files.size());
  for (auto const& file : draft.files) {
    draft.result.add_file({std::string{file.path}, file.bytes.value_or(0)});
  }
}

/// Puts what was measured into the tasks.
void apply_executions(wfformat_draft& draft, source_text const& source)
{
  std::vector<bool> seen(draft.result.num_tasks());
  for (std::size_t i = 0; i < draft.executions.size(); ++i) {
    auto& record  = draft.executions[i];
    auto const id = draft.tasks.task(record.task);
    if (seen[static_cast<std::size_t>(id)]) {
      throw input_error{
        fmt::format("{}: workflow.execution.tasks[{}].id: task \"{}\" comes twice; "
                    "keep one of them",
                    source.name(), i, draft.result.at(id).name)};
    }
    seen[static_cast<std::size_t>(id)] = true;
    draft.result.at(id).cpu_seconds    = record.seconds;
    if (!record.run.path.empty()) draft.result.at(id).declare().run = std::move(record.run);
  }
}

/// Parents and children say the same twice: edges are their union, and carry the common files.
void add_edges(wfformat_draft& draft)
{
  auto& edges = draft.edges;
  for (auto& [from, to] : edges) {
    from = draft.tasks.task(from);
    to   = draft.tasks.task(to);
  }
  auto const key = [](precedence const& p) {  // by `to`, then by `from`
    return static_cast<std::uint64_t>(p.to) << 32 | static_cast<std::uint32_t>(p.from);
  };
  std::ranges::sort(edges, {}, key);
  auto const repeated = std::ranges::unique(edges, {}, key);
  edges.erase(repeated.begin(), repeated.end());
  draft.result.reserve(0, edges.size(), 0);
  common_files const common{draft.result};
  for (auto const [from, to] : edges)
    draft.result.add_edge({from, to, common.between(from, to).bytes});
}

}  // namespace

workflow read_wfformat(source_text const& source, json_document& document)
{
  wfformat_draft draft;
  auto root = document.root();
  read_fields(root, unknown_keys::ignore, draft, root_fields);
  document.expect_end();
  expect_all_declared(draft, source);
  add_files(draft);
  apply_executions(draft, source);
  add_edges(draft);
  if (draft.result.name().empty()) draft.result.rename(name_of_file(source));
  return std::move(draft.result);
}

}  // namespace heddle
