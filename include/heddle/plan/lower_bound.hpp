/// @file
/// Proven lower bounds of the makespan.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <string_view>
#include <vector>

namespace heddle {

/// One argument why no schedule is shorter.
struct lower_bound {
  std::string_view name;
  double seconds = 0;
};

/// All bounds that are worth their time on a workflow of this size, cheap ones first:
///
/// - critical path: the longest path, each task on its fastest resource, transfers free;
/// - area: total work over total speed; on unrelated resources at the best prices of their time, a
///   dual of the fractional assignment;
/// - path with transfers: the longest path where predecessors either share a memory node and take
///   their time one after the other, or send their data over the fastest link; where tasks x (tasks
///   + edges) x resources <= 2^27 also, for each task, with the load of all that comes before or
///   after it;
/// - openings: a memory node begins no earlier than its first task gets its data over links, and
///   ends alike;
/// - load between heads and tails: tasks that all start after a and end b before the end, the k
///   longest on the k fastest resources;
/// - placements: the longest path through memory nodes, knowing which tasks run where; in ticks
///   where that has more than 2^24 steps, up to 2^30; where tasks x memory nodes <= 2^25;
/// - joint placements: the same with one node for each task, whichever path it lies on, as far as
///   the workflow is made of series-parallel parts, in up to 2^24 steps;
/// - work in intervals: of tasks that must run partly in an interval (Fernandez, Bussell 1973), if
///   there are at most 2^16 tasks;
/// - shared nodes: tasks that would pay too much for a transfer share a node, if there are at most
///   2^16 tasks and edges;
/// - grid of times: where all times are multiples of 2^-k (integers, for instance), the best of the
///   others rounded up to one.
///
/// src/plan/bound explains each. They hold for related and unrelated resources, own links of every
/// pair and memory nodes of several resources; where tasks are constrained otherwise they hold,
/// too. Area, loads and work in intervals count all cores of a task, the others one. Rounded down
/// by a relative 4e-13, so that errors of summation do not lift them above a valid schedule.
///
/// Takes some ms for hundreds of tasks, about 0.2 s from 10^4 to 10^5 tasks, near-linear time
/// beyond (2 s for 10^6 tasks and 4 x 10^6 edges).
[[nodiscard]] std::vector<lower_bound> lower_bounds(cost_model const& costs);

/// The best of `lower_bounds`.
[[nodiscard]] double lower_bound_seconds(cost_model const& costs);

/// The larger of critical path and area, which everyone knows. Takes O(tasks + edges).
[[nodiscard]] double trivial_bound_seconds(cost_model const& costs);

}  // namespace heddle
