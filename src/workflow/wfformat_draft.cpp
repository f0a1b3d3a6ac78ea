#include "src/workflow/wfformat_draft.hpp"

#include "src/workflow/common_files.hpp"
#include "src/workflow/transposed_lists.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace heddle {
namespace {

/// Where a thread takes longer to start than to do its part, there is none.
std::launch policy_for(std::size_t num_relatives)
{
  constexpr std::size_t worth_a_thread = 20'000;
  constexpr auto if_there_are_threads  = std::launch::async | std::launch::deferred;
  return num_relatives < worth_a_thread ? std::launch::deferred : if_there_are_threads;
}

}  // namespace

void wfformat_draft::fail(std::string_view path, std::string_view message) const
{
  throw input_error{fmt::format("{}: {}: {}", source_.name(), path, message)};
}

// ---- what the document says ----

void wfformat_draft::add_task(std::string_view id, wfformat_lists lists)
{
  declared_.push(id);
  ids_.push_back(id);
  lists_.push_back(lists);
}

void wfformat_draft::add_file(std::string_view path, double bytes)
{
  described_.push(path);
  described_bytes_.push_back(bytes);
}

void wfformat_draft::add_execution(std::string_view id, wfformat_execution record)
{
  executed_.push(id);
  executions_.push_back(std::move(record));
}

// ---- numbers of names become those of tasks ----

void wfformat_draft::number_tasks()
{
  task_of_.assign(task_names_.size(), -1);
  auto const names = declared_.ids();
  for (std::size_t t = 0; t < names.size(); ++t) {
    auto& task = task_of_[static_cast<std::size_t>(names[t])];
    if (task >= 0) {
      fail(fmt::format("workflow.specification.tasks[{}].id", t),
           fmt::format("another task is named \"{}\"; rename one", ids_[t]));
    }
    task = static_cast<task_id>(t);
  }
}

/// `path_of(index)` says where name number `index` stands in the document.
template <class PathOf>
void wfformat_draft::expect_declared(std::span<std::int32_t const> names, PathOf path_of) const
{
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (task_of_[static_cast<std::size_t>(names[i])] >= 0) continue;
    fail(path_of(i), fmt::format("there is no task \"{}\"; correct the id or declare the task",
                                 task_names_.name(names[i])));
  }
}

void wfformat_draft::expect_relatives_declared()
{
  if (task_names_.size() == num_tasks()) return;
  for (std::size_t t = 0; t < num_tasks(); ++t) {
    auto const expect_list = [&](std::string_view key, name_range list) {
      expect_declared(relatives_.ids(list), [&](std::size_t i) {
        return fmt::format("workflow.specification.tasks[{}].{}[{}]", t, key, i);
      });
    };
    expect_list("parents", lists_[t].parents);
    expect_list("children", lists_[t].children);
  }
}

void wfformat_draft::find_tasks(name_stream& names) const
{
  for (auto& id : names.ids()) id = task_of_[static_cast<std::size_t>(id)];
}

void wfformat_draft::end_tasks()
{
  resolver_.finish();
  for (auto* stream : {&declared_, &relatives_, &used_}) stream->flush();
  number_tasks();
  expect_relatives_declared();
  find_tasks(relatives_);
  parents_ = std::async(policy_for(relatives_.size()), [this] { return find_parents(); });
}

auto wfformat_draft::parent_rows::of(task_id task) const -> std::span<task_id const>
{
  auto const t = static_cast<std::size_t>(task);
  return std::span{parents}.subspan(first[t], first[t + 1] - first[t]);
}

/// Parents and children say the same twice: this is their union. Sorts the lists of parents, and
/// touches nothing but `lists_` and `relatives_`.
auto wfformat_draft::find_parents() -> parent_rows
{
  transposed_lists const naming{
    num_tasks(), [this](std::size_t t) { return relatives_.ids(lists_[t].children); }};
  parent_rows rows;
  rows.first.reserve(num_tasks() + 1);
  rows.first.push_back(0);
  rows.parents.reserve(naming.size());
  for (std::size_t t = 0; t < num_tasks(); ++t) {
    auto const named = relatives_.ids(lists_[t].parents);
    std::ranges::sort(named);
    std::ranges::set_union(named, naming.of(static_cast<task_id>(t)),
                           std::back_inserter(rows.parents));
    auto const row = std::span{rows.parents}.subspan(rows.first.back());
    rows.parents.resize(rows.parents.size() - std::ranges::unique(row).size());
    rows.first.push_back(rows.parents.size());
  }
  return rows;
}

// ---- all together ----

workflow wfformat_draft::finish()
{
  if (!parents_.valid()) end_tasks();
  resolver_.finish();
  for (auto* stream : {&executed_, &described_}) stream->flush();
  task_of_.resize(task_names_.size(), -1);
  expect_declared(executed_.ids(),
                  [](std::size_t i) { return fmt::format("workflow.execution.tasks[{}].id", i); });
  find_tasks(executed_);
  add_files();
  add_tasks();
  apply_executions();
  add_edges(parents_.get());
  return std::move(result_);
}

/// The size of every file; 0 if no element of `specification.files` describes it.
std::vector<double> wfformat_draft::file_sizes()
{
  constexpr double unknown = -1;
  std::vector<double> sizes(file_names_.size(), unknown);
  auto const names = described_.ids();
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto& size = sizes[static_cast<std::size_t>(names[i])];
    if (size != unknown) {
      fail(fmt::format("workflow.specification.files[{}]", i),
           fmt::format("file \"{}\" comes twice; keep one of them", file_names_.name(names[i])));
    }
    size = described_bytes_[i];
  }
  std::ranges::replace(sizes, unknown, 0.0);
  return sizes;
}

void wfformat_draft::add_files()
{
  auto const sizes = file_sizes();
  result_.reserve(0, 0, sizes.size());
  for (std::size_t f = 0; f < sizes.size(); ++f) {
    auto const path = file_names_.name(static_cast<file_id>(f));
    result_.add_file({std::string{path}, sizes[f]});
  }
}

void wfformat_draft::add_tasks()
{
  result_.reserve(num_tasks(), 0, 0);
  for (auto const id : ids_) result_.add_task({std::string{id}});
  assign_files(&wfformat_lists::inputs, &task_info::inputs);
  assign_files(&wfformat_lists::outputs, &task_info::outputs);
}

/// Gives the tasks their files; those that come twice in one list count once.
void wfformat_draft::assign_files(name_range wfformat_lists::*list,
                                  std::vector<file_id> task_info::*into)
{
  std::vector<task_id> last_user(file_names_.size(), -1);
  std::vector<file_id> found;
  for (std::size_t t = 0; t < num_tasks(); ++t) {
    auto const task = static_cast<task_id>(t);
    found.clear();
    for (auto const file : used_.ids(lists_[t].*list)) {
      auto const is_new = std::exchange(last_user[static_cast<std::size_t>(file)], task) != task;
      if (is_new) found.push_back(file);
    }
    result_.at(task).*into = found;
  }
}

/// Puts what was measured into the tasks.
void wfformat_draft::apply_executions()
{
  std::vector<bool> seen(num_tasks());
  for (std::size_t i = 0; i < executions_.size(); ++i) {
    auto& record = executions_[i];
    auto const t = static_cast<std::size_t>(executed_.ids()[i]);
    auto& task   = result_.at(executed_.ids()[i]);
    if (seen[t]) {
      fail(fmt::format("workflow.execution.tasks[{}].id", i),
           fmt::format("task \"{}\" comes twice; keep one of them", task.name));
    }
    seen[t]          = true;
    task.cpu_seconds = record.seconds;
    task.details     = std::move(record.details);
  }
}

/// Edges carry the files that both tasks name.
void wfformat_draft::add_edges(parent_rows const& rows)
{
  common_files const common{result_};
  result_.reserve(0, rows.parents.size(), 0);
  for (std::size_t t = 0; t < num_tasks(); ++t) {
    auto const task = static_cast<task_id>(t);
    for (auto const parent : rows.of(task)) {
      if (parent == task) {
        fail(fmt::format("workflow.specification.tasks[{}]", t),
             fmt::format("task \"{}\" is its own parent", ids_[t]));
      }
      result_.add_edge({parent, task, common.between(parent, task).bytes});
    }
  }
}

}  // namespace heddle
