/// @file
/// Priorities of tasks for list schedulers.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <vector>

namespace heddle {

/// `upward_ranks` with the mean costs of the model, [tasks].
[[nodiscard]] std::vector<double> mean_upward_ranks(cost_model const& costs);

/// Length of the longest path from any entry task to each task, its own execution left out, with
/// the mean costs of the model, [tasks].
[[nodiscard]] std::vector<double> mean_downward_ranks(cost_model const& costs);

/// Tasks by decreasing upward rank; of equal ones the first in breadth-first topological order
/// (tasks in the order in which their last predecessor is met, entry tasks by id). A task never
/// comes before its predecessors.
[[nodiscard]] std::vector<task_id> by_upward_rank(cost_model const& costs);

}  // namespace heddle
