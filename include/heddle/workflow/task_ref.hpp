/// @file
/// The name of a task in code that orders tasks.
#pragma once

#include <heddle/base/units.hpp>

namespace heddle {

/// Names a task of a workflow, to be ordered after.
struct task_ref {
  task_id id;
};

}  // namespace heddle
