/// @file
/// The constructors that plan by dynamic programming. Each places every task and takes no seed.
#pragma once

#include "src/plan/technique.hpp"

#include <optional>
#include <string>

namespace heddle {

/// List scheduling by placement scores (placement_score.hpp): tasks by decreasing least score, each
/// on the resource where its earliest finish, with insertion, and what follows it at least from
/// there, score less execution, are the least together; of equal sums where it finishes first, of
/// equal finishes the first resource.
///
/// This is PEFT (H. Arabnejad, J. G. Barbosa: List scheduling algorithm for heterogeneous systems
/// by an optimistic cost table, IEEE TPDS 25(3), 2014) with each edge's own transfer time between
/// each pair of places instead of the mean, and the least score instead of the mean as priority.
///
/// Takes O(tasks x (log tasks + resources) + edges x places^2) time plus the search of gaps.
[[nodiscard]] std::vector<assignment> plan_by_placement(cost_model const& costs);

/// Why the scores would take too long; null: they would not.
[[nodiscard]] std::optional<std::string> too_many_placements(cost_model const& costs);

/// Contiguous partition of a chain of tasks (chain_partition.hpp) with the least latency: each
/// resource runs at most one run of consecutive tasks. Exact among such schedules up to the ticks,
/// not among all, which may come back to a resource.
[[nodiscard]] planned plan_by_chain(cost_model const& costs, planning_limits const& limits);

/// Why the workflow is no chain on resources that a partition knows; null: it is one.
[[nodiscard]] std::optional<std::string> no_chain(cost_model const& costs);

/// The placement that would be the best if no task ever waited for a resource, by min-plus
/// recursion over the series-parallel structure of the workflow (series_parallel.hpp), then list
/// scheduling by upward rank, with insertion, at these places. Proves that the schedule is not
/// shorter than the value without waiting; where no task has to wait, the schedule is optimal.
[[nodiscard]] planned plan_by_tree(cost_model const& costs, planning_limits const& limits);

/// Why the workflow has no such structure; null: it has.
[[nodiscard]] std::optional<std::string> not_series_parallel(cost_model const& costs);

}  // namespace heddle
