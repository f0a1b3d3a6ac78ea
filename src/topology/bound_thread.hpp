/// @file
/// Runs work on a chosen processing unit, for measuring.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <exception>
#include <thread>

namespace heddle {

/// Binds the calling thread to a processing unit; -1, or a unit that it may not use, binds nothing.
inline void bind_this_thread(int os_index) noexcept
{
  if (os_index < 0 || os_index >= CPU_SETSIZE) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(os_index), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/// Calls `work` on a thread bound to a processing unit, and waits for it; what it throws is thrown
/// on.
template <class Work>
void run_bound(int os_index, Work work)
{
  std::exception_ptr failure;
  std::thread{[&] {
    bind_this_thread(os_index);
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }}.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace heddle
