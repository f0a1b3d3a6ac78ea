/// @file
/// How much of a resource's time tasks can fill.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <vector>

namespace heddle {

/// What the last k of a row of tasks can fill together, for each k up to 12; takes 2^13 doubles.
class subset_sums {
 public:
  explicit subset_sums(std::span<double const> work)
    : sums_{{0}}, least_(work.size() + 1, std::numeric_limits<double>::infinity())
  {
    for (std::size_t k = 1; k <= work.size(); ++k) {
      auto const added = work[work.size() - k];
      least_[k]        = std::min(least_[k - 1], added);
      if (k <= most) sums_.push_back(with(added, sums_.back()));
    }
  }

  /// The most that some of the last `k` tasks do within `capacity`, or more.
  [[nodiscard]] double filled(std::size_t k, double capacity) const
  {
    if (capacity < least_[k]) return 0;
    if (k >= sums_.size()) return capacity;
    auto const& sums = sums_[k];
    return *(std::upper_bound(sums.begin(), sums.end(), capacity) - 1);
  }

 private:
  static constexpr std::size_t most = 12;

  static std::vector<double> with(double added, std::vector<double> const& sums)
  {
    std::vector<double> shifted, all;
    for (auto const each : sums) shifted.push_back(each + added);
    std::merge(sums.begin(), sums.end(), shifted.begin(), shifted.end(), std::back_inserter(all));
    return all;
  }

  std::vector<std::vector<double>> sums_;  ///< [k + 1], of the last k, sorted
  std::vector<double> least_;              ///< [tasks + 1], of the last k
};

}  // namespace heddle
