/// @file
/// Which paths the files of a program may have.
#pragma once

#include <heddle/workflow/workflow.hpp>

namespace heddle {

/// Checks that the outputs of a program stay inside the run directory, beside its inputs and beside
/// one another, and that inputs stay inside it or are absolute.
///
/// @throw input_error naming task and path
void expect_usable_paths(workflow const& w, task_id task);

}  // namespace heddle
