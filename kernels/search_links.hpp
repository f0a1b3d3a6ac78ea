/// @file
/// Kernel body for how long a transfer takes on a link of its own: as long as on the slowest link,
/// times what a byte takes here beside there. Links may be thousands of times as fast as others,
/// and ticks have 16 bits; hence both factors are floating: 16 bits of the one and 12 of the other,
/// rounded, and the product is rounded down. It is off by two ticks at most, or by 2^-12 of it.
#pragma once

#include "kernels/group.hpp"

#include <cstdint>

namespace heddle::kernels {

/// What a transfer takes on the slowest link, (bits & 0xffff) x 2^-(1 + (bits >> 16)) ticks, the
/// upper half a signed number; the lower is 0, or has its highest bit set.
struct transfer_size {
  std::uint32_t bits;

  [[nodiscard]] HEDDLE_HOST_DEVICE constexpr std::uint32_t mantissa() const
  {
    return bits & 0xffff;
  }
  [[nodiscard]] HEDDLE_HOST_DEVICE constexpr std::int32_t exponent() const
  {
    return static_cast<std::int16_t>(bits >> 16);
  }
};

// What a byte takes on a link over what it takes on the slowest, m x 2^-15 x 2^-k: the lowest four
// bits of the number are k, those above are m, which is 0 or has its highest bit set.
// No link is faster than 2^15 times the slowest, or it takes no time at all.
inline constexpr std::uint32_t share_exponent_bits = 0xf;
inline constexpr std::uint32_t share_mantissa_bits = 0xfff0;
inline constexpr double most_times_the_slowest     = 1 << 15;

/// No product is longer than any limit by a shift of fewer bits than that.
inline constexpr std::int32_t most_left_shift  = 8;
inline constexpr std::int32_t most_right_shift = 15;

/// In ticks, not cut to any limit but that of 24 bits.
HEDDLE_HOST_DEVICE constexpr std::uint32_t transfer_ticks(transfer_size const& size,
                                                          std::uint32_t share)
{
  auto const product = (size.mantissa() * (share & share_mantissa_bits)) >> 16;
  auto const shift   = static_cast<std::int32_t>(share & share_exponent_bits) + size.exponent();
  if (shift >= 0) return product >> (shift < most_right_shift ? shift : most_right_shift);
  return product << (-shift < most_left_shift ? -shift : most_left_shift);
}

}  // namespace heddle::kernels
