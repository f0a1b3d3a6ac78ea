/// @file
/// When one resource is free: the gaps between the tasks placed on it.
#pragma once

#include <cstddef>
#include <vector>

namespace heddle {

/// The free time of one resource, from 0 on, for insertion-based list scheduling.
///
/// Gaps are kept in order, in blocks of at most `block_capacity`; each block knows its longest gap
/// and where it ends, so that a search steps over blocks without looking into them. The last gap
/// never ends. A gap of no length is not kept.
///
/// `first_fit` takes O(blocks + block_capacity) time, `occupy` O(block_capacity); with g gaps there
/// are at most 2 g / block_capacity blocks. Not thread-safe.
class timeline {
 public:
  timeline();

  /// The earliest start >= `ready` of `length` seconds in one gap.
  ///
  /// Equal, bit for bit, to what a scan over all gaps from the first finds: the first gap with
  /// `max(ready, begin) + length <= end`.
  [[nodiscard]] double first_fit(double ready, double length) const;

  /// When the last task ends: the earliest start without insertion.
  [[nodiscard]] double end() const { return blocks_.back().gaps.back().begin; }

  /// Takes `[start, start + length)` out of the free time; `start` as `first_fit` gave it.
  void occupy(double start, double finish);

 private:
  struct gap {
    double begin;
    double end;
  };

  struct block {
    double longest = 0;  ///< of its gaps
    double end     = 0;  ///< of its last gap
    std::vector<gap> gaps{};
  };

  static constexpr std::size_t block_capacity = 128;

  static void summarize(block& b);
  static bool may_fit(block const& b, double length);
  void split(std::size_t which);

  std::vector<block> blocks_;
};

}  // namespace heddle
