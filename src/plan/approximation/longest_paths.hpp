/// @file
/// The longest paths of a workflow, through each of its tasks.
#pragma once

#include <heddle/workflow/edge_table.hpp>

#include <span>
#include <vector>

namespace heddle {

/// Longest paths for given execution times, transfers not counted. Takes O(tasks + edges) time to
/// make.
class longest_paths {
 public:
  /// @param execution [tasks], seconds
  longest_paths(edge_table const& edges, std::vector<double> execution);

  /// Of all paths.
  [[nodiscard]] double longest() const { return longest_; }

  /// Of the paths through a task.
  [[nodiscard]] double through(task_id task) const;

  /// The tasks of such a path, in no order.
  [[nodiscard]] std::vector<task_id> tasks_through(task_id task) const;

  /// At most `count` paths of more than `limit` seconds, the longest first, each through a task
  /// that is on none before.
  [[nodiscard]] std::vector<std::vector<task_id>> longer_than(double limit,
                                                              std::size_t count) const;

 private:
  std::vector<double> seconds_;  ///< [tasks]
  std::vector<double> until_;    ///< [tasks], to the task's end
  std::vector<double> from_;     ///< [tasks], from the task's begin
  std::vector<task_id> before_;  ///< [tasks], on the former; -1: none
  std::vector<task_id> after_;   ///< [tasks], on the latter
  double longest_ = 0;
};

}  // namespace heddle
