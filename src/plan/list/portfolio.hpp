/// @file
/// Many list schedulers in one.
#pragma once

#include "src/plan/technique.hpp"

#include <functional>
#include <vector>

namespace heddle {

/// The best of about 30 list schedulers with insertion, each task where it finishes earliest:
///
/// - by upward rank, transfers counted 0, 0.6, 1, 1.3, 2.5 and 5 times, tasks by their mean, best
///   or worst time (after Zhao, Sakellariou 2003: the weights matter);
/// - the same on the fastest 1/8, 2/8 ... of the resources alone, with and without transfers: what
///   they lose in speed is often less than what the others cost in transfers;
/// - from the exit tasks back to the entry tasks, by the mirrored rank, on all and on the fastest
///   quarter and half of the resources, then placed again in that order from the front.
///
/// Takes about 30 times as long as HEFT.
[[nodiscard]] planned plan_by_portfolio(cost_model const& costs, planning_limits const& limits);

/// Calls `visit` with the schedule of each of them, as `partial_schedule::release` gives it, as
/// long as it returns true.
void visit_portfolio(cost_model const& costs,
                     std::function<bool(std::vector<assignment>)> const& visit);

}  // namespace heddle
