/// @file
/// How early a task can start, and how much must follow it.
#pragma once

#include "src/plan/bound/relaxation.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace heddle {

/// In no schedule does task t start before head[t] seconds, or end later than tail[t] seconds
/// before the end of the schedule.
struct task_windows {
  std::vector<double> head;  ///< [tasks]
  std::vector<double> tail;  ///< [tasks]
};

/// Which way a workflow is walked: forwards for heads, backwards for tails. What holds for a
/// schedule holds for the one that runs backwards on the reversed workflow: the relaxation's links
/// and resources are symmetric.
class direction {
 public:
  direction(relaxation const& r, bool backwards) : r_{r}, backwards_{backwards} {}

  [[nodiscard]] std::size_t num_tasks() const { return r_.num_tasks(); }
  [[nodiscard]] bool is_backwards() const { return backwards_; }

  /// The i-th task of a topological order.
  [[nodiscard]] task_id task(std::size_t i) const
  {
    auto const& order = r_.costs.edges().topological_order;
    return backwards_ ? order[order.size() - 1 - i] : order[i];
  }

  /// Tasks that come right before this one.
  [[nodiscard]] std::span<task_id const> before(task_id task) const
  {
    auto const& edges = r_.costs.edges();
    return backwards_ ? edges.successors(task) : edges.predecessors(task);
  }

  /// Least seconds of the transfers from those, in their order.
  [[nodiscard]] std::span<double const> transfers(task_id task) const
  {
    auto const& edges = r_.costs.edges();
    auto const& first = backwards_ ? edges.first_successor : edges.first_predecessor;
    auto const& row   = backwards_ ? r_.to_successor : r_.from_predecessor;
    auto const begin  = static_cast<std::size_t>(first[static_cast<std::size_t>(task)]);
    return std::span{row}.subspan(begin, before(task).size());
  }

 private:
  relaxation const& r_;
  bool backwards_;
};

/// When the task could start if all its predecessors ran on other memory nodes: no earlier than the
/// last of their results could arrive over links. Backwards: likewise how long before the end.
[[nodiscard]] double start_elsewhere(direction const& way, relaxation const& r,
                                     std::vector<double> const& head, task_id task);

/// Windows from paths that know communication. The predecessors of a task that share its memory
/// node take their time there one after the other (see `relaxation::node_seconds`); the others'
/// data must be moved. With predecessors by falling arrival over a link, a head is the least, over
/// those that share, of the larger of the end of the former and the arrival of the first of the
/// latter.
///
/// Takes O(edges x log edges) time, and at most 64^2 steps for the sharing of one task.
[[nodiscard]] task_windows path_windows(relaxation const& r);

/// The same where it is known that tasks of one group share a memory node; no less than `known`.
///
/// @param group [tasks], the number of the group of each
[[nodiscard]] task_windows grouped_windows(relaxation const& r, task_windows const& known,
                                           std::span<task_id const> group);

/// Windows from paths and, for each task, from all its ancestors together: those with a head of at
/// least a take a + their `load_bound`, for all a; and all of them must be done on memory nodes
/// that begin late (see `opening_bound`) and, but for that of the task, end early enough for the
/// results of their last task to get away.
///
/// Takes O(tasks x (tasks x resources + edges)) time and tasks^2 / 8 bytes.
[[nodiscard]] task_windows ancestor_windows(relaxation const& r);

}  // namespace heddle
