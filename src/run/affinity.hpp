/// @file
/// Binding of threads to processing units.
#pragma once

#include <sched.h>

namespace heddle {

/// Binds the calling thread to processing unit `os_index`; -1 binds nothing. A refusal is ignored:
/// a thread that is not bound is slower at worst.
inline void bind_this_thread(int os_index) noexcept
{
  if (os_index < 0 || os_index >= CPU_SETSIZE) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<unsigned>(os_index), &only);
  sched_setaffinity(0, sizeof only, &only);
}

/// Gives the calling thread another affinity mask for a while, for a child process to inherit.
class affinity_scope {
 public:
  explicit affinity_scope(cpu_set_t const& mask) noexcept
  {
    changed_ = sched_getaffinity(0, sizeof before_, &before_) == 0 &&
               sched_setaffinity(0, sizeof mask, &mask) == 0;
  }
  affinity_scope(affinity_scope const&)            = delete;
  affinity_scope& operator=(affinity_scope const&) = delete;
  ~affinity_scope()
  {
    if (changed_) sched_setaffinity(0, sizeof before_, &before_);
  }

 private:
  cpu_set_t before_{};
  bool changed_ = false;
};

/// The affinity mask of the calling thread; empty if it cannot be read.
inline cpu_set_t affinity_of_this_thread() noexcept
{
  cpu_set_t mask;
  CPU_ZERO(&mask);
  sched_getaffinity(0, sizeof mask, &mask);
  return mask;
}

}  // namespace heddle
