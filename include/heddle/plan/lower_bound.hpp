/// @file
/// Proven lower bounds of the makespan.
#pragma once

#include <heddle/cost/cost_model.hpp>

namespace heddle {

/// The larger of
///
/// - critical path: the longest path, each task on its fastest resource, transfers free;
/// - area: total work over total speed (on unrelated resources: each task's least share).
///
/// Takes O(tasks + edges).
[[nodiscard]] double lower_bound_seconds(cost_model const& costs);

}  // namespace heddle
