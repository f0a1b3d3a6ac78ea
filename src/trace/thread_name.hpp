/// @file
/// The name of a thread as the operating system keeps it.
#pragma once

#include <pthread.h>

#include <string>
#include <string_view>

namespace heddle {

/// Names the calling thread for debuggers, `top -H` and /proc; Linux keeps 15 characters.
inline void name_os_thread(std::string_view name)
{
  static constexpr std::size_t longest = 15;
  ::pthread_setname_np(::pthread_self(), std::string{name.substr(0, longest)}.c_str());
}

}  // namespace heddle
