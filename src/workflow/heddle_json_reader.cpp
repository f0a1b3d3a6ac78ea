// heddle JSON: tasks and stages with everything the engine wants to know of them. The grammar is
// the JSON Schema beside this file, heddle_workflow.schema.json; what a schema cannot say (names
// that must be unique, files with two writers) is checked here as well.

#include "src/workflow/json_reader.hpp"
#include "src/workflow/mentions.hpp"
#include "src/workflow/program_fields.hpp"
#include "src/workflow/readers.hpp"
#include "src/workflow/stage_fields.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace heddle {
namespace {

/// A file and what is known of it so far.
struct file_draft {
  std::string_view path;
  double bytes        = -1;  ///< negative: not declared
  task_id writer      = -1;
  task_id last_reader = -1;
};

/// An element of `depends`.
struct dependency {
  mention_id from = -1;
  task_id to      = -1;
  double bytes    = 0;
};

struct workflow_draft {
  workflow result{};
  bool has_tasks = false;
  task_mentions tasks{};
  name_table file_names{};
  std::vector<file_draft> files{};
  std::vector<dependency> dependencies{};  ///< in the order of the tasks
  std::vector<file_id> scratch{};

  /// The number of the task that is being read.
  [[nodiscard]] task_id current() const { return static_cast<task_id>(result.num_tasks()); }
};

struct task_draft : program_draft {
  explicit task_draft(workflow_draft& of) : draft{of} {}

  workflow_draft& draft;
  task_info task{};

  /// @throw input_error if the task is another kind of stage already
  void set_stage(any_stage s, json_value const& at)
  {
    if (task.declared().stage.index() != 0) at.fail("the task is another kind of stage already");
    task.declare().stage = std::move(s);
  }
};

std::size_t read_bytes(json_value& v)
{
  return static_cast<std::size_t>(v.integer(0, largest_json_integer));
}

constexpr std::array resource_fields{
  json_field<resources>{"cores",
                        [](resources& r, json_value& v) {
                          r.cores = static_cast<int>(v.integer(1, std::numeric_limits<int>::max()));
                        }},
  json_field<resources>{"gpus",
                        [](resources& r, json_value& v) {
                          r.gpus = static_cast<int>(v.integer(0, std::numeric_limits<int>::max()));
                        }},
  json_field<resources>{"memory",
                        [](resources& r, json_value& v) { r.memory_bytes = read_bytes(v); }},
  json_field<resources>{"gpu_memory",
                        [](resources& r, json_value& v) { r.device_memory_bytes = read_bytes(v); }},
  json_field<resources>{"disk", [](resources& r, json_value& v) { r.disk_bytes = read_bytes(v); }},
  json_field<resources>{
    "network",
    [](resources& r, json_value& v) { r.network_bytes_per_second = v.non_negative_number(); }},
};

constexpr std::array work_fields{
  json_field<work>{"flops", [](work& w, json_value& v) { w.flops = v.non_negative_number(); }},
  json_field<work>{"bytes", [](work& w, json_value& v) { w.bytes = v.non_negative_number(); }},
};

/// A name with an optional number of bytes: "a" or {KEY: "a", "bytes": 1}.
struct sized_name {
  std::string_view name{};
  std::optional<double> bytes{};
};

void read_size(sized_name& n, json_value& v)
{
  n.bytes = v.non_negative_number();
}

constexpr std::array output_fields{
  json_field<sized_name>{"path",
                         [](sized_name& n, json_value& v) { n.name = read_output_path(v); }},
  json_field<sized_name>{"bytes", read_size},
};
constexpr std::array input_fields{
  json_field<sized_name>{"path", [](sized_name& n, json_value& v) { n.name = read_input_path(v); }},
  json_field<sized_name>{"bytes", read_size},
};
constexpr std::array dependency_fields{
  json_field<sized_name>{"id", [](sized_name& n, json_value& v) { n.name = v.name(); }},
  json_field<sized_name>{"bytes", read_size},
};

/// `fields` holds the key of the name first.
template <std::size_t N>
sized_name read_sized_name(json_value& value, std::array<json_field<sized_name>, N> const& fields)
{
  sized_name found;
  if (value.is_string()) {
    fields.front().read(found, value);
  } else {
    read_fields(value, unknown_keys::refuse, found, fields);
    if (found.name.empty()) {
      value.fail(fmt::format("expected a string or an object with \"{}\"", fields.front().key));
    }
  }
  return found;
}

file_draft& mention_file(workflow_draft& draft, sized_name const& found, json_value& value)
{
  auto const [id, is_new] = draft.file_names.add(found.name);
  if (is_new) draft.files.push_back({found.name});
  auto& file = draft.files[static_cast<std::size_t>(id)];
  if (found.bytes && file.bytes >= 0 && file.bytes != *found.bytes) {
    value.fail(fmt::format("file \"{}\" has {} bytes elsewhere and {} here; make them agree",
                           found.name, file.bytes, *found.bytes));
  }
  if (found.bytes) file.bytes = *found.bytes;
  draft.scratch.push_back(id);
  return file;
}

void expect_not_both(file_draft const& file, json_value const& value)
{
  if (file.writer >= 0 && file.writer == file.last_reader) {
    value.fail(fmt::format("the task both reads and writes \"{}\"; write another file", file.path));
  }
}

void read_input(workflow_draft& draft, json_value& value)
{
  auto& file = mention_file(draft, read_sized_name(value, input_fields), value);
  if (file.last_reader == draft.current()) {
    value.fail(fmt::format("file \"{}\" comes twice; keep one of them", file.path));
  }
  file.last_reader = draft.current();
  expect_not_both(file, value);
}

void claim_output(workflow_draft& draft, sized_name const& found, json_value& value)
{
  auto& file = mention_file(draft, found, value);
  if (file.writer == draft.current()) {
    value.fail(fmt::format("file \"{}\" comes twice; keep one of them", file.path));
  }
  if (file.writer >= 0) {
    value.fail(fmt::format("file \"{}\" is written by task \"{}\" too; a file has one writer",
                           file.path, draft.result.at(file.writer).name));
  }
  file.writer = draft.current();
  expect_not_both(file, value);
}

/// Standard output goes to a file that the task writes, whether its outputs name it or not.
void claim_stdout(task_draft& t, program const& run, json_value& value)
{
  auto& draft = t.draft;
  if (run.stdout_path.empty()) return;
  auto const known = draft.file_names.find(run.stdout_path);
  if (known && draft.files[static_cast<std::size_t>(*known)].writer == draft.current()) return;
  draft.scratch.clear();
  claim_output(draft, {run.stdout_path, std::nullopt}, value);
  t.task.outputs.push_back(draft.scratch.front());
}

/// The details stay where they are from now on, so that the table of files may keep views of them.
void claim_all_stdouts(task_draft& t, json_value& value)
{
  if (!t.task.details) return;
  auto const& details = *t.task.details;
  if (details.run) claim_stdout(t, *details.run, value);
  if (auto const* pipeline = std::get_if<pipeline_stage>(&details.stage)) {
    for (auto const& step : pipeline->steps) claim_stdout(t, step.run, value);
  }
  if (auto const* race = std::get_if<speculative_stage>(&details.stage)) {
    for (auto const& one : race->alternatives) claim_stdout(t, one.run, value);
  }
}

void read_dependency(workflow_draft& draft, json_value& value, std::uint32_t index)
{
  auto const found  = read_sized_name(value, dependency_fields);
  auto const number = static_cast<std::uint32_t>(draft.current());
  draft.dependencies.push_back(
    {draft.tasks.mention(found.name, {number, index}), draft.current(), found.bytes.value_or(0)});
}

void read_id(task_draft& t, json_value& v)
{
  auto const id = v.name();
  if (!t.draft.tasks.declare(id, t.draft.current())) {
    v.fail(fmt::format("another task is named \"{}\"; rename one of them", id));
  }
  t.task.name = id;
}

constexpr std::array task_fields{
  json_field<task_draft>{"id", read_id},
  json_field<task_draft>{"inputs",
                         [](task_draft& t, json_value& v) {
                           t.draft.scratch.clear();
                           v.for_each_element([&](json_value& e) { read_input(t.draft, e); });
                           t.task.inputs = t.draft.scratch;
                         }},
  json_field<task_draft>{"outputs",
                         [](task_draft& t, json_value& v) {
                           t.draft.scratch.clear();
                           v.for_each_element([&](json_value& e) {
                             claim_output(t.draft, read_sized_name(e, output_fields), e);
                           });
                           t.task.outputs = t.draft.scratch;
                         }},
  json_field<task_draft>{"depends",
                         [](task_draft& t, json_value& v) {
                           std::uint32_t index = 0;
                           v.for_each_element(
                             [&](json_value& e) { read_dependency(t.draft, e, index++); });
                         }},
  json_field<task_draft>{
    "seconds", [](task_draft& t, json_value& v) { t.task.cpu_seconds = v.non_negative_number(); }},
  json_field<task_draft>{
    "gpu_seconds",
    [](task_draft& t, json_value& v) { t.task.gpu_seconds = v.non_negative_number(); }},
  json_field<task_draft>{"resources",
                         [](task_draft& t, json_value& v) {
                           read_fields(v, unknown_keys::refuse, t.task.declare().needs,
                                       resource_fields);
                         }},
  json_field<task_draft>{"place",
                         [](task_draft& t, json_value& v) { t.task.declare().place = v.name(); }},
  json_field<task_draft>{"release",
                         [](task_draft& t, json_value& v) {
                           t.task.declare().release_seconds = v.non_negative_number();
                         }},
  json_field<task_draft>{"retries",
                         [](task_draft& t, json_value& v) {
                           t.task.declare().retries =
                             static_cast<int>(v.integer(0, std::numeric_limits<int>::max()));
                         }},
  json_field<task_draft>{"timeout",
                         [](task_draft& t, json_value& v) {
                           t.task.declare().timeout_seconds = v.non_negative_number();
                           if (t.task.details->timeout_seconds == 0) v.fail("must be positive");
                         }},
  json_field<task_draft>{
    "cache", [](task_draft& t, json_value& v) { t.task.declare().cache = v.boolean(); }},
  json_field<task_draft>{"priority",
                         [](task_draft& t, json_value& v) {
                           using limits = std::numeric_limits<int>;
                           t.task.declare().priority =
                             static_cast<int>(v.integer(limits::min(), limits::max()));
                         }},
  json_field<task_draft>{"kind",
                         [](task_draft& t, json_value& v) { t.task.declare().kind = v.name(); }},
  json_field<task_draft>{"work",
                         [](task_draft& t, json_value& v) {
                           read_fields(v, unknown_keys::refuse, t.task.declare().analytic.emplace(),
                                       work_fields);
                         }},
  json_field<task_draft>{
    "data_parallel", [](task_draft& t, json_value& v) { t.set_stage(read_data_parallel(v), v); }},
  json_field<task_draft>{"pipeline",
                         [](task_draft& t, json_value& v) { t.set_stage(read_pipeline(v), v); }},
  json_field<task_draft>{"speculative",
                         [](task_draft& t, json_value& v) { t.set_stage(read_speculative(v), v); }},
};

bool has_own_programs(task_info const& task)
{
  auto const& s = task.declared().stage;
  return std::holds_alternative<pipeline_stage>(s) || std::holds_alternative<speculative_stage>(s);
}

void read_task(workflow_draft& draft, json_value& value)
{
  task_draft t{draft};
  read_fields(value, unknown_keys::refuse, t, task_fields, program_fields);
  if (t.task.name.empty()) value.fail("the task has no id; give it one");
  if (auto run = t.finish(value)) {
    if (has_own_programs(t.task)) {
      value.fail(
        "a pipeline or speculative stage has its programs inside; take the task's own out");
    }
    t.task.declare().run = std::move(*run);
  }
  claim_all_stdouts(t, value);
  draft.result.add_task(std::move(t.task));
}

constexpr std::array root_fields{
  json_field<workflow_draft>{
    "heddle", [](workflow_draft&, json_value& v) { static_cast<void>(v.integer(1, 1)); }},
  json_field<workflow_draft>{
    "name", [](workflow_draft& d, json_value& v) { d.result.rename(v.argument()); }},
  json_field<workflow_draft>{"tasks",
                             [](workflow_draft& d, json_value& v) {
                               d.has_tasks = true;
                               v.for_each_element(
                                 [&](std::size_t count) { d.result.reserve(count, 0, 0); },
                                 [&](json_value& task) { read_task(d, task); });
                             }},
};

void expect_all_declared(workflow_draft const& draft, source_text const& source)
{
  auto const unknown = draft.tasks.undeclared();
  if (!unknown) return;
  auto const place = draft.tasks.place(*unknown);
  throw input_error{fmt::format(
    "{}: tasks[{}].depends[{}]: there is no task \"{}\"; correct the id or declare the task",
    source.name(), place.task, place.index, draft.tasks.name(*unknown))};
}

/// What ends before a task starts, and what it passes on.
struct incoming {
  task_id from;
  double bytes;
};

/// Adds the edges into `task`, one per predecessor.
void add_merged(workflow& w, task_id task, std::vector<incoming>& all)
{
  std::ranges::sort(all, {}, &incoming::from);
  for (auto next = all.begin(); next != all.end();) {
    edge e{next->from, task, 0};
    for (; next != all.end() && next->from == e.from; ++next) e.bytes += next->bytes;
    w.add_edge(e);
  }
  all.clear();
}

void expect_apart(dependency const& d, workflow_draft const& draft, source_text const& source)
{
  if (draft.tasks.task(d.from) == d.to) {
    throw input_error{fmt::format("{}: tasks[{}].depends: task \"{}\" depends on itself",
                                  source.name(), d.to, draft.tasks.name(d.from))};
  }
}

std::size_t most_edges(workflow_draft const& draft)
{
  auto edges = draft.dependencies.size();
  for (auto const& task : draft.result.tasks()) edges += task.inputs.size();
  return edges;
}

/// An edge leads from the writer of a file to each of its readers, and from what a task depends on.
void add_edges(workflow_draft& draft, source_text const& source)
{
  auto& w = draft.result;
  w.reserve(0, most_edges(draft), 0);
  std::vector<incoming> all;
  auto dependency = draft.dependencies.begin();
  for (task_id t = 0; t < draft.current(); ++t) {
    for (auto const id : w.at(t).inputs) {
      auto const& file = draft.files[static_cast<std::size_t>(id)];
      if (file.writer >= 0) all.push_back({file.writer, std::max(file.bytes, 0.0)});
    }
    for (; dependency != draft.dependencies.end() && dependency->to == t; ++dependency) {
      expect_apart(*dependency, draft, source);
      all.push_back({draft.tasks.task(dependency->from), dependency->bytes});
    }
    add_merged(w, t, all);
  }
}

void add_files(workflow_draft& draft)
{
  draft.result.reserve(0, 0, draft.files.size());
  for (auto const& file : draft.files) {
    draft.result.add_file({std::string{file.path}, std::max(file.bytes, 0.0)});
  }
}

}  // namespace

workflow read_heddle_json(source_text const& source, json_document& document)
{
  workflow_draft draft;
  auto root = document.root();
  read_fields(root, unknown_keys::refuse, draft, root_fields);
  document.expect_end();
  if (!draft.has_tasks) root.fail("\"tasks\" is missing");
  expect_all_declared(draft, source);
  add_edges(draft, source);
  add_files(draft);
  if (draft.result.name().empty()) draft.result.rename(name_of_file(source));
  return std::move(draft.result);
}

}  // namespace heddle
