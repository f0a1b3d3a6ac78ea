/// @file
/// The constructors behind `plan`. Each places every task and takes no seed: the same costs give
/// the same schedule.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <vector>

namespace heddle {

/// Heterogeneous Earliest Finish Time, with insertion (Topcuoglu, Hariri, Wu 2002): tasks by
/// decreasing upward rank, each where it finishes earliest; of equal resources the first.
///
/// Takes O(edges x memory nodes + tasks x (log tasks + resources)) time plus the search of gaps
/// (see `timeline`).
[[nodiscard]] std::vector<assignment> plan_by_heft(cost_model const& costs);

/// Critical Path On a Processor (Topcuoglu, Hariri, Wu 2002): of the ready tasks the one with the
/// largest sum of upward and downward rank first; tasks of one critical path on the one resource
/// that runs the path fastest, all others as HEFT places them. Where that resource cannot run a
/// task of the path, the task is placed like the others.
///
/// Takes time as HEFT does.
[[nodiscard]] std::vector<assignment> plan_by_cpop(cost_model const& costs);

/// Min-Min (Ibarra, Kim 1977; Braun et al. 2001), among ready tasks: again and again the task whose
/// earliest finish is the earliest of all is placed there, after what its resource already has. Of
/// equal tasks the one with the smallest id first, of equal resources the first.
///
/// Takes O(edges x memory nodes + tasks x resources x log tasks) time and, where all tasks are
/// ready at once, 24 bytes x tasks x resources of memory.
[[nodiscard]] std::vector<assignment> plan_by_min_min(cost_model const& costs);

/// Minimum Completion Time (Maheswaran et al. 1999; Braun et al. 2001): tasks in breadth-first
/// order, that is as they become ready, each where it finishes earliest after what its resource
/// already has.
///
/// Takes O(edges x memory nodes + tasks x resources) time.
[[nodiscard]] std::vector<assignment> plan_by_mct(cost_model const& costs);

/// Data locality: HEFT's order, but each task goes to the memory node where most of its input bytes
/// already lie (of equal nodes the first), on its earliest-finishing resource there; unless it
/// would then take more than `locality_patience` times as long, counted from the end of its last
/// predecessor, as where it finishes earliest. A task without input bytes goes where it finishes
/// earliest.
///
/// Takes time as HEFT does.
[[nodiscard]] std::vector<assignment> plan_by_locality(cost_model const& costs);

inline constexpr double locality_patience = 1.5;

}  // namespace heddle
