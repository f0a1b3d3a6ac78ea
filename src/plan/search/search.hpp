/// @file
/// The planner that searches.
#pragma once

#include "src/plan/technique.hpp"

namespace heddle {

/// Searches from the best of all constructors that fit into a fifth of the time, and never returns
/// worse than them: groups (see `order_group`) begin with the best of their orders; in rounds, the
/// worse half of the groups gives up, until there is one for each thread. Where the bodies of lanes
/// do not know all there is to know of the problem (see `fits_lanes`), the groups are
/// `general_group`s. Of plain problems, windows (see `search_in_windows`) come before groups that
/// would get little done for each task, and instead of them where tasks are very many.
///
/// With `limits.evaluations` the groups do not hang on the number of threads, and the answer hangs
/// on the seed and the devices alone. It ends before `limits.end` or that number of evaluations
/// only if a schedule meets the lower bound. Without time it returns what HEFT gives, or the
/// incumbent.
///
/// Takes 200 bytes a task and group of memory, and 1 kB a resource and group. Uses `limits.threads`
/// threads, or as many as there are devices, if these are more, the calling one among them; they
/// end before it returns.
[[nodiscard]] planned plan_by_search(cost_model const& costs, planning_limits const& limits);

}  // namespace heddle
