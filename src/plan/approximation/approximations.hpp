/// @file
/// Techniques that promise how far they are from the optimum at most. Each plans every workflow of
/// tasks that take one resource; the promise comes with the plan where the theorem's hypotheses
/// hold (guarantees.hpp), else not.
#pragma once

#include "src/plan/technique.hpp"

namespace heddle {

/// List scheduling in the order of time (Graham 1966), tasks by decreasing upward rank; see
/// `list_schedule`.
[[nodiscard]] planned plan_by_graham(cost_model const& costs, planning_limits const& limits);

/// The same, tasks by decreasing mean execution time: Longest Processing Time (Graham 1969).
[[nodiscard]] planned plan_by_lpt(cost_model const& costs, planning_limits const& limits);

/// Earliest Task First (Hwang, Chow, Anger, Lee 1989): of all ready tasks on all resources, what
/// can start first is placed next, after what its resource already has; of equal starts the task of
/// the largest upward rank, on the first resource. Speeds play no part, as in the paper.
///
/// A task counts as ready when its predecessors are placed. As no task starts before one placed
/// earlier, this is the paper's decision at each moment: what could start later is passed over
/// until nothing can start before it.
///
/// Takes O(edges x memory nodes + tasks x resources x log tasks) time.
[[nodiscard]] planned plan_by_etf(cost_model const& costs, planning_limits const& limits);

/// Lenstra, Shmoys, Tardos 1990. Binary search on the deadline d among all execution times for the
/// least that the relaxation meets:
///
///     minimise  the largest of the loads of the resources, tasks split at will,
///     where     no task goes where it takes more than d.
///
/// Equal resources (a class: one kind, one speed) share a row; their pieces are then laid out one
/// resource after the other, as McNaughton does, which splits at most one task between two
/// neighbours. So the graph of split tasks and resources has at most one cycle a component, a
/// matching gives each split task a resource of its own that it is split onto, and that adds at
/// most d.
///
/// Tasks with predecessors are assigned in the same way, as if there were none, and then start in
/// the order of decreasing upward rank, with insertion.
///
/// Each program's dual vector proves a lower bound, whatever the workflow and its communication:
/// either a schedule uses an execution time above d, or it meets the program.
///
/// Takes O(log(tasks x classes)) programs (`solve`) of as many rows as classes.
[[nodiscard]] planned plan_by_lst(cost_model const& costs, planning_limits const& limits);

/// Heterogeneous Linear Program with Earliest Starting Time (Kedad-Sidhoum, Monna, Trystram 2015):
///
///     minimise  the largest of: work of the CPUs / their speeds, the same of the GPUs, each path,
///     where     each task splits itself between CPU and GPU.
///
/// Each task goes to the kind that has at least half of it (of equal halves the GPU), and
/// `list_schedule` with decreasing upward ranks does the rest. On several speeds the work counts at
/// their sum, a path at the fastest.
///
/// Paths become rows as they are violated (cutting planes), so that the program stays small. Its
/// dual vector, which mixes loads and paths, proves a lower bound for every workflow. Where the
/// rounds do not suffice to meet it, the promise grows by what is left between the two.
///
/// Takes at most `hlp_rounds` programs (`solve`) of about `hlp_many_paths` rows.
[[nodiscard]] planned plan_by_hlp(cost_model const& costs, planning_limits const& limits);

inline constexpr int hlp_rounds             = 40;
inline constexpr int hlp_patience           = 5;    ///< rounds that close less than 1 % of the gap
inline constexpr std::size_t hlp_paths      = 16;   ///< new rows of one look
inline constexpr std::size_t hlp_many_paths = 200;  ///< from then on those without a price go

}  // namespace heddle
