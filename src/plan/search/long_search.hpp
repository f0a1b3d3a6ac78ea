/// @file
/// The search where there are many tasks or resources: windows of the schedule, one after another.
#pragma once

#include "src/plan/search/solution.hpp"
#include "src/plan/technique.hpp"

#include <cstdint>

namespace heddle {

/// Tasks of a window.
inline constexpr std::size_t most_window_tasks = 128;

/// Into how many strips the order is cut, each for one thread: 8 at most, or by time one for each
/// thread. A strip has a copy of the whole.
[[nodiscard]] std::size_t strips_of(std::size_t tasks, planning_limits const& limits);

/// Improves a solution of a plain problem in passes. In a pass the order, by start, is cut into
/// strips, which threads take; a strip anneals one window of its tasks after another, while all
/// behind it stays. Of a strip that makes the whole longer, together with those before it, nothing
/// is kept. The windows of every other pass begin in the middle of those of the pass before.
///
/// The way it takes follows from the seed and the evaluations that it may make, not from the
/// number of threads. An evaluation decodes what is left of a window.
///
/// @param evaluations grows by those that were made
[[nodiscard]] solution search_in_windows(search_setting const& setting,
                                         planning_limits const& limits, solution const& start,
                                         std::uint64_t& evaluations);

}  // namespace heddle
