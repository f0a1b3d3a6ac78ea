/// @file
/// Time in whole ticks, in which dynamic programs add and compare without rounding.
#pragma once

#include <cstdint>

namespace heddle {

/// A number of ticks. Finite times are below `infinite_ticks`, so that the sum of a finite and any
/// other time does not overflow.
using ticks = std::int32_t;

inline constexpr ticks infinite_ticks = ticks{1} << 30;

/// How long a tick is: a power of two of seconds, so that ticks become seconds without rounding and
/// a time that is a whole number of ticks keeps its value.
///
/// Searches use `nearest`. Bounds use `down`, and then hold exactly, not up to rounding: ticks
/// rounded down add up to at most what the same sum in `double` gives, for the former is exact and
/// rounding is monotone.
///
/// A value: copy it freely.
class tick_scale {
 public:
  /// A scale for sums of at most `most_summands` times that take at most `longest_seconds`.
  ///
  /// @param exponent a tick is 2^exponent seconds
  /// @throw invalid_argument if such a sum, each summand rounded up by half a tick, could reach
  /// `infinite_ticks`, or if `longest_seconds` is negative or not finite
  tick_scale(int exponent, double longest_seconds, std::int64_t most_summands);

  /// The one with the shortest ticks that the constructor takes.
  ///
  /// @throw invalid_argument if there is none: `longest_seconds` is negative or not finite, or
  /// half a tick for each summand reaches `infinite_ticks`
  [[nodiscard]] static tick_scale finest(double longest_seconds, std::int64_t most_summands);

  /// The nearest number of ticks, of two the larger; `infinite_ticks` for what is not below it.
  [[nodiscard]] ticks nearest(double seconds) const;

  /// The last whole tick not after `seconds`; `infinite_ticks` for what is not below it.
  [[nodiscard]] ticks down(double seconds) const;

  /// As a fraction, not rounded.
  [[nodiscard]] double in_ticks(double seconds) const;

  /// Exact for finite times.
  [[nodiscard]] double seconds(ticks time) const;

  [[nodiscard]] double seconds_per_tick() const;

 private:
  int exponent_;
};

}  // namespace heddle
