/// @file
/// Which tasks are ready while a list scheduler places one after the other.
#pragma once

#include <heddle/workflow/edge_table.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace heddle {

/// Counts for every task the predecessors that are not placed yet. Not thread-safe.
class ready_tasks {
 public:
  explicit ready_tasks(edge_table const& edges) : edges_{edges}
  {
    missing_.reserve(edges.num_tasks());
    for (std::size_t t = 0; t < edges.num_tasks(); ++t) {
      missing_.push_back(edges.predecessors(static_cast<task_id>(t)).size());
    }
  }

  /// Calls `visit(task)` for every entry task, by id.
  template <class Visit>
  void for_each_entry(Visit visit) const
  {
    for (std::size_t t = 0; t < missing_.size(); ++t) {
      if (missing_[t] == 0) visit(static_cast<task_id>(t));
    }
  }

  /// Calls `visit(task)` for every task that becomes ready because `placed` is, by id.
  template <class Visit>
  void for_each_released_by(task_id placed, Visit visit)
  {
    for (auto const next : edges_.successors(placed)) {
      if (--missing_[static_cast<std::size_t>(next)] == 0) visit(next);
    }
  }

 private:
  edge_table const& edges_;
  std::vector<std::size_t> missing_;  ///< [tasks]
};

/// Tasks in the order in which their last predecessor is met, entry tasks by id: first come, first
/// served.
[[nodiscard]] std::vector<task_id> breadth_first_order(edge_table const& edges);

/// Every task after its predecessors; of the ready ones the largest priority first, of equal ones
/// the smallest id. Takes O(edges + tasks log tasks) time.
[[nodiscard]] std::vector<task_id> by_priority(edge_table const& edges,
                                               std::span<double const> priority);

}  // namespace heddle
