#include "src/run/kind_history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle {
namespace {

constexpr std::size_t least_times = 5, most_times = 256;

}  // namespace

void kind_history::add(std::string const& kind, double seconds)
{
  auto& [times, next] = kinds_[kind];
  if (times.size() < most_times) {
    times.push_back(seconds);
  } else {
    times[next] = seconds;
    next        = (next + 1) % most_times;
  }
}

double kind_history::quantile(std::string const& kind, double share) const
{
  auto const found = kinds_.find(kind);
  if (found == kinds_.end() || found->second.seconds.size() < least_times) {
    return std::numeric_limits<double>::infinity();
  }
  auto times       = found->second.seconds;
  auto const count = static_cast<double>(times.size());
  auto const rank  = std::clamp(std::ceil(share * count), 1.0, count) - 1;
  auto const at    = times.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

}  // namespace heddle
