/// @file
/// Many groups on threads, of which the worse half ends early.
#pragma once

#include "src/plan/search/on_threads.hpp"
#include "src/plan/search/pace.hpp"
#include "src/plan/search/solution.hpp"
#include "src/plan/technique.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace heddle {

/// Groups of one kind, in rounds of equal length: 8 for each thread, then half of them and so on.
/// By evaluations, the same whatever the number of threads.
template <class Group>
class rounds {
 public:
  explicit rounds(planning_limits const& limits)
    : limits_{limits},
      watch_{limits.stop, limits.progress},
      threads_{static_cast<std::size_t>(limits.threads)}
  {
  }

  /// @param make gives the group with this number
  template <class Make>
  solution run(Make const& make)
  {
    auto const count = first_groups * (limits_.evaluations > 0 ? 1 : threads_);
    groups_.resize(count);
    on_threads(count, threads_, [&](std::size_t i) { groups_[i] = make(i); });
    for (int round = 0; round < num_rounds; ++round) {
      run_round(num_rounds - round);
      std::ranges::stable_sort(groups_, {},
                               [](auto const& g) { return g->best().makespan_seconds; });
      if (groups_.front()->meets_bound() || watch_.stop.stop_requested()) break;
      if (round + 1 < num_rounds) groups_.resize((groups_.size() + 1) / 2);
    }
    return groups_.front()->best();
  }

  [[nodiscard]] std::uint64_t evaluations() const noexcept { return evaluations_; }

 private:
  using clock = std::chrono::steady_clock;

  static constexpr std::size_t first_groups = 8;  ///< for each thread
  static constexpr int num_rounds           = 4;  ///< 8, 4, 2, 1 groups

  /// The share of each group: of the evaluations, or of the time that is left.
  [[nodiscard]] search_pace pace_of(std::size_t group, clock::time_point began,
                                    int rounds_left) const
  {
    if (limits_.evaluations > 0) {
      return search_pace::of_evaluations(limits_.evaluations / num_rounds / groups_.size(), watch_);
    }
    auto const turns = static_cast<std::int64_t>((groups_.size() + threads_ - 1) / threads_);
    auto const turn  = static_cast<std::int64_t>(group / threads_);
    auto const whole = std::max(limits_.end - began, clock::duration::zero()) / rounds_left;
    return search_pace::until(began + whole / turns * (turn + 1), watch_);
  }

  void run_round(int rounds_left)
  {
    auto const began = clock::now();
    std::atomic<std::uint64_t> made{0};
    std::atomic<bool> is_met{false};
    on_threads(groups_.size(), threads_, [&](std::size_t i) {
      if (limits_.evaluations == 0 && is_met) return;
      auto pace = pace_of(i, began, rounds_left);
      groups_[i]->run(pace);
      made += pace.evaluations();
      if (groups_[i]->meets_bound()) is_met = true;
    });
    evaluations_ += made;
  }

  planning_limits limits_;
  search_watch watch_;
  std::size_t threads_;
  std::vector<std::unique_ptr<Group>> groups_;
  std::uint64_t evaluations_ = 0;
};

}  // namespace heddle
