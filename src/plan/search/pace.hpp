/// @file
/// How long a part of the search goes on, and how far it is.
#pragma once

#include "kernels/search_sweep.hpp"

#include <heddle/plan/planning_progress.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

namespace heddle {

/// Who watches a search.
struct search_watch {
  std::stop_token stop{};
  planning_progress* progress = nullptr;  ///< may be null
};

/// Ends after so many evaluations, or when a time has come; or when it is asked to. By evaluations,
/// nothing hangs on a clock. Not thread-safe.
class search_pace {
 public:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] static search_pace of_evaluations(std::uint64_t most, search_watch watch = {})
  {
    search_pace pace{std::move(watch)};
    pace.most_ = most;
    return pace;
  }

  [[nodiscard]] static search_pace until(clock::time_point end, search_watch watch = {})
  {
    search_pace pace{std::move(watch)};
    pace.is_timed_ = true;
    pace.begin_ = pace.now_ = clock::now();
    pace.end_               = end;
    return pace;
  }

  /// A placement of each of `lanes` was decoded, for so many tasks in all.
  void count(std::uint64_t lanes, std::int64_t task_steps)
  {
    constexpr std::int64_t steps_a_look = 1 << 12;  // tens of microseconds
    evaluations_ += lanes;
    steps_ += task_steps;
    if (steps_ >= steps_a_look) look();
  }

  /// Whether so many more evaluations would be too many.
  [[nodiscard]] bool is_over(std::uint64_t lanes) const
  {
    return is_stopped_ || (is_timed_ ? now_ >= end_ : evaluations_ + lanes > most_);
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

  /// The same in steps of the ladder; by evaluations, in integers.
  [[nodiscard]] int ladder_step() const
  {
    constexpr int steps = kernels::ladder_steps;
    auto const step     = is_timed_ ? static_cast<std::uint64_t>(progress() * steps)
                                    : kernels::ladder_step(evaluations_, most_);
    return static_cast<int>(std::min<std::uint64_t>(step, steps - 1));
  }

  [[nodiscard]] std::uint64_t evaluations() const noexcept { return evaluations_; }

 private:
  explicit search_pace(search_watch watch) : watch_{std::move(watch)} {}

  void look()
  {
    steps_ = 0;
    if (is_timed_) now_ = clock::now();
    is_stopped_                = watch_.stop.stop_requested();
    constexpr int looks_a_word = 64;  // many threads add to one number
    if (watch_.progress == nullptr || ++looks_ % looks_a_word != 0) return;
    watch_.progress->evaluations.fetch_add(evaluations_ - told_, std::memory_order_relaxed);
    told_ = evaluations_;
  }

  search_watch watch_;
  std::uint64_t most_        = 0;
  std::uint64_t evaluations_ = 0;
  std::uint64_t told_        = 0;  ///< of them
  std::int64_t steps_        = 0;
  int looks_                 = 0;
  bool is_timed_             = false;
  bool is_stopped_           = false;
  clock::time_point begin_{};
  clock::time_point now_{};
  clock::time_point end_{};
};

}  // namespace heddle
