/// @file
/// Work shared by threads that end with it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace heddle {

/// Calls `work(i)` for each i below `count`, in their order, on so many threads, or on as many as
/// the system gives. Rethrows the first of what calls throw, when all have
/// ended; the thread of such a call takes no further one.
template <class Work>
void on_threads(std::size_t count, std::size_t threads, Work const& work)
{
  std::exception_ptr failure;
  std::mutex failing;
  std::atomic<std::size_t> next{0};
  auto const run = [&] {
    try {
      for (auto i = next++; i < count; i = next++) work(i);
    } catch (...) {
      std::scoped_lock const lock{failing};
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    try {
      for (std::size_t t = 1; t < std::min(threads, count); ++t) helpers.emplace_back(run);
    } catch (std::system_error const&) {  // no more threads
    }
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace heddle
