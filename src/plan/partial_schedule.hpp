/// @file
/// A schedule in the making: what list schedulers share.
#pragma once

#include "src/plan/memory_profile.hpp"
#include "src/plan/timeline.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace heddle {

/// Whether a task may start in a gap between two others, or only after all that are placed.
enum class placement { insert, append };

/// Tasks placed so far, and where the next one could go. Resources begin busy until they are free
/// (see `machine_state`). Not thread-safe.
///
/// A task of k cores goes on its first core, the slowest of them, and on k - 1 others that are free
/// for as long: `on` finds the earliest start at which there are so many, `place` takes the first
/// of those. Where memory may run out, a task starts only when there is enough until its end.
class partial_schedule {
 public:
  partial_schedule(cost_model const& costs, placement how);

  /// Computes when `task` could start in each memory node, for its release and the arrival of its
  /// inputs: [memory nodes]. All its predecessors are placed. Takes O(predecessors x memory nodes)
  /// time.
  std::span<double const> arrivals(task_id task);

  /// The earliest finish of `task` on `resource`, for the task of the last call of `arrivals`; with
  /// resource -1 and an infinite finish if it cannot run there. For a task of several cores, the
  /// earliest with `resource` as the first.
  [[nodiscard]] assignment on(task_id task, int resource) const
  {
    auto const execution = costs_.execution_seconds(task, resource);
    if (std::isinf(execution)) return {-1, 0, std::numeric_limits<double>::infinity()};
    auto const ready = arrivals_[static_cast<std::size_t>(node_of(resource))];
    auto const start = memory_.empty() ? start_on_cores(task, resource, ready, execution)
                                       : start_with_memory(task, resource, ready, execution);
    return {resource, start, start + execution};
  }

  /// The best of `on` over all resources: earliest finish, of equal ones the first resource.
  [[nodiscard]] assignment earliest_finish(task_id task) const;

  /// @param where as `on` gives it now
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

  /// Ends the making: [tasks], and behind them the further cores of tasks that take several, by
  /// task, each with the times of its task.
  [[nodiscard]] std::vector<assignment> release() &&;

 private:
  void begin_arrivals(task_id task);
  void arrive(double finish, double bytes, int from);

  [[nodiscard]] double start_on(int resource, double ready, double length) const
  {
    auto const& line = timelines_[static_cast<std::size_t>(resource)];
    return how_ == placement::insert ? line.first_fit(ready, length) : std::max(ready, line.end());
  }

  [[nodiscard]] double start_on_cores(task_id task, int resource, double ready, double length) const
  {
    return is_wide(task, resource) ? start_together(task, resource, ready, length)
                                   : start_on(resource, ready, length);
  }

  [[nodiscard]] bool is_wide(task_id task, int resource) const
  {
    return has_wide_tasks_ && costs_.cores(task) > 1 && costs_.kind(resource) == resource_kind::cpu;
  }

  [[nodiscard]] int node_of(int resource) const
  {
    return costs_.memory_nodes()[static_cast<std::size_t>(resource)];
  }

  void find_candidates(task_id task, int first, bool beside) const;
  [[nodiscard]] double when_free(int count, double start, double length) const;
  [[nodiscard]] assignment earliest_finish_together(task_id task) const;
  [[nodiscard]] int first_alike(std::span<int const> group, int core) const;
  [[nodiscard]] assignment on_any_alike(task_id task, int core) const;
  [[nodiscard]] double start_together(task_id task, int first, double ready, double length) const;
  [[nodiscard]] double when_enough(task_id task, int resource, double start, double length) const;
  [[nodiscard]] double start_with_memory(task_id task, int resource, double ready,
                                         double length) const;
  void place_others(task_id task, assignment const& where);
  void hold_memory(task_id task, assignment const& where);

  cost_model const& costs_;
  placement how_;
  bool has_wide_tasks_;
  std::vector<assignment> tasks_;       ///< [tasks]
  std::vector<timeline> timelines_;     ///< [resources]
  std::vector<memory_profile> memory_;  ///< [accounts of memory], none if it never runs out
  std::vector<double> arrivals_;        ///< [memory nodes]
  std::vector<further_core> further_cores_;
  mutable std::vector<int> candidates_;  ///< of `find_candidates`
  mutable std::vector<double> starts_;   ///< of `when_free`
};

}  // namespace heddle
