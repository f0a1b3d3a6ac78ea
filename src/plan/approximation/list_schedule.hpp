/// @file
/// List scheduling in the order of time, as Graham defined it.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace heddle {

/// The kinds of resource that a task may take.
enum class kinds : std::uint8_t { cpu, gpu, either };

/// The kinds where a task can run.
[[nodiscard]] kinds kinds_of(cost_model const& costs, task_id task);

/// List scheduling (Graham 1966): whenever a resource is idle and a task is ready that may take it,
/// the first such task of the list starts at once, of the idle resources on the one where it
/// finishes earliest, of equal ones on the first. A task is ready when all its predecessors have
/// ended; where their data still travel, the resource waits for them.
///
/// Without communication no resource idles while a ready task may take it, which is all that
/// Graham's bounds and the last step of HLP ask for.
///
/// Takes O(edges x memory nodes + tasks x (log tasks + resources)) time.
///
/// @param list       [tasks], every task once
/// @param may_take [tasks], within `kinds_of`
[[nodiscard]] std::vector<assignment> list_schedule(cost_model const& costs,
                                                    std::span<task_id const> list,
                                                    std::span<kinds const> may_take);

/// The same, each task wherever it can run.
[[nodiscard]] std::vector<assignment> list_schedule(cost_model const& costs,
                                                    std::span<task_id const> list);

}  // namespace heddle
