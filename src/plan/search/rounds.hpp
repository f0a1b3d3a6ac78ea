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
#include <cmath>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

namespace heddle {

/// Groups of one kind, in rounds of equal length: 8 to 256 for each thread, then half of them and
/// so on. More are begun with where each still gets far in its first round. By evaluations, the
/// same whatever the number of threads.
template <class Group>
class rounds {
 public:
  rounds(planning_limits const& limits, std::size_t num_tasks)
    : limits_{limits},
      watch_{over_.get_token(), limits.progress},
      threads_{static_cast<std::size_t>(limits.threads)},
      far_{evaluations_a_task * static_cast<double>(num_tasks)}
  {
  }

  /// @param make gives the group with this number
  template <class Make>
  solution run(Make const& make)
  {
    std::stop_callback const forward{limits_.stop, [this] { over_.request_stop(); }};
    groups_.push_back(make(0));
    num_rounds_ = rounds_for(is_timed() ? expected() : static_cast<double>(limits_.evaluations));
    groups_.resize((std::size_t{1} << (num_rounds_ - 1)) * (is_timed() ? threads_ : 1));
    on_threads(groups_.size() - 1, threads_, [&](std::size_t i) { groups_[i + 1] = make(i + 1); });
    for (int left = num_rounds_; left > 0; --left) {
      run_round(left);
      std::ranges::stable_sort(groups_, {},
                               [](auto const& g) { return g->best().makespan_seconds; });
      if (groups_.front()->meets_bound() || watch_.stop.stop_requested()) break;
      if (left > 1) groups_.resize((groups_.size() + 1) / 2);
    }
    return groups_.front()->best();
  }

  [[nodiscard]] std::uint64_t evaluations() const noexcept { return evaluations_; }

 private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] bool is_timed() const noexcept { return limits_.evaluations == 0; }

  static constexpr int least_rounds          = 4;  ///< 8, 4, 2, 1 groups
  static constexpr int most_rounds           = 9;
  static constexpr double evaluations_a_task = 2048;  ///< in the first round: 64 of each lane

  /// As many as leave each group of the first round what takes it far.
  [[nodiscard]] int rounds_for(double evaluations) const
  {
    int num_rounds = least_rounds;
    while (num_rounds < most_rounds && needed(num_rounds + 1) <= evaluations) ++num_rounds;
    return num_rounds;
  }

  /// Evaluations of so many rounds in which each group of the first gets far.
  [[nodiscard]] double needed(int num_rounds) const
  {
    return num_rounds * std::ldexp(far_, num_rounds - 1);
  }

  /// Evaluations of a thread until the end, by what the first group makes in a short time.
  [[nodiscard]] double expected()
  {
    constexpr std::chrono::milliseconds longest{2};
    constexpr int shortest_share = 64;
    auto const in_seconds        = [](clock::duration time) {
      return std::max(1e-9, std::chrono::duration<double>(time).count());
    };
    auto const began = clock::now();
    auto const look  = std::min<clock::duration>(longest, (limits_.end - began) / shortest_share);
    auto pace        = search_pace::until(began + look, watch_);
    groups_.front()->run(pace);
    evaluations_ += pace.evaluations();
    auto const ended = clock::now();
    auto const rate  = static_cast<double>(pace.evaluations()) / in_seconds(ended - began);
    return rate * in_seconds(limits_.end - ended);
  }

  /// The share of each group: of the evaluations, or of the time that is left.
  [[nodiscard]] search_pace pace_of(std::size_t group, clock::time_point began,
                                    int rounds_left) const
  {
    if (!is_timed()) {
      auto const share = limits_.evaluations / static_cast<std::uint64_t>(num_rounds_);
      return search_pace::of_evaluations(share / groups_.size(), watch_);
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
    on_threads(groups_.size(), threads_, [&](std::size_t i) {
      auto pace = pace_of(i, began, rounds_left);
      groups_[i]->run(pace);
      made += pace.evaluations();
      if (is_timed() && groups_[i]->meets_bound()) over_.request_stop();
    });
    evaluations_ += made;
  }

  planning_limits limits_;
  std::stop_source over_{};  ///< asked to stop by the limits or, by time, by who meets the bound
  search_watch watch_;
  std::size_t threads_;
  double far_;  ///< evaluations
  int num_rounds_ = least_rounds;
  std::vector<std::unique_ptr<Group>> groups_;
  std::uint64_t evaluations_ = 0;
};

}  // namespace heddle
