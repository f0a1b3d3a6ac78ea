/// @file
/// Placement without waiting, over the series-parallel structure of a workflow.
///
/// If no task ever waited for a resource, a schedule would be a place for each task, and its
/// makespan the longest path. The shortest such is a lower bound of every makespan. It follows from
/// D(p, q), the least time between the end of one task at place p and the start of another at q, of
/// parts that grow:
///
///     edge e:                       D = transfer(e, p, q)
///     parts A, B in series over t:  D = min over r of (A(p, r) + execution(t, r) + B(r, q))
///     parts A, B side by side:      D = max(A(p, q), B(p, q))
///
/// A workflow, with a source before its entry tasks and a sink behind its exit tasks, that shrinks
/// to one part is series-parallel: chains, fork-joins, in- and out-trees, and all compositions of
/// these; for it the value is exact. Otherwise the path recursion of the placement scores
/// (placement_score.hpp) over the parts that remain gives a bound, not below that over the edges.
///
/// J. Valdes, R. E. Tarjan, E. L. Lawler: The recognition of series parallel digraphs, SIAM J.
/// Computing 11(2), 1982.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <vector>

namespace heddle {

/// The best placement if no task ever waits for a resource.
struct unhindered_plan {
  double seconds = 0;        ///< no schedule is shorter
  std::vector<int> place{};  ///< [tasks], of `places` (placement_problem.hpp); empty unless the
                             ///< workflow is series-parallel
};

/// Whether (edges + 2 tasks) x places^2 is within what `plan_unhindered` takes.
[[nodiscard]] bool fits_unhindered(cost_model const& costs);

/// Takes O(edges x places^2 + tasks x places^3) time and 8 bytes x (edges + 2 tasks) x places^2 of
/// memory. Asks for `fits_unhindered`.
[[nodiscard]] unhindered_plan plan_unhindered(cost_model const& costs);

/// Whether the workflow is series-parallel. Takes O(tasks + edges) expected time.
[[nodiscard]] bool is_series_parallel(edge_table const& edges);

/// The seconds of `plan_unhindered`; 0, which is no bound, if it does not fit. Valid whatever else
/// constrains tasks. Of sums in double precision, up to their rounding.
[[nodiscard]] double unhindered_bound_seconds(cost_model const& costs);

}  // namespace heddle
