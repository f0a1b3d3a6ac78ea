/// @file
/// A planning that shows how far it is and that Ctrl-C ends early.
#pragma once

#include <heddle/plan/plan.hpp>

namespace heddle::cli {

/// As `plan`. A signal that asks the process to end, ends the planning with the best schedule so
/// far; a second one ends the process.
///
/// @param quiet shows nothing; else there is a progress line, if standard error is a terminal
[[nodiscard]] schedule watched_plan(workflow const& w, machine const& m, plan_options options,
                                    bool quiet);

}  // namespace heddle::cli
