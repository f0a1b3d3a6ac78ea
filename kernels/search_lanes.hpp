/// @file
/// The lanes of a search group: 32 placements that share one order of the tasks. Bodies of the
/// search are written once against `serial_lanes`; a warp runs them with a thread for each lane.
#pragma once

#include "kernels/group.hpp"

#include <cstdint>

namespace heddle::kernels {

inline constexpr int search_lanes = 32;

/// All calls are collective:
///
/// - `each(fn)` calls `fn(lane)` for every lane, in any order or at once; then all see what all
///   wrote;
/// - `sum(map)` and `least(map)` fold the integers `map(lane)`; every thread gets the result;
/// - `once(fn)` runs `fn` on one thread, when all have come there; then all see what it wrote.
struct serial_lanes {
  template <class Fn>
  HEDDLE_HOST_DEVICE void each(Fn fn) const
  {
    for (int lane = 0; lane < search_lanes; ++lane) fn(lane);
  }

  template <class Map>
  HEDDLE_HOST_DEVICE std::int64_t sum(Map map) const
  {
    std::int64_t total = 0;
    for (int lane = 0; lane < search_lanes; ++lane) total += map(lane);
    return total;
  }

  template <class Map>
  HEDDLE_HOST_DEVICE auto least(Map map) const
  {
    auto best = map(0);
    for (int lane = 1; lane < search_lanes; ++lane) {
      auto const value = map(lane);
      best             = value < best ? value : best;
    }
    return best;
  }

  template <class Fn>
  HEDDLE_HOST_DEVICE void once(Fn fn) const
  {
    fn();
  }
};

#if defined(__CUDACC__)
/// A thread of the warp for each lane.
struct warp_lanes {
  static_assert(search_lanes == warp_group::num_threads);

  template <class Fn>
  __device__ void each(Fn fn) const
  {
    fn(warp_group::thread_rank());
    __syncwarp();
  }

  template <class Map>
  __device__ std::int64_t sum(Map map) const
  {
    return warp_group::fold(static_cast<std::int64_t>(map(warp_group::thread_rank())),
                            [](std::int64_t a, std::int64_t b) { return a + b; });
  }

  template <class Map>
  __device__ auto least(Map map) const
  {
    return warp_group::fold(map(warp_group::thread_rank()),
                            [](auto a, auto b) { return a < b ? a : b; });
  }

  template <class Fn>
  __device__ void once(Fn fn) const
  {
    __syncwarp();
    warp_group{}.once(fn);
  }
};
#endif

}  // namespace heddle::kernels
