/// @file
/// Whether all times are multiples of one.
#pragma once

#include <heddle/cost/cost_model.hpp>

namespace heddle {

/// The largest time of which every execution and transfer time is a multiple, if they all are
/// multiples of 2^-10, and few enough that sums of them are exact; else 0. Where all tasks start as
/// early as they can, every time is a sum of such, and so is the shortest makespan.
///
/// Takes O(tasks x kinds and speeds + edges) time; knows only links that are all equal.
[[nodiscard]] double time_grid(cost_model const& costs);

/// `time` rounded up to the next multiple of `grid`, but for rounding errors; itself without one.
[[nodiscard]] double rounded_up(double time, double grid);

}  // namespace heddle
