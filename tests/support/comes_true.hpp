/// @file
/// Waiting for what other threads do.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace heddle::test {

/// Waits, without helping, until others have made it true; not for ever.
inline bool comes_true(std::function<bool()> const& what)
{
  auto const late = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!what()) {
    if (std::chrono::steady_clock::now() > late) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace heddle::test
