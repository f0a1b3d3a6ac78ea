/// @file
/// The validator: judges a schedule by workflow and machine alone, sharing no code with any
/// planner.
#pragma once

#include <heddle/plan/schedule.hpp>

#include <string>
#include <vector>

namespace heddle {

/// Lists what is wrong with `s`, at most `max_findings`; empty: valid.
///
/// Checked with tolerance 1e-6 x max(1, time): every task once, on an existing resource on which it
/// can run, `finish = start + execution`, `start >= finish of predecessor + transfer`, no overlap
/// on a resource, makespan = latest finish, lower bound not above the makespan, no negative or NaN
/// time.
[[nodiscard]] std::vector<std::string> check_schedule(schedule const& s, workflow const& w,
                                                      machine const& m,
                                                      std::size_t max_findings = 10);

}  // namespace heddle
