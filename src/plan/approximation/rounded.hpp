/// @file
/// Results rounded to one side, for bounds that must hold exactly.
#pragma once

#include <cmath>
#include <limits>

namespace heddle {

/// Not above what a rounded result >= 0 stands for.
[[nodiscard]] inline double rounded_down(double x)
{
  return x > 0 ? std::nextafter(x, 0.0) : x;
}

/// Not below what a rounded result stands for.
[[nodiscard]] inline double rounded_up(double x)
{
  return std::nextafter(x, std::numeric_limits<double>::infinity());
}

}  // namespace heddle
