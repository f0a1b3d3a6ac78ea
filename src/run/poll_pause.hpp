/// @file
/// How long to sleep between looks at a device.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace heddle {

/// How long a thread sleeps between polls: not at all at first, then longer and longer.
class poll_pause {
 public:
  void reset() { pause_ = {}; }
  [[nodiscard]] std::chrono::microseconds next()
  {
    constexpr std::chrono::microseconds step{2};
    constexpr std::chrono::microseconds longest{50};
    return std::exchange(pause_, std::min(pause_ + pause_ / 4 + step, longest));
  }

 private:
  std::chrono::microseconds pause_{};
};

}  // namespace heddle
