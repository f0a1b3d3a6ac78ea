/// @file
/// The counts of a part of a histogram. Users have no need of it.
#pragma once

#include <heddle/base/units.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace heddle::detail {

/// @throw invalid_argument
[[noreturn]] void fail_without_bin(std::size_t bin, std::size_t bins);

/// How often each bin occurs.
///
/// Long parts are counted in four arrays in turn, for an index waits for the last count in its bin,
/// and many may be of one bin. They are on the stack: what one thread leaves to another is the sums
/// alone.
class bin_counts {
 public:
  void count(range part, std::size_t bins, auto& bin)
  {
    using number = std::remove_cvref_t<std::invoke_result_t<decltype(bin), std::size_t>>;
    sums_.resize(bins);
    if constexpr (std::unsigned_integral<number>) {
      if (std::numeric_limits<number>::max() < bins) {
        return count_all(part, [&](std::size_t i) { return static_cast<std::size_t>(bin(i)); });
      }
    }
    count_all(part, [&bin, bins](std::size_t i) {
      auto const b = static_cast<std::size_t>(bin(i));
      if (b >= bins) [[unlikely]]
        fail_without_bin(b, bins);
      return b;
    });
  }

  /// Adds these to `sums`, or becomes them if there are none yet.
  void add_to(std::vector<std::size_t>& sums)
  {
    if (sums.empty()) return sums.swap(sums_);
    for (std::size_t b = 0; b < sums_.size(); ++b) sums[b] += sums_[b];
  }

 private:
  static constexpr std::size_t most_bins = 256, num_arrays = 4, worth = 64;

  void count_all(range part, auto const& bin_of)
  {
    auto const bins = sums_.size();
    if (bins > most_bins || part.size() < worth * bins) {
      for (auto i = part.first; i < part.last; ++i) ++sums_[bin_of(i)];
      return;
    }
    for (auto rest = part; rest.size() > 0;) {
      range const next{rest.first, rest.first + std::min(rest.size(), most_counted)};
      count_in_arrays(next, bin_of);
      rest.first = next.last;
    }
  }

  void count_in_arrays(range part, auto const& bin_of)
  {
    std::array<std::array<std::uint32_t, most_bins>, num_arrays> counts{};
    auto i = part.first;
    for (; part.last - i >= num_arrays; i += num_arrays) {
      for (std::size_t a = 0; a < num_arrays; ++a) ++counts[a][bin_of(i + a)];
    }
    for (; i < part.last; ++i) ++counts[0][bin_of(i)];
    for (std::size_t b = 0; b < sums_.size(); ++b) {
      for (auto const& each : counts) sums_[b] += each[b];
    }
  }

  static constexpr std::size_t most_counted = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::size_t> sums_{};
};

}  // namespace heddle::detail
