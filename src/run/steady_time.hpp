/// @file
/// Points in time that lie a number of seconds ahead, however many.
#pragma once

#include <algorithm>
#include <chrono>

namespace heddle {

/// `from` plus `span`; more than a hundred years count as a hundred, for the clock would overflow.
inline std::chrono::steady_clock::time_point later(std::chrono::steady_clock::time_point from,
                                                   std::chrono::duration<double> span)
{
  constexpr std::chrono::duration<double> longest = std::chrono::hours{24 * 365 * 100};
  return from +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::min(span, longest));
}

}  // namespace heddle
