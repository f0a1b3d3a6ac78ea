/// @file
/// A schedule in the making: what list schedulers share.
#pragma once

#include "src/plan/timeline.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <span>
#include <vector>

namespace heddle {

/// Whether a task may start in a gap between two others, or only after all that are placed.
enum class placement { insert, append };

/// Tasks placed so far, and where the next one could go. Not thread-safe.
class partial_schedule {
 public:
  partial_schedule(cost_model const& costs, placement how);

  /// Computes when the inputs of `task` arrive in each memory node: [memory nodes]. All its
  /// predecessors are placed. Takes O(predecessors x memory nodes) time.
  std::span<double const> arrivals(task_id task);

  /// The earliest finish of `task` on `resource`, for the task of the last call of `arrivals`; with
  /// resource -1 and an infinite finish if it cannot run there.
  [[nodiscard]] assignment on(task_id task, int resource) const;

  /// The best of `on` over all resources: earliest finish, of equal ones the first resource.
  [[nodiscard]] assignment earliest_finish(task_id task) const;

  void place(task_id task, assignment const& where);

  [[nodiscard]] assignment const& of(task_id task) const
  {
    return tasks_[static_cast<std::size_t>(task)];
  }

  /// When the last task placed on `resource` ends.
  [[nodiscard]] double end_of(int resource) const
  {
    return timelines_[static_cast<std::size_t>(resource)].end();
  }

  /// Ends the making.
  [[nodiscard]] std::vector<assignment> release() && { return std::move(tasks_); }

 private:
  void arrive(double finish, double bytes, int from);

  cost_model const& costs_;
  placement how_;
  std::vector<assignment> tasks_;    ///< [tasks]
  std::vector<timeline> timelines_;  ///< [resources]
  std::vector<double> arrivals_;     ///< [memory nodes]
};

}  // namespace heddle
