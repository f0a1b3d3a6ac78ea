/// @file
/// The workflow: tasks and stages, the data they touch, and the edges between them.
#pragma once

#include <heddle/base/access.hpp>
#include <heddle/base/units.hpp>
#include <heddle/workflow/edge_table.hpp>
#include <heddle/workflow/task_info.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

template <class... Accesses>
class task_builder;
template <class... Accesses>
class loop_builder;
template <class Result, class Operation, class... Accesses>
class reduce_builder;
template <class In>
class pipeline_builder;
template <class... Accesses>
class race_builder;
template <class T>
class value;
class token_control;

/// How many tokens a pipeline may hold at once.
struct pipeline_options {
  std::size_t tokens = 4;
};

/// A directed acyclic graph of tasks and stages. It can be moved, not copied. Not thread-safe while
/// tasks are added; safe to share between threads afterwards.
///
/// The builders (`task`, `for_each`, `reduce`, `pipeline`, `speculate`; include
/// <heddle/workflow/builders.hpp> or <heddle/heddle.hpp>) derive edges from the declared accesses
/// in program order, as sequential task flow does: a reader follows the last writer, a writer
/// follows the last writer and all readers since. A builder stays valid until its workflow is moved
/// or destroyed.
class workflow {
 public:
  explicit workflow(std::string_view name = {}) : name_{name} {}
  workflow(workflow&&) noexcept            = default;
  workflow& operator=(workflow&&) noexcept = default;

  // ---- what is in it ----

  [[nodiscard]] std::string const& name() const noexcept { return name_; }
  [[nodiscard]] std::size_t num_tasks() const noexcept { return tasks_.size(); }
  [[nodiscard]] std::span<task_info const> tasks() const noexcept { return tasks_; }
  [[nodiscard]] task_info const& at(task_id id) const
  {
    return tasks_.at(static_cast<std::size_t>(id));
  }
  [[nodiscard]] task_info& at(task_id id) { return tasks_.at(static_cast<std::size_t>(id)); }
  [[nodiscard]] std::span<file_info const> files() const noexcept { return files_; }
  [[nodiscard]] file_info const& file(file_id id) const
  {
    return files_.at(static_cast<std::size_t>(id));
  }
  /// As declared: unsorted, and with repeated pairs if they were declared repeatedly.
  [[nodiscard]] std::span<edge const> edges() const noexcept { return edges_; }

  // ---- C++ tasks and stages ----

  /// A task that runs one body once, with its arguments from `accesses`.
  template <class... A>
  task_builder<A...> task(std::string_view name, A... accesses);

  /// A body over the indices `over`, which may be split between workers.
  template <class... A>
  loop_builder<A...> for_each(std::string_view name, range over, A... accesses);

  /// Folds what the body returns for parts of `over` with `operation`, starting at `init`, into
  /// `into`.
  template <class R, class Op, class... A>
  reduce_builder<R, Op, A...> reduce(std::string_view name, range over, R init, Op operation,
                                     value<R>& into, A... accesses);

  /// A pipeline fed by `source`, which returns a `std::optional`; `std::nullopt` ends it.
  template <class F>
  auto pipeline(std::string_view name, pipeline_options options, F source)
    -> pipeline_builder<typename std::invoke_result_t<F&, token_control&>::value_type>;

  /// Alternatives for the same result: the first that returns true commits what it wrote.
  template <class... A>
  race_builder<A...> speculate(std::string_view name, A... accesses);

  // ---- one level down: what readers of files and the builders use ----

  /// Appends a task. Names are not checked here: they are made unique by `add_cpp_task`, and
  /// readers report duplicates with their place in the file.
  task_id add_task(task_info task);

  /// Appends a task whose accesses lie in its details; adds the edges that they imply, and makes
  /// its name unique by adding "#2", "#3", ... where it is taken.
  task_id add_cpp_task(task_info task);

  file_id add_file(file_info file);

  /// @throw invalid_argument if a task does not exist, both are the same, or bytes is negative or
  /// NaN
  void add_edge(edge e);

  /// Makes room, so that adding that many neither moves nor wastes memory.
  void reserve(std::size_t tasks, std::size_t edges, std::size_t files);

  void rename(std::string_view name) { name_ = name; }

 private:
  struct item_history {
    task_id last_writer = -1;
    std::vector<task_id> readers_since{};
  };

  void order_after_accesses(task_id id, std::span<any_access const> accesses);

  std::string name_;
  std::vector<task_info> tasks_;
  std::vector<file_info> files_;
  std::vector<edge> edges_;
  std::map<data_item const*, item_history> history_;
  std::map<std::string, int, std::less<>> uses_of_name_;
};

}  // namespace heddle
