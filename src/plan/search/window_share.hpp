/// @file
/// How much of a search is for windows of the schedule.
#pragma once

#include "src/plan/technique.hpp"

namespace heddle {

/// Whether a search is by windows alone (see `search_in_windows`): of a plain problem of many
/// tasks, or of more than a window's where lanes do not know all there is to know.
[[nodiscard]] bool is_for_windows(cost_model const& costs);

/// How much of the search is for windows, before groups go on with what these found, from 0 to 0.5.
/// A move in a window is judged by what it changes nearby: where groups get little done for each
/// task, windows get further. Where there is time, groups alone find more.
[[nodiscard]] double share_of_windows(cost_model const& costs, planning_limits const& limits);

}  // namespace heddle
