/// @file
/// Least makespans by trying everything: the oracle of tests on a handful of tasks.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace heddle::test {

/// Depth-first search over all orders of starts and all places; for up to about seven tasks on
/// three resources.
class brute_force {
 public:
  /// @param at_most a makespan that some schedule has: only shorter ones are looked for
  brute_force(cost_model const& costs, double at_most)
    : costs_{costs},
      best_{at_most},
      tail_(costs.num_tasks()),
      place_(costs.num_tasks(), -1),
      finish_(costs.num_tasks()),
      free_(index(costs.num_resources()))
  {
    auto const& order = costs.edges().topological_order;
    for (auto i = order.size(); i-- > 0;) {
      for (auto const next : costs.edges().successors(order[i])) {
        tail_[index(order[i])] = std::max(tail_[index(order[i])], tail_[index(next)]);
      }
      tail_[index(order[i])] += least(order[i]);
      rest_ += least(order[i]);
      floor_ = std::max(floor_, tail_[index(order[i])]);
    }
    floor_ = std::max(floor_, rest_ / costs.num_resources());
  }

  double optimum() &&
  {
    extend(0, 0);
    return best_;
  }

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  double least(task_id task) const
  {
    double seconds = std::numeric_limits<double>::infinity();
    for (int r = 0; r < costs_.num_resources(); ++r) {
      seconds = std::min(seconds, costs_.execution_seconds(task, r));
    }
    return seconds;
  }

  bool is_ready(task_id task) const
  {
    auto const before = costs_.edges().predecessors(task);
    return place_[index(task)] < 0 && std::all_of(before.begin(), before.end(),
                                                  [&](task_id p) { return place_[index(p)] >= 0; });
  }

  /// Whether what is left may still end before the best known makespan.
  bool may_improve() const
  {
    double sum = rest_;
    for (auto const each : free_) sum += each;
    return sum < best_ * static_cast<double>(free_.size());
  }

  void extend(std::size_t placed, double last_start)
  {
    if (placed == place_.size()) {
      auto const latest = finish_.empty() ? 0 : *std::max_element(finish_.begin(), finish_.end());
      best_             = std::min(best_, latest);
      return;
    }
    for (task_id task = 0; index(task) < place_.size() && best_ > floor_; ++task) {
      if (!is_ready(task)) continue;
      for (int r = 0; r < costs_.num_resources(); ++r) try_on(task, r, placed, last_start);
    }
  }

  /// Starts are tried in their order in time, which every schedule has.
  void try_on(task_id task, int resource, std::size_t placed, double last_start)
  {
    auto const seconds = costs_.execution_seconds(task, resource);
    auto const start   = std::max(free_[index(resource)], arrival(task, resource));
    auto const tail    = tail_[index(task)] - least(task);
    if (start < last_start || std::isinf(seconds) || start + seconds + tail >= best_) return;
    auto const before      = free_[index(resource)];
    free_[index(resource)] = finish_[index(task)] = start + seconds;
    place_[index(task)]                           = resource;
    rest_ -= least(task);
    if (may_improve()) extend(placed + 1, start);
    rest_ += least(task);
    place_[index(task)]    = -1;
    finish_[index(task)]   = 0;
    free_[index(resource)] = before;
  }

  double arrival(task_id task, int resource) const
  {
    auto const before = costs_.edges().predecessors(task);
    auto const bytes  = costs_.edges().bytes_from_predecessors(task);
    double latest     = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      auto const p = index(before[i]);
      latest =
        std::max(latest, finish_[p] + costs_.transfer_seconds(bytes[i], place_[p], resource));
    }
    return latest;
  }

  cost_model const& costs_;
  double best_;
  std::vector<double> tail_;  ///< [tasks], the longest path from the task's begin, at the fastest
  std::vector<int> place_;
  std::vector<double> finish_;
  std::vector<double> free_;
  double rest_  = 0;  ///< least seconds of all tasks that are not placed
  double floor_ = 0;  ///< no makespan is smaller
};

}  // namespace heddle::test
