/// @file
/// Units and ids that every room shares.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace heddle {

using namespace std::chrono_literals;  // 20ms, 1s

/// A time span in seconds, in double precision; any `std::chrono` duration converts to it.
using seconds = std::chrono::duration<double>;

/// The position of a task in its workflow, counted from 0 in the order of declaration.
using task_id = std::int32_t;

/// The half-open interval `[first, last)` of indices.
struct range {
  std::size_t first = 0;
  std::size_t last  = 0;

  [[nodiscard]] constexpr std::size_t size() const noexcept { return last - first; }
};

}  // namespace heddle
