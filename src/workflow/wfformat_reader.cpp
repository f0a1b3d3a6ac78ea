// WfFormat 1.5 (wfcommons.org): what a workflow is (`specification`) and how a run of it went
// (`execution`). Keys that heddle has no use for are examined and skipped.

#include "src/workflow/common_files.hpp"
#include "src/workflow/json_reader.hpp"
#include "src/workflow/name_table.hpp"
#include "src/workflow/readers.hpp"
#include "src/workflow/transposed_lists.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace heddle {
namespace {

/// The lists of one task.
struct task_lists {
  name_range parents{};
  name_range children{};
  name_range inputs{};
  name_range outputs{};
};

/// What `execution.tasks` says of one task.
struct execution_record {
  double seconds = task_info::unknown_seconds;
  std::unique_ptr<task_details> details{};  ///< with the program, if there is one
};

/// What has been read so far. Names are numbered in the order in which they come up, be it in a
/// declaration or in a list.
struct wfformat_draft {
  workflow result{};
  bool has_specification = false;

  name_table task_names{};
  name_stream declared{task_names};   ///< the names of the tasks
  name_stream relatives{task_names};  ///< the parents and children of all tasks
  std::vector<task_lists> lists{};    ///< by task
  std::vector<task_id> task_of{};     ///< by the number of the name; -1: there is none
  name_stream executed{task_names};   ///< the tasks that `executions` are about
  std::vector<execution_record> executions{};

  name_table file_names{};
  name_stream used{file_names};       ///< the inputs and outputs of all tasks
  name_stream described{file_names};  ///< the files that `described_bytes` are about
  std::vector<double> described_bytes{};

  [[nodiscard]] task_id current() const { return static_cast<task_id>(result.num_tasks()); }
};

/// One element of `specification.tasks`.
struct task_draft {
  wfformat_draft& draft;
  std::string_view id{};
  task_info task{};
  task_lists lists{};
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
    [](task_draft& t, json_value& v) { t.lists.parents = read_names(v, t.draft.relatives); }},
  json_field<task_draft>{
    "children",
    [](task_draft& t, json_value& v) { t.lists.children = read_names(v, t.draft.relatives); }},
  json_field<task_draft>{
    "inputFiles",
    [](task_draft& t, json_value& v) { t.lists.inputs = read_names(v, t.draft.used); }},
  json_field<task_draft>{
    "outputFiles",
    [](task_draft& t, json_value& v) { t.lists.outputs = read_names(v, t.draft.used); }},
};

void read_task(wfformat_draft& draft, json_value& value)
{
  task_draft t{draft};
  read_fields(value, unknown_keys::ignore, t, task_fields);
  if (t.id.empty()) value.fail("the task has no id; give it one");
  t.task.name = t.id;
  draft.declared.push(t.id);
  draft.result.add_task(std::move(t.task));
  draft.lists.push_back(t.lists);
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
  draft.described.push(f.path);
  draft.described_bytes.push_back(*f.bytes);
}

constexpr std::array specification_fields{
  json_field<wfformat_draft>{"tasks",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element([&](json_value& task) { read_task(d, task); });
                               d.declared.flush();
                               d.relatives.flush();
                               d.used.flush();
                             }},
  json_field<wfformat_draft>{"files",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element([&](json_value& file) { read_file(d, file); });
                               d.described.flush();
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
  execution_record record{};
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
  draft.executed.push(e.id);
  draft.executions.push_back(std::move(e.record));
}

constexpr std::array execution_fields{
  json_field<wfformat_draft>{"tasks",
                             [](wfformat_draft& d, json_value& v) {
                               v.for_each_element([&](json_value& e) { read_execution(d, e); });
                               d.executed.flush();
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

/// For what comes to light when all has been read.
[[noreturn]] void fail(source_text const& source, std::string_view path, std::string_view message)
{
  throw input_error{fmt::format("{}: {}: {}", source.name(), path, message)};
}

void number_tasks(wfformat_draft& draft, source_text const& source)
{
  draft.task_of.assign(draft.task_names.size(), -1);
  auto const names = draft.declared.ids();
  for (std::size_t t = 0; t < names.size(); ++t) {
    auto& task = draft.task_of[static_cast<std::size_t>(names[t])];
    if (task >= 0) {
      fail(
        source, fmt::format("workflow.specification.tasks[{}].id", t),
        fmt::format("another task is named \"{}\"; rename one", draft.task_names.name(names[t])));
    }
    task = static_cast<task_id>(t);
  }
}

/// `path_of(index)` says where name number `index` stands in the document.
template <class PathOf>
void expect_declared(wfformat_draft const& draft, source_text const& source,
                     std::span<std::int32_t const> names, PathOf path_of)
{
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (draft.task_of[static_cast<std::size_t>(names[i])] >= 0) continue;
    fail(source, path_of(i),
         fmt::format("there is no task \"{}\"; correct the id or declare the task",
                     draft.task_names.name(names[i])));
  }
}

void expect_all_declared(wfformat_draft& draft, source_text const& source)
{
  if (draft.task_names.size() == draft.result.num_tasks()) return;
  for (std::size_t t = 0; t < draft.lists.size(); ++t) {
    auto const expect_list = [&](std::string_view key, name_range list) {
      expect_declared(draft, source, draft.relatives.ids(list), [&](std::size_t i) {
        return fmt::format("workflow.specification.tasks[{}].{}[{}]", t, key, i);
      });
    };
    expect_list("parents", draft.lists[t].parents);
    expect_list("children", draft.lists[t].children);
  }
  expect_declared(draft, source, draft.executed.ids(),
                  [](std::size_t i) { return fmt::format("workflow.execution.tasks[{}].id", i); });
}

/// Turns the numbers of names into those of the tasks.
void find_tasks(wfformat_draft const& draft, name_stream& names)
{
  for (auto& id : names.ids()) id = draft.task_of[static_cast<std::size_t>(id)];
}

/// The size of every file; 0 if no element of `specification.files` describes it.
std::vector<double> file_sizes(wfformat_draft& draft, source_text const& source)
{
  constexpr double unknown = -1;
  std::vector<double> sizes(draft.file_names.size(), unknown);
  auto const names = draft.described.ids();
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto& size = sizes[static_cast<std::size_t>(names[i])];
    if (size != unknown) {
      fail(
        source, fmt::format("workflow.specification.files[{}]", i),
        fmt::format("file \"{}\" comes twice; keep one of them", draft.file_names.name(names[i])));
    }
    size = draft.described_bytes[i];
  }
  std::ranges::replace(sizes, unknown, 0.0);
  return sizes;
}

void add_files(wfformat_draft& draft, source_text const& source)
{
  auto const sizes = file_sizes(draft, source);
  draft.result.reserve(0, 0, sizes.size());
  for (std::size_t f = 0; f < sizes.size(); ++f) {
    auto const path = draft.file_names.name(static_cast<file_id>(f));
    draft.result.add_file({std::string{path}, sizes[f]});
  }
}

/// Gives the tasks their files; those that come twice in one list count once.
void assign_files(wfformat_draft& draft, name_range task_lists::*list,
                  std::vector<file_id> task_info::*into)
{
  std::vector<task_id> last_user(draft.file_names.size(), -1);
  std::vector<file_id> found;
  for (task_id t = 0; t < draft.current(); ++t) {
    found.clear();
    for (auto const file : draft.used.ids(draft.lists[static_cast<std::size_t>(t)].*list)) {
      auto const is_new = std::exchange(last_user[static_cast<std::size_t>(file)], t) != t;
      if (is_new) found.push_back(file);
    }
    draft.result.at(t).*into = found;
  }
}

/// Puts what was measured into the tasks.
void apply_executions(wfformat_draft& draft, source_text const& source)
{
  std::vector<bool> seen(draft.result.num_tasks());
  for (std::size_t i = 0; i < draft.executions.size(); ++i) {
    auto& record = draft.executions[i];
    auto const t = static_cast<std::size_t>(draft.executed.ids()[i]);
    auto& task   = draft.result.at(draft.executed.ids()[i]);
    if (seen[t]) {
      fail(source, fmt::format("workflow.execution.tasks[{}].id", i),
           fmt::format("task \"{}\" comes twice; keep one of them", task.name));
    }
    seen[t]          = true;
    task.cpu_seconds = record.seconds;
    task.details     = std::move(record.details);
  }
}

/// Parents and children say the same twice: edges are their union, and carry the common files.
void add_edges(wfformat_draft& draft, source_text const& source)
{
  transposed_lists const naming{draft.lists.size(), [&](std::size_t t) {
                                  return draft.relatives.ids(draft.lists[t].children);
                                }};
  common_files const common{draft.result};
  draft.result.reserve(0, naming.size(), 0);
  std::vector<task_id> parents;
  for (task_id t = 0; t < draft.current(); ++t) {
    auto const named = draft.relatives.ids(draft.lists[static_cast<std::size_t>(t)].parents);
    std::ranges::sort(named);
    parents.clear();
    std::ranges::set_union(named, naming.of(t), std::back_inserter(parents));
    auto const repeated = std::ranges::unique(parents);
    parents.erase(repeated.begin(), repeated.end());
    for (auto const parent : parents) {
      if (parent == t) {
        fail(source, fmt::format("workflow.specification.tasks[{}]", t),
             fmt::format("task \"{}\" is its own parent", draft.result.at(t).name));
      }
      draft.result.add_edge({parent, t, common.between(parent, t).bytes});
    }
  }
}

}  // namespace

workflow read_wfformat(source_text const& source, json_document& document)
{
  wfformat_draft draft;
  auto root = document.root();
  read_fields(root, unknown_keys::ignore, draft, root_fields);
  document.expect_end();
  number_tasks(draft, source);
  expect_all_declared(draft, source);
  find_tasks(draft, draft.relatives);
  find_tasks(draft, draft.executed);
  add_files(draft, source);
  assign_files(draft, &task_lists::inputs, &task_info::inputs);
  assign_files(draft, &task_lists::outputs, &task_info::outputs);
  apply_executions(draft, source);
  add_edges(draft, source);
  if (draft.result.name().empty()) draft.result.rename(name_of_file(source));
  return std::move(draft.result);
}

}  // namespace heddle
