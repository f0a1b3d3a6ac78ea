/// @file
/// Random choices of the search: integers alone, the same on every machine.
#pragma once

#include "kernels/search_moves.hpp"

#include <cstdint>

namespace heddle::kernels {

/// A well-mixed number for each seed (Steele, Lea, Flood 2014: SplitMix).
HEDDLE_HOST_DEVICE constexpr std::uint64_t mixed(std::uint64_t seed)
{
  seed += 0x9e3779b97f4a7c15;
  seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
  return seed ^ (seed >> 31);
}

/// Random choices for a group as a whole. Plain data; every thread of a group may have a copy, as
/// long as all make the same calls.
struct group_random {
  std::uint64_t state;
  std::uint16_t const* noise_table;  ///< [noise_count + search_lanes]

  HEDDLE_HOST_DEVICE std::uint32_t next()
  {
    state += 0x9e3779b97f4a7c15;
    return static_cast<std::uint32_t>(mixed(state) >> 32);
  }

  /// From 0 on.
  HEDDLE_HOST_DEVICE std::int32_t below(std::int32_t count)
  {
    return kernels::below(next(), count);
  }

  /// For each lane -ln of a number between 0 and 1, in units of 2^-12.
  HEDDLE_HOST_DEVICE std::uint16_t const* noise() { return noise_table + below(noise_count); }
};

}  // namespace heddle::kernels
