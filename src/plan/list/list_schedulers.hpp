/// @file
/// List schedulers beside those of planners.hpp. The same costs, and the same seed where one is
/// taken, give the same schedule. Unless said otherwise tasks are placed after what their resource
/// already has, and of equal tasks the one with the smallest id, of equal resources the first is
/// taken.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <cstdint>
#include <vector>

namespace heddle {

/// Predict Earliest Finish Time, with insertion (Arabnejad, Barbosa 2014). The optimistic cost
///
///     oct(t, r) = max over successors s of
///                   min over q of (oct(s, q) + execution(s, q) + (0 if q shares r's memory,
///                                                                 else the mean transfer))
///
/// is what follows a task at least; of the ready tasks the one with the largest mean of it goes
/// first, where earliest finish plus optimistic cost is least.
///
/// Takes O((tasks + edges) x resources) time plus the search of gaps, and 8 bytes x tasks x
/// resources of memory.
[[nodiscard]] std::vector<assignment> plan_by_peft(cost_model const& costs);

/// HEFT with lookahead (Bittencourt, Sakellariou, Madeira 2010): HEFT's order, each task where the
/// latest of the earliest finishes of its successors is least; each successor is looked at for
/// itself, with those of its predecessors that are placed.
///
/// Takes O(edges x resources^2) searches of gaps, and 8 bytes x tasks x memory nodes of memory.
[[nodiscard]] std::vector<assignment> plan_by_lookahead(cost_model const& costs);

/// Minimum Execution Time (Braun et al. 2001): tasks in breadth-first order, each where it runs
/// shortest, whatever that resource has to do.
[[nodiscard]] std::vector<assignment> plan_by_met(cost_model const& costs);

/// Opportunistic Load Balancing (Braun et al. 2001): tasks in breadth-first order, each on the
/// resource that is free first.
[[nodiscard]] std::vector<assignment> plan_by_olb(cost_model const& costs);

/// All tasks on the one resource that runs them fastest; those that it cannot run where they finish
/// earliest.
[[nodiscard]] std::vector<assignment> plan_by_fastest(cost_model const& costs);

/// Max-Min (Ibarra, Kim 1977; Braun et al. 2001): again and again the task whose earliest finish is
/// the latest, there. Tasks that become ready meanwhile wait until all that were ready are placed.
///
/// Takes time as `dynamic_list` does.
[[nodiscard]] std::vector<assignment> plan_by_max_min(cost_model const& costs);

/// Duplex (Braun et al. 2001): the better of Min-Min and Max-Min, of equal ones Min-Min.
[[nodiscard]] std::vector<assignment> plan_by_duplex(cost_model const& costs);

/// Sufferage (Maheswaran et al. 1999): again and again the task that would lose most by its second
/// best finish instead of its earliest. Batches as in `plan_by_max_min`.
[[nodiscard]] std::vector<assignment> plan_by_sufferage(cost_model const& costs);

/// Generalized Dynamic Level scheduling (Sih, Lee 1993): again and again the ready task and
/// resource with the largest
///
///     static level(t) - start(t, r) + median execution(t) - execution(t, r)
///
/// where static levels are of median execution times, without transfers.
///
/// Takes time as `dynamic_list` does.
[[nodiscard]] std::vector<assignment> plan_by_dls(cost_model const& costs);

/// Fast Critical Path (Radulescu, van Gemund 2000, for heterogeneous systems): of the ready tasks
/// the one with the largest upward rank, where it finishes earlier: on the resource from which its
/// last message comes, or on the one that is free first.
[[nodiscard]] std::vector<assignment> plan_by_fcp(cost_model const& costs);

/// Fast Load Balancing (Radulescu, van Gemund 2000, for heterogeneous systems): of these candidates
/// the one that finishes first: for each resource, of the ready tasks whose last message comes from
/// there and would be elsewhere no sooner than the resource is free, the one with the largest
/// upward rank, there; and of all others the one whose last message arrives first, on the resource
/// that is free first.
///
/// Takes O(edges x memory nodes + tasks x (resources + log tasks)) time.
[[nodiscard]] std::vector<assignment> plan_by_flb(cost_model const& costs);

/// Highest Level First with Estimated Times (Adam, Chandy, Dickson 1974): of the ready tasks the
/// one with the largest static level (mean execution times, no transfers), where it finishes
/// earliest.
[[nodiscard]] std::vector<assignment> plan_by_hlfet(cost_model const& costs);

/// Hybrid heuristic with Balanced Minimum Completion Time (Sakellariou, Zhao 2004): tasks by upward
/// rank in groups of independent ones; each group first where its tasks run shortest, then, while
/// that lowers its latest finish, the task moves away from the resource that finishes last that
/// finishes earliest elsewhere.
[[nodiscard]] std::vector<assignment> plan_by_hbmct(cost_model const& costs);

/// HeteroPrio (Agullo et al. 2016; Beaumont, Eyraud-Dubois, Kumar 2017, without spoliation): as
/// time goes by, an idle GPU takes the ready task that GPUs accelerate most, an idle CPU the one
/// that they accelerate least; of equal ones the largest upward rank. The fastest resources take
/// first. Resources of one kind take by upward rank.
///
/// Takes O(edges x memory nodes + tasks x (log tasks + log resources)) time.
[[nodiscard]] std::vector<assignment> plan_by_heteroprio(cost_model const& costs);

/// Best Imaginary Level (Oh, Ha 1996). The level
///
///     level(t, r) = execution(t, r) + max over successors s of
///                                       min over q of (transfer(s, r, q) + level(s, q))
///
/// is the length of what follows if no task waits for another's resource, and the makespan (t, r)
/// that plus the end of what r has. Where k tasks are ready, the one whose k-th smallest makespan,
/// of fewer resources the largest, is the largest goes first, where
///
///     makespan(t, r) + execution(t, r) x max(k / resources - 1, 0)
///
/// is least.
///
/// Takes O(tasks x (ready tasks + resources^2)) time and that of `optimistic_costs`, and 8 bytes x
/// tasks x resources of memory.
[[nodiscard]] std::vector<assignment> plan_by_bil(cost_model const& costs);

/// Minimum Start Time (as in SAGA: Coleman, Krishnamachari 2024): tasks in breadth-first order,
/// each where it starts earliest.
[[nodiscard]] std::vector<assignment> plan_by_mst(cost_model const& costs);

/// Multiple Strict Bound Constraints (PacRim 2005, doi:10.1109/PACRIM.2005.1517309). With the
/// strict bounds
///
///     finish(t) = min over r of (max over predecessors p of (finish(p) + transfer(p, t, place(p),
///                                                            r)) + execution(t, r))
///
/// and place(t) the r of it, of the ready tasks the one with the largest sum of start, finish and
/// static top level goes first, where it starts earliest, of equal resources on the fastest.
///
/// Takes O(edges x resources + tasks x (log tasks + resources)) time.
[[nodiscard]] std::vector<assignment> plan_by_msbc(cost_model const& costs);

/// Dynamic Priority Scheduling (as in SAGA: Coleman, Krishnamachari 2024): of the ready tasks the
/// one with the largest difference of bottom and top level, where it finishes earliest. Levels are
/// longest paths, of mean executions and transfers but where tasks are placed already: there of
/// their own.
[[nodiscard]] std::vector<assignment> plan_by_dps(cost_model const& costs);

/// Workflow-Based Approach (Blythe et al. 2005), one of its randomized schedules: again and again
/// one of the pairs of a ready task and a resource, drawn by `seed` from those that make the
/// makespan longer by at most the mean of the least and the most that any pair does. Batches as in
/// `plan_by_max_min`.
///
/// Takes O(tasks x ready tasks x resources) time.
[[nodiscard]] std::vector<assignment> plan_by_wba(cost_model const& costs, std::uint64_t seed);

}  // namespace heddle
