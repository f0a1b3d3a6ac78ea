/// @file
/// The operations that device algorithms know: a closed set, so that each is compiled once, here.
#pragma once

#include "kernels/group.hpp"

#include <concepts>
#include <cstdint>
#include <limits>

namespace heddle::kernels {

/// The element types of the device algorithms.
template <class T>
concept number = std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> ||
  std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t> || std::same_as<T, float> ||
  std::same_as<T, double>;

/// What a transformation makes of an element `x`; `add` and `multiply` also take a constant.
enum class transformation { negate, absolute, square, add, multiply };

/// How a reduction folds two elements into one.
enum class reduction { sum, minimum, maximum };

enum class sort_order { ascending, descending };

/// Integers follow C++: unsigned ones wrap, signed ones must not overflow.
template <number T>
HEDDLE_HOST_DEVICE constexpr T apply(transformation how, T x, T constant)
{
  switch (how) {
    case transformation::negate:
      return static_cast<T>(-x);
    case transformation::absolute:
      return x > T{} ? x : static_cast<T>(T{} - x);
    case transformation::square:
      return x * x;
    case transformation::add:
      return x + constant;
    case transformation::multiply:
      return x * constant;
  }
  return x;
}

/// Of equal elements, such as two zeros, either; of a NaN and a number, either.
template <number T>
HEDDLE_HOST_DEVICE constexpr T apply(reduction how, T a, T b)
{
  switch (how) {
    case reduction::sum:
      return a + b;
    case reduction::minimum:
      return b < a ? b : a;
    case reduction::maximum:
      return a < b ? b : a;
  }
  return a;
}

/// What changes nothing: the result of a reduction of no elements.
template <number T>
constexpr T identity_of(reduction how)
{
  using limits = std::numeric_limits<T>;
  switch (how) {
    case reduction::sum:
      break;
    case reduction::minimum:
      return limits::has_infinity ? limits::infinity() : limits::max();
    case reduction::maximum:
      return limits::has_infinity ? -limits::infinity() : limits::lowest();
  }
  return T{};
}

}  // namespace heddle::kernels
