/// @file
/// List scheduling that looks at few resources a task.
#pragma once

#include "src/plan/timeline.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace heddle {

/// A schedule in the making, in which a task is tried on few resources:
///
/// - one that is proposed;
/// - those of its predecessors, and of the others in their memory nodes the one that is free first;
/// - of each class of equal resources the one that is free first.
///
/// Where all links are equal, these hold a resource where the task would finish earliest if no task
/// were inserted between others; on each of them, it is inserted. Takes O(predecessors x
/// (predecessors + classes) + log resources) time a task, whatever the number of resources. Not
/// thread-safe.
class candidate_schedule {
 public:
  explicit candidate_schedule(cost_model const& costs);

  /// Places `task`, all predecessors of which are placed, where it finishes earliest among the
  /// candidates.
  ///
  /// @param proposed a resource, or -1
  void place(task_id task, int proposed);

  /// When the last of all tasks ends.
  [[nodiscard]] double makespan_seconds() const { return makespan_; }

  [[nodiscard]] std::vector<assignment> release() && { return std::move(tasks_); }

 private:
  using by_end = std::set<std::pair<double, int>>;  // of resources; the end of their last task

  void try_on(int resource, task_id task, assignment& best) const;
  void try_first_free(by_end const& group, task_id task, assignment& best) const;
  void take(task_id task, assignment const& where);

  cost_model const& costs_;
  std::vector<assignment> tasks_;      ///< [tasks]
  std::vector<timeline> timelines_;    ///< [resources]
  std::vector<by_end> classes_;        ///< of equal kind and speed
  std::vector<std::size_t> class_of_;  ///< [resources]
  std::vector<by_end> nodes_;          ///< [memory nodes]; empty for those of one resource
  double makespan_ = 0;
};

}  // namespace heddle
