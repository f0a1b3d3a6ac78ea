#include "src/run/task_failure.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

namespace heddle {

std::string message_of(std::exception_ptr const& error)
{
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& e) {
    return e.what();
  } catch (...) {
    return "threw something that is no std::exception";
  }
}

std::exception_ptr naming_task(std::string const& task, std::exception_ptr const& cause)
{
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      std::throw_with_nested(task_failed{fmt::format("{}: {}", task, message_of(cause))});
    }
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace heddle
