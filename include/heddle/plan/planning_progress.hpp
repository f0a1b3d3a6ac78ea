/// @file
/// How far a planning is.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace heddle {

/// Written while a schedule is planned; any thread may read it meanwhile. Each number stands for
/// itself: nothing is ordered by them.
struct planning_progress {
  /// Of the best schedule so far.
  std::atomic<double> makespan_seconds{std::numeric_limits<double>::infinity()};
  std::atomic<double> lower_bound_seconds{0};
  std::atomic<std::uint64_t> evaluations{0};  ///< schedules looked at

  /// A schedule was found, by any thread.
  void announce(double makespan) noexcept
  {
    auto best = makespan_seconds.load(std::memory_order_relaxed);
    while (makespan < best &&
           !makespan_seconds.compare_exchange_weak(best, makespan, std::memory_order_relaxed)) {
    }
  }
};

}  // namespace heddle
