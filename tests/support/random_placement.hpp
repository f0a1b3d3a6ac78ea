/// @file
/// Random inputs of the placement scores, and the scores by plain recursion.
#pragma once

#include "kernels/placement_score.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace heddle::test {

/// A random workflow whose edges lead to later tasks, on places of which some cannot run some
/// tasks, with an own link for each pair. Each task is a level of its own.
struct random_placement {
  std::int32_t num_tasks, num_places;
  std::vector<std::int32_t> first_edge{0}, successor{}, first_task{}, task{};
  std::vector<std::int32_t> execution{}, score{};
  std::vector<float> transfer_share{}, links{};

  random_placement(std::int32_t tasks, std::int32_t places, std::uint64_t seed)
    : num_tasks{tasks}, num_places{places}
  {
    std::mt19937_64 random{seed};
    auto const below = [&](std::int32_t n) {
      return static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(n));
    };
    auto const fraction = [&] { return static_cast<float>(below(1 << 20)) / (1 << 20); };
    for (std::int32_t t = 0; t < tasks; ++t) {
      for (auto e = t + 1 < tasks ? below(6) : 0; e > 0; --e) {
        successor.push_back(t + 1 + below(tasks - t - 1));
        transfer_share.push_back(below(4) == 0 ? 0 : fraction());
      }
      first_edge.push_back(static_cast<std::int32_t>(successor.size()));
      for (std::int32_t p = 0; p < places; ++p) {
        execution.push_back(below(5) == 0 ? kernels::infinite_score : below(1 << 20));
      }
      first_task.push_back(t);
      task.push_back(t);
    }
    first_task.push_back(tasks);
    score.assign(execution.size(), -1);
    for (std::int32_t i = 0; i < 2 * places * places; ++i) {
      links.push_back(fraction() * 1e6F);
    }
    auto const slow = static_cast<std::size_t>(below(places));
    links[slow]     = 0x1p29F;  // beyond all others, but finite
  }

  [[nodiscard]] kernels::placement_score_args args()
  {
    return {num_places,       first_edge.data(),     successor.data(),
            execution.data(), transfer_share.data(), links.data(),
            score.data()};
  }

  /// The definition, read from right to left.
  [[nodiscard]] std::vector<std::int32_t> by_recursion() const
  {
    std::vector<std::int32_t> memory(execution.size(), -1);
    for (std::int32_t t = 0; t < num_tasks; ++t) {
      for (std::int32_t p = 0; p < num_places; ++p) score_of(t, p, memory);
    }
    return memory;
  }

 private:
  [[nodiscard]] std::int64_t transfer(std::int32_t edge, std::int32_t p, std::int32_t q) const
  {
    auto const share = transfer_share[index(edge)];
    auto const* row  = &links[index(2 * q * num_places)];
    return share == 0 ? 0
                      : static_cast<std::int64_t>(
                          std::fmaf(share, row[index(p)], row[index(num_places + p)]));
  }

  std::int32_t score_of(std::int32_t t, std::int32_t p, std::vector<std::int32_t>& memory) const
  {
    auto& known = memory[index(t * num_places + p)];
    if (known >= 0) return known;
    std::int64_t longest = 0;
    for (auto e = first_edge[index(t)]; e < first_edge[index(t + 1)]; ++e) {
      std::int64_t least = kernels::infinite_score;
      for (std::int32_t q = 0; q < num_places; ++q) {
        least = std::min(least, transfer(e, p, q) + score_of(successor[index(e)], q, memory));
      }
      longest = std::max(longest, least);
    }
    known = static_cast<std::int32_t>(std::min<std::int64_t>(
      longest + execution[index(t * num_places + p)], kernels::infinite_score));
    return known;
  }

  static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }
};

}  // namespace heddle::test
