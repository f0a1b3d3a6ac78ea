/// @file
/// Numbers that the search looks up, so that it needs no floating-point function on its way: the
/// same on every machine.
#pragma once

#include "kernels/search_sweep.hpp"

#include <cstdint>
#include <span>

namespace heddle {

/// -ln of numbers evenly spread between 0 and 1, in a random order, in units of 2^-12; then the
/// first of them again: [noise_count + search_lanes].
[[nodiscard]] std::span<std::uint16_t const> noise_table();

/// Factors of `kernels::heat_of`: [ladder_steps][search_lanes], the hottest rung first. The middle
/// of the ladder cools from a thousandth of the makespan to a millionth.
[[nodiscard]] std::span<std::uint32_t const> ladder_table();

/// Random choices that hang on the seed alone. Not thread-safe.
[[nodiscard]] kernels::group_random random_of(std::uint64_t seed);

}  // namespace heddle
