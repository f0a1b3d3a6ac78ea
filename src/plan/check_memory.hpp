/// @file
/// The part of the validator that adds up the memory of tasks that run at the same time.
#pragma once

#include <heddle/plan/schedule.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <string>
#include <vector>

namespace heddle {

/// One line for every memory node, and every host of several, whose tasks at one time hold more
/// than it has: the first time. Works from workflow and machine alone, in the plainest way. Every
/// task of `s` has a resource of the machine.
[[nodiscard]] std::vector<std::string> crowded_memory(schedule const& s, workflow const& w,
                                                      machine const& m);

}  // namespace heddle
