/// @file
/// Memory as it passes from tasks that end to tasks that start.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>
#include <heddle/workflow/workflow.hpp>

#include <span>
#include <vector>

namespace heddle {

/// Appends to `waits`, for every task that holds memory of a schedule, an edge of no bytes from
/// each task whose memory it takes over: of those that have ended, the one that ended first. While
/// tasks wait so, they never hold more than there is, however long each of them takes (a flow of
/// resources: Artigues, Michelon, Reusser 2003). Nothing where memory cannot run out.
///
/// Takes O((tasks + edges added) x log tasks) time.
///
/// @param by_start all tasks of `s` in the order of their starts
void append_memory_waits(schedule const& s, cost_model const& costs,
                         std::span<task_id const> by_start, std::vector<edge>& waits);

}  // namespace heddle
