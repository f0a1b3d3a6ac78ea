/// @file
/// What went wrong in a task, in words.
#pragma once

#include <exception>
#include <string>

namespace heddle {

/// `what()` of what was thrown.
[[nodiscard]] std::string message_of(std::exception_ptr const& error);

/// `task_failed` that names the task, `task "a": no such file`, with what was thrown nested in it.
///
/// @param task as it is to be named: `task "a"`, or `task 7` if it has no name
[[nodiscard]] std::exception_ptr naming_task(std::string const& task,
                                             std::exception_ptr const& cause);

}  // namespace heddle
