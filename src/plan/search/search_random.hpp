/// @file
/// Random choices of the search: integers alone, the same on every machine.
#pragma once

#include "kernels/search_moves.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace heddle {

/// A well-mixed number for each seed (Steele, Lea, Flood 2014: SplitMix).
[[nodiscard]] std::uint64_t mixed(std::uint64_t seed) noexcept;

/// Random choices for a group as a whole. Not thread-safe.
class search_random {
 public:
  using lane_noise = std::span<std::uint16_t const, kernels::search_lanes>;

  explicit search_random(std::uint64_t seed) : state_{mixed(seed)} {}

  [[nodiscard]] std::uint32_t next() noexcept;

  /// From 0 on.
  [[nodiscard]] std::int32_t below(std::int32_t count) noexcept
  {
    return kernels::below(next(), count);
  }

  /// For each lane -ln of a number between 0 and 1, in units of 2^-12: from a table of 4096.
  [[nodiscard]] lane_noise noise() noexcept;

 private:
  std::uint64_t state_;
};

}  // namespace heddle
