/// @file
/// What the search finds: an order of the tasks and a resource for each.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/planning_progress.hpp>
#include <heddle/plan/schedule.hpp>

#include <cstdint>
#include <limits>
#include <vector>

namespace heddle {

/// Tasks in this order, each after what its resource already has, make a schedule. Plain data.
struct solution {
  std::vector<task_id> order{};  ///< [tasks], every task after its predecessors
  std::vector<int> resource{};   ///< [tasks], by task
  double makespan_seconds = std::numeric_limits<double>::infinity();
};

/// What all groups of a search share. The costs outlive it.
struct search_setting {
  cost_model const& costs;
  double lower_bound_seconds  = 0;
  planning_progress* progress = nullptr;  ///< may be null

  /// Something was found, in seconds.
  void announce(double makespan_seconds) const
  {
    if (progress != nullptr) progress->announce(makespan_seconds);
  }

  /// Whether no schedule is shorter, but for rounding: the search can end.
  [[nodiscard]] bool is_met_by(double makespan_seconds) const
  {
    constexpr double rounding = 1e-12;
    return makespan_seconds <= lower_bound_seconds * (1 + rounding);
  }
};

/// Order and resources of a schedule: by start; of equal ones by finish, and then as a topological
/// order has them, for tasks that take no time. Its makespan is that of `seconds_of`.
[[nodiscard]] solution solution_of(cost_model const& costs, std::vector<assignment> const& tasks);

/// The makespan of a solution of a plain problem; infinite if a task cannot run where it is placed.
/// In double, as `cost_model` has its times. Takes O(tasks + edges) time.
///
/// @param finish [tasks], scratch memory
[[nodiscard]] double seconds_of(cost_model const& costs, solution const& s,
                                std::vector<double>& finish);

/// The same of any problem, as a list scheduler places the tasks; one that cannot run where it is
/// placed goes where it finishes earliest.
[[nodiscard]] double append_seconds_of(cost_model const& costs, solution const& s);

/// The schedule that a solution stands for, each task where it fits first on its resource: behind
/// what is there, or in a gap, whichever ends sooner. As `partial_schedule::release` gives it. A
/// task that has no place there goes where it finishes earliest.
[[nodiscard]] std::vector<assignment> schedule_of(cost_model const& costs, solution const& s);

}  // namespace heddle
