/// @file
/// What memory nodes can do between their first and their last task.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace heddle {

/// The smallest of the values added, in order.
class smallest_values {
 public:
  explicit smallest_values(std::size_t most) : most_{most} {}

  void add(double value)
  {
    auto const place = std::upper_bound(values_.begin(), values_.end(), value);
    if (place == values_.end() && values_.size() >= most_) return;
    values_.insert(place, value);
    if (values_.size() > most_) values_.pop_back();
  }

  [[nodiscard]] std::vector<double> const& values() const { return values_; }

 private:
  std::size_t most_;
  std::vector<double> values_{};
};

/// The earliest end of `work` on memory nodes of these speeds, the largest first, of which the k-th
/// to be used stands still for `lost[k]` seconds at least, rising; any number of them may stay
/// unused. That the fastest lose least is the best that can be.
[[nodiscard]] inline double earliest_end(double work, std::vector<double> const& node_speeds,
                                         std::vector<double> const& lost)
{
  double best = std::numeric_limits<double>::infinity(), speed = 0;
  for (std::size_t k = 0; k < std::min(node_speeds.size(), lost.size()); ++k) {
    speed += node_speeds[k];
    work += node_speeds[k] * lost[k];
    best = std::min(best, work / speed);
  }
  return best;
}

}  // namespace heddle
