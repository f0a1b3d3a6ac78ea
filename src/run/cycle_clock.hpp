/// @file
/// The cheapest clock of the processor.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <chrono>
#endif

namespace heddle {

/// Ticks since some moment, at a steady rate.
inline std::uint64_t clock_ticks() noexcept
{
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  std::uint64_t ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Measured once, over some tens of microseconds.
[[nodiscard]] double clock_ticks_per_second();

/// Tells the processor that this thread spins.
inline void pause_thread() noexcept
{
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace heddle
