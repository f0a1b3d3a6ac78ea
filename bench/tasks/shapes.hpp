/// @file
/// Workflows of empty tasks in the shapes that are commonly measured.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace heddle::bench {

struct shape {
  std::string name;
  std::uint32_t num_tasks = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> orders{};  ///< before, after
};

inline shape chain(std::uint32_t n)
{
  shape s{"chain", n};
  for (std::uint32_t t = 1; t < n; ++t) s.orders.emplace_back(t - 1, t);
  return s;
}

inline shape binary_tree(std::uint32_t n)
{
  shape s{"tree", n};
  for (std::uint32_t t = 1; t < n; ++t) s.orders.emplace_back((t - 1) / 2, t);
  return s;
}

/// A square in which each task waits for those above and to the left.
inline shape wavefront(std::uint32_t side)
{
  shape s{"wavefront", side * side};
  for (std::uint32_t i = 0; i < side; ++i) {
    for (std::uint32_t j = 0; j < side; ++j) {
      auto const t = i * side + j;
      if (i > 0) s.orders.emplace_back(t - side, t);
      if (j > 0) s.orders.emplace_back(t - 1, t);
    }
  }
  return s;
}

/// Each task waits for four of the level before, at random.
inline shape levels(std::uint32_t count, std::uint32_t width)
{
  shape s{"levels", count * width};
  std::mt19937 random{1};
  for (std::uint32_t t = width; t < s.num_tasks; ++t) {
    auto const before = (t / width - 1) * width;
    for (int e = 0; e < 4; ++e) {
      s.orders.emplace_back(before + static_cast<std::uint32_t>(random()) % width, t);
    }
  }
  return s;
}

inline shape fan(std::uint32_t n)
{
  return {"fan", n};
}

/// One before all, one after all.
inline shape hub(std::uint32_t spokes)
{
  shape s{"hub", spokes + 2};
  for (std::uint32_t t = 1; t <= spokes; ++t) {
    s.orders.emplace_back(0, t);
    s.orders.emplace_back(t, spokes + 1);
  }
  return s;
}

inline std::vector<shape> all_shapes()
{
  return {chain(16384),     binary_tree(16383), wavefront(64),
          levels(128, 128), fan(10000),         hub(16000)};
}

}  // namespace heddle::bench
