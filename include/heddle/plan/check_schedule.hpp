/// @file
/// The validator: judges a schedule by workflow and machine alone, sharing no code with any
/// planner.
#pragma once

#include <heddle/cost/machine_state.hpp>
#include <heddle/plan/schedule.hpp>

#include <string>
#include <vector>

namespace heddle {

/// Lists what is wrong with `s`, at most `max_findings`; empty: valid.
///
/// Checked with tolerance 1e-6 x max(1, time): every task once, on an existing resource on which it
/// can run and may (its place, memory, device memory), with as many cores as it needs, all
/// different CPUs that it may take together; `finish = start + execution`, on the slowest of its
/// cores; `start >= finish of predecessor + transfer`, and not before its release or the arrival of
/// inputs that lie somewhere when the plan begins; no overlap on a resource, nor with what keeps it
/// busy then; makespan = latest finish, lower bound not above the makespan, no negative or NaN
/// time.
[[nodiscard]] std::vector<std::string> check_schedule(schedule const& s, workflow const& w,
                                                      machine const& m,
                                                      std::size_t max_findings = 10);

/// The same for a plan that began on a machine in this state.
[[nodiscard]] std::vector<std::string> check_schedule(schedule const& s, workflow const& w,
                                                      machine const& m, machine_state const& began,
                                                      std::size_t max_findings = 10);

}  // namespace heddle
