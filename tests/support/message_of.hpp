/// @file
/// What exceptions say.
#pragma once

#include <exception>
#include <functional>
#include <string>

namespace heddle::test {

/// `what()` of what the call throws; empty if it throws nothing.
inline std::string message_of_call(std::function<void()> const& call)
{
  try {
    call();
    return {};
  } catch (std::exception const& e) {
    return e.what();
  }
}

/// The same of an exception that was caught.
inline std::string message_of(std::exception_ptr const& error)
{
  return message_of_call([&error] {
    if (error) std::rethrow_exception(error);
  });
}

}  // namespace heddle::test
