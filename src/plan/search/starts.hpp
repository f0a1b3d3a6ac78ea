/// @file
/// Where the search begins.
#pragma once

#include "src/plan/search/solution.hpp"
#include "src/plan/technique.hpp"

#include <vector>

namespace heddle {

/// Schedules of constructors, and the orders and placements that they stand for.
struct search_starts {
  std::vector<assignment> best{};  ///< the best schedule as its constructor made it
  double best_seconds = std::numeric_limits<double>::infinity();
  std::vector<solution> solutions{};  ///< the shortest first; different makespans or orders
  std::uint64_t schedules = 0;        ///< how many were made
};

/// The incumbent, HEFT, the other list schedulers of the portfolio, and techniques of the table
/// that are expected to be quick, as long as a fifth of the time until `limits.end` lasts; with
/// `limits.evaluations`, no clock is looked at.
[[nodiscard]] search_starts make_starts(cost_model const& costs, planning_limits const& limits);

}  // namespace heddle
