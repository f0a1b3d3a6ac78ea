/// @file
/// A workflow on a machine as input of the placement scores.
#pragma once

#include "src/plan/dp/places.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/placement_score.hpp>
#include <heddle/plan/ticks.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle {

/// Nearest ticks for priorities and guides, ticks rounded down for bounds.
enum class tick_rounding { nearest, down };

/// Owns what `placement_costs` views. Places are filled up to a multiple of four, which is what
/// vectors take, by some where nothing can run.
struct placement_problem {
  /// The finest ticks that cannot reach infinity are chosen. Takes O(tasks x places + edges) time
  /// and 8 bytes x tasks x places of memory, scores included.
  placement_problem(cost_model const& costs, tick_rounding rounding);

  /// The scores of all tasks at all places (`stride` of them a task), in ticks.
  [[nodiscard]] std::vector<ticks> scores(cost_model const& costs) const;

  places where;
  std::size_t stride;  ///< places and those that fill up
  tick_scale scale;
  std::vector<ticks> execution;       ///< [tasks x stride]
  std::vector<float> transfer_share;  ///< [edges]
  std::vector<float> links;           ///< [stride x 2 x stride]
};

/// How many additions the scores take: edges x places^2.
[[nodiscard]] double placement_additions(cost_model const& costs);

/// More than these take seconds.
inline constexpr double most_placement_additions = 4e9;

/// The longest path where each task of each path is at its best place and every transfer takes its
/// own time, in ticks rounded down: no schedule is shorter, whatever else constrains it. At most
/// 1e-6 of it and a tick for each task of the path are lost. For workflows that are too large for
/// the same in double precision (bound/bounds.hpp).
///
/// Takes O(tasks x places + edges x places^2) time; 0, which is no bound, if that is more than
/// `most_placement_additions`.
[[nodiscard]] double placement_bound_seconds(cost_model const& costs);

}  // namespace heddle
