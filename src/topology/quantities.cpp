#include "src/topology/quantities.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace heddle {
namespace {

/// In the largest unit of which there is at least one, to 3 digits or all before the point.
std::string in_units(double value, double step, std::array<char const*, 6> const& units)
{
  std::size_t unit = 0;
  while (value >= step && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  return value < 100 ? fmt::format("{:.3g} {}", value, units[unit])
                     : fmt::format("{:.0f} {}", value, units[unit]);
}

}  // namespace

std::string bytes_text(double bytes)
{
  return in_units(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB", "PiB"});
}

std::string rate_text(double bytes_per_second)
{
  return in_units(bytes_per_second, 1000, {"B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s"});
}

std::string seconds_text(double seconds)
{
  if (seconds < 1e-3) return fmt::format("{:.3g} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.3g} ms", seconds * 1e3) : fmt::format("{:.3g} s", seconds);
}

}  // namespace heddle
