/// @file
/// Lower bounds of the makespan from windows of tasks.
#pragma once

#include "src/plan/bound/windows.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace heddle {

/// Tasks by falling key, of equal ones the smallest id first.
[[nodiscard]] std::vector<task_id> by_falling(std::vector<double> const& key);

/// All different values in order, or `most` evenly chosen of them.
[[nodiscard]] std::vector<double> breakpoints(std::vector<double> values, std::size_t most);

/// Longest path: the largest head + least seconds + tail.
[[nodiscard]] double path_bound(relaxation const& r, task_windows const& w);

/// Of some tasks, by falling tail: those with a head of at least a and a tail of at least b take
/// all a + load + b, for all b and each a of `heads`. What `load` holds after `add(task)` for each
/// of them is `seconds()`; it is handed over empty.
template <class Load>
[[nodiscard]] double head_tail_bound(task_windows const& w, std::span<task_id const> by_tail,
                                     std::span<double const> heads, Load const& load)
{
  double best = 0;
  for (auto const a : heads) {
    auto between = load;
    for (auto const task : by_tail) {
      auto const t = static_cast<std::size_t>(task);
      if (w.head[t] < a) continue;
      between.add(task);
      best = std::max(best, a + between.seconds() + w.tail[t]);
    }
  }
  return best;
}

/// The same for all tasks on the whole machine (see `load_bound`), with at most `most_heads` values
/// of a.
///
/// Takes O(tasks x (log tasks + heads x resources)) time.
[[nodiscard]] double head_tail_bound(relaxation const& r, task_windows const& w,
                                     std::size_t most_heads);

/// What memory nodes can do between their first and their last task. The predecessors of the first
/// task on a node ran elsewhere, so that it starts no earlier than their results can arrive over
/// links; as nodes have different first tasks, the k-th node to begin does so no earlier than the
/// k-th smallest such start of all tasks. Their ends are alike. The tasks must be done between, on
/// any number of nodes. The same holds for the tasks with a tail of at least b, which hold all
/// their predecessors, if they end b before the end; and backwards.
///
/// This is what bounds workflows whose data cost more to move than their tasks to run in one place.
///
/// Takes O(tasks log tasks + edges + tasks x memory nodes) time.
[[nodiscard]] double opening_bound(relaxation const& r, task_windows const& w);

/// The same, knowing that tasks of one group share a memory node: its first task has no predecessor
/// in its own group, and nodes have different groups.
[[nodiscard]] double opening_bound(relaxation const& r, task_windows const& w,
                                   std::span<task_id const> group);

/// Work in intervals (Fernandez, Bussell 1973). In a schedule of T seconds, not shorter than the
/// longest path, a task that takes d seconds at least must do at least
/// min(d, y - x, head + d - x, y - (T - tail - d)) of them in the interval [x, y], if that is
/// positive, on the resource where that is least of those that are fast enough for its window.
/// Where that is more than the resources can do in y - x seconds, by e seconds, no schedule is
/// shorter than T + e: in a later schedule the interval may end later, no more.
///
/// Looks at all intervals between at most `most_points` starts and ends of windows. Takes
/// O(tasks x (log tasks + points x log points) + points^2) time.
[[nodiscard]] double interval_bound(relaxation const& r, task_windows const& w, double known,
                                    std::size_t most_points);

/// Tasks that must share a memory node. In a schedule of T seconds, an edge whose transfer would
/// make its path longer than T joins its tasks; joined tasks take their time on one memory node one
/// after the other, which raises their heads and tails, which joins more. If the path, the load of
/// a group between heads and tails on one node, groups as the tasks of a `load_bound` or the
/// opening bound then say more than T, no schedule takes T seconds; how much longer one could be
/// before an edge is no longer joined, or what they say if that is less, is the bound. T is sought
/// by bisection.
///
/// Takes about 20 x O(edges log edges + tasks x 32) time.
[[nodiscard]] double sharing_bound(relaxation const& r, task_windows const& w, double known);

/// Longest path through placements: what follows task t on memory node x takes
/// execution(t, x) + max over successors s of min over nodes y of (transfer(x, y) + what follows s
/// on y). Knows which tasks cannot run where their data lie.
///
/// Takes O(tasks x resources + edges x memory nodes^2) time, with equal links O(edges x memory
/// nodes).
[[nodiscard]] double placement_bound(relaxation const& r, task_windows const& w);

}  // namespace heddle
