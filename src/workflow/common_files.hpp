/// @file
/// Which files a task writes and another reads: where the bytes of edges come from.
#pragma once

#include <heddle/workflow/workflow.hpp>

#include <span>
#include <vector>

namespace heddle {

/// The files of every task, sorted and without repetition, in compressed rows.
class file_rows {
 public:
  file_rows(workflow const& w, std::vector<file_id> task_info::*files);

  [[nodiscard]] std::span<file_id const> of(task_id task) const;

 private:
  std::vector<std::size_t> first_;  ///< [tasks + 1]
  std::vector<file_id> files_;
};

/// The files that one task passes to another.
struct passed_files {
  std::size_t count = 0;
  double bytes      = 0;  ///< the sum of their sizes
};

/// What tasks pass to each other in files. Immutable once made.
class common_files {
 public:
  explicit common_files(workflow const& w)
    : workflow_{w}, written_{w, &task_info::outputs}, read_{w, &task_info::inputs}
  {
  }

  /// The files that `from` writes and `to` reads.
  /// Takes O(a log b) time, where a <= b are their numbers of files.
  [[nodiscard]] passed_files between(task_id from, task_id to) const;

  /// The bytes of `e` that are not in common files.
  ///
  /// @throw not_supported if those have more bytes than the edge, which no file format can express
  [[nodiscard]] double extra_bytes(edge const& e) const;

 private:
  workflow const& workflow_;
  file_rows written_;
  file_rows read_;
};

/// Refuses tasks that only C++ can express.
///
/// @throw not_supported naming the task
void expect_no_cpp_body(task_info const& task);

}  // namespace heddle
