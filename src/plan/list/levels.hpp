/// @file
/// Weights of tasks and edges and the levels made of them, for priorities.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <span>
#include <vector>

namespace heddle {

/// The one number that stands for a task's execution seconds on all the resources that can run it.
enum class execution_weight { mean, median, best, worst };

/// [tasks]. Takes O(tasks x resources) time.
[[nodiscard]] std::vector<double> execution_weights(cost_model const& costs,
                                                    execution_weight which);

/// Longest path from each task to an exit task, its own weight included, [tasks]; a transfer counts
/// `communication_factor` times as much as on the machine's links on average (`cost_model::
/// mean_transfer_seconds`), 0: not at all.
[[nodiscard]] std::vector<double> upward_levels(cost_model const& costs,
                                                std::span<double const> weights,
                                                double communication_factor);

/// Longest path from an entry task to each task, its own weight left out, [tasks].
[[nodiscard]] std::vector<double> downward_levels(cost_model const& costs,
                                                  std::span<double const> weights,
                                                  double communication_factor);

/// `upward_levels` without communication.
[[nodiscard]] std::vector<double> static_levels(cost_model const& costs, execution_weight which);

/// The resources that can run most tasks first, of equal ones those that run them fastest, then the
/// first. Takes O(tasks x resources) time.
[[nodiscard]] std::vector<int> resources_by_speed(cost_model const& costs);

}  // namespace heddle
