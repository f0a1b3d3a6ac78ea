#include <heddle/plan/ticks.hpp>

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle {
namespace {

/// Ticks finer than this would leave the range in which a double has all its bits.
constexpr int least_exponent = std::numeric_limits<double>::min_exponent;

bool stays_finite(int exponent, double longest_seconds, std::int64_t most_summands)
{
  auto const rounding = static_cast<double>(most_summands) / 2;
  return std::ldexp(longest_seconds, -exponent) + rounding < static_cast<double>(infinite_ticks);
}

void expect_time(double longest_seconds)
{
  if (longest_seconds >= 0 && std::isfinite(longest_seconds)) return;
  throw invalid_argument{fmt::format(
    "ticks: the longest time is {} s; it must be finite and at least 0", longest_seconds)};
}

ticks whole(double time)
{
  return time < static_cast<double>(infinite_ticks) ? static_cast<ticks>(time) : infinite_ticks;
}

}  // namespace

tick_scale::tick_scale(int exponent, double longest_seconds, std::int64_t most_summands)
  : exponent_{exponent}
{
  expect_time(longest_seconds);
  if (stays_finite(exponent, longest_seconds, most_summands)) return;
  throw invalid_argument{
    fmt::format("ticks: {} summands of together {} s could reach infinity, 2^30 ticks of 2^{} s; "
                "use longer ticks",
                most_summands, longest_seconds, exponent)};
}

tick_scale tick_scale::finest(double longest_seconds, std::int64_t most_summands)
{
  expect_time(longest_seconds);
  int exponent = least_exponent;
  if (longest_seconds > 0) {
    // 2^(ilogb + 1) s is longer than the longest: at 2^29 ticks for it half of infinity is left.
    exponent = std::max(exponent, std::ilogb(longest_seconds) + 1 - 30);
  }
  if (!stays_finite(exponent, longest_seconds, most_summands)) ++exponent;
  return tick_scale{exponent, longest_seconds, most_summands};
}

double tick_scale::in_ticks(double seconds) const
{
  return std::ldexp(seconds, -exponent_);
}

ticks tick_scale::nearest(double seconds) const
{
  return whole(std::floor(in_ticks(seconds) + 0.5));
}

ticks tick_scale::down(double seconds) const
{
  return whole(std::floor(in_ticks(seconds)));
}

double tick_scale::seconds(ticks time) const
{
  return std::ldexp(static_cast<double>(time), exponent_);
}

double tick_scale::seconds_per_tick() const
{
  return std::ldexp(1, exponent_);
}

}  // namespace heddle
