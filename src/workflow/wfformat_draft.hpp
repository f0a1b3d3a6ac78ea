/// @file
/// What the reader of WfFormat collects, and how it becomes a workflow.
#pragma once

#include "src/workflow/name_stream.hpp"
#include "src/workflow/source_text.hpp"

#include <heddle/workflow/workflow.hpp>

#include <future>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace heddle {

/// The lists of one element of `specification.tasks`.
struct wfformat_lists {
  name_range parents{};
  name_range children{};
  name_range inputs{};
  name_range outputs{};
};

/// What `execution.tasks` says of one task.
struct wfformat_execution {
  double seconds = task_info::unknown_seconds;
  std::unique_ptr<task_details> details{};  ///< with the program, if there is one
};

/// A WfFormat document on its way to a workflow: `add_...` for what it says, in its order,
/// `end_tasks` at the end of `specification.tasks`, then `finish`. Views must stay until then.
///
/// The names of tasks and files have numbers, be they from a declaration or from a list. Of a large
/// document, two more threads work on what the reader has found: `resolver_` looks names up, and
/// once the tasks have ended, `parents_` owns `lists_` and `relatives_` and makes rows of parents
/// of them while the reader goes on with files and executions.
class wfformat_draft {
 public:
  explicit wfformat_draft(source_text const& source) : source_{source} {}

  void rename(std::string_view name) { result_.rename(name); }
  void add_task(std::string_view id, wfformat_lists lists);
  void add_file(std::string_view path, double bytes);
  void add_execution(std::string_view id, wfformat_execution record);

  /// Where the reader puts the names in the lists of tasks.
  [[nodiscard]] name_stream& relatives() noexcept { return relatives_; }
  [[nodiscard]] name_stream& used_files() noexcept { return used_; }

  /// @throw input_error if two tasks have one id, or a parent or child is not declared
  void end_tasks();

  /// @throw input_error for what comes to light when all has been read
  [[nodiscard]] workflow finish();

 private:
  /// The parents of every task, sorted and without repetition, in compressed rows.
  struct parent_rows {
    std::vector<std::size_t> first{};  ///< [tasks + 1]
    std::vector<task_id> parents{};

    [[nodiscard]] std::span<task_id const> of(task_id task) const;
  };

  [[noreturn]] void fail(std::string_view path, std::string_view message) const;
  [[nodiscard]] std::size_t num_tasks() const noexcept { return ids_.size(); }

  void number_tasks();
  template <class PathOf>
  void expect_declared(std::span<std::int32_t const> names, PathOf path_of) const;
  void expect_relatives_declared();
  void find_tasks(name_stream& names) const;

  [[nodiscard]] parent_rows find_parents();

  [[nodiscard]] std::vector<double> file_sizes();
  void add_files();
  void add_tasks();
  void assign_files(name_range wfformat_lists::*list, std::vector<file_id> task_info::*into);
  void apply_executions();
  void add_edges(parent_rows const& rows);

  source_text const& source_;
  workflow result_{};

  name_table task_names_{};
  std::vector<task_id> task_of_{};                 ///< by number of a name; -1: there is none
  std::vector<std::string_view> ids_{};            ///< by task
  std::vector<wfformat_lists> lists_{};            ///< by task
  name_stream declared_{task_names_, resolver_};   ///< `ids_`
  name_stream relatives_{task_names_, resolver_};  ///< the parents and children of all tasks
  name_stream executed_{task_names_, resolver_};   ///< the tasks that `executions_` are about
  std::vector<wfformat_execution> executions_{};

  name_table file_names_{};
  name_stream used_{file_names_, resolver_};       ///< the inputs and outputs of all tasks
  name_stream described_{file_names_, resolver_};  ///< the files that `described_bytes_` are about
  std::vector<double> described_bytes_{};

  // The last members, because they end before what they write to.
  name_resolver resolver_{};
  std::future<parent_rows> parents_{};
};

}  // namespace heddle
