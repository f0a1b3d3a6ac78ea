/// @file
/// How long a part of the search goes on, and how far it is.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace heddle {

/// Ends after so many evaluations, or when a time has come. By evaluations, nothing hangs on a
/// clock. Not thread-safe.
class search_pace {
 public:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] static search_pace of_evaluations(std::uint64_t most)
  {
    search_pace pace;
    pace.most_ = most;
    return pace;
  }

  [[nodiscard]] static search_pace until(clock::time_point end)
  {
    search_pace pace;
    pace.is_timed_ = true;
    pace.begin_ = pace.now_ = clock::now();
    pace.end_               = end;
    return pace;
  }

  /// A placement of each of `lanes` was decoded, for so many tasks in all.
  void count(std::uint64_t lanes, std::int64_t task_steps)
  {
    constexpr std::int64_t steps_a_look = 1 << 18;  // about half a millisecond
    evaluations_ += lanes;
    steps_ += task_steps;
    if (!is_timed_ || steps_ < steps_a_look) return;
    steps_ = 0;
    now_   = clock::now();
  }

  /// Whether so many more evaluations would be too many.
  [[nodiscard]] bool is_over(std::uint64_t lanes) const
  {
    return is_timed_ ? now_ >= end_ : evaluations_ + lanes > most_;
  }

  /// From 0 to 1.
  [[nodiscard]] double progress() const
  {
    if (!is_timed_) {
      return most_ == 0 ? 1 : static_cast<double>(evaluations_) / static_cast<double>(most_);
    }
    auto const whole = std::chrono::duration<double>(end_ - begin_).count();
    auto const done  = std::chrono::duration<double>(now_ - begin_).count();
    return whole > 0 ? std::clamp(done / whole, 0.0, 1.0) : 1;
  }

  [[nodiscard]] std::uint64_t evaluations() const noexcept { return evaluations_; }

 private:
  std::uint64_t most_        = 0;
  std::uint64_t evaluations_ = 0;
  std::int64_t steps_        = 0;
  bool is_timed_             = false;
  clock::time_point begin_{};
  clock::time_point now_{};
  clock::time_point end_{};
};

}  // namespace heddle
