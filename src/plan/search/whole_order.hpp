/// @file
/// A solution with what lies before and behind each of its tasks.
#pragma once

#include "src/plan/search/solution.hpp"

#include <heddle/cost/cost_model.hpp>

#include <span>
#include <vector>

namespace heddle {

/// An order and a placement of a plain problem, decoded forward and backward. The costs outlive it.
/// Plain data but for that; safe to read from several threads.
class whole_order {
 public:
  whole_order(cost_model const& costs, solution const& s);

  /// Tasks in this order, `[first, last)` of them, on these resources, [last - first]. What is
  /// before and behind stays as it was until `decode`.
  void replace(std::size_t first, std::span<task_id const> order, std::span<int const> resource);

  /// Finds when all tasks end, and how long it takes from there: O(tasks + edges).
  void decode();

  /// Gives the order by start, so that what lies together in it runs at about the same time. No
  /// task moves.
  void sort_by_start();

  /// Finds when tasks at positions from `first` to before `last` end, if `free` says when resources
  /// are, [resources]; updates that.
  void decode(std::size_t first, std::size_t last, std::span<double> free);

  [[nodiscard]] cost_model const& costs() const noexcept { return *costs_; }
  [[nodiscard]] solution const& get() const noexcept { return s_; }
  [[nodiscard]] std::size_t num_tasks() const noexcept { return s_.order.size(); }
  [[nodiscard]] task_id at(std::size_t position) const { return s_.order[position]; }
  [[nodiscard]] std::size_t position(task_id t) const { return position_[index(t)]; }
  [[nodiscard]] int resource(task_id t) const { return s_.resource[index(t)]; }
  [[nodiscard]] double finish_seconds(task_id t) const { return finish_[index(t)]; }

  /// From the start of the task to the end of the last that waits for it, for its data or for its
  /// resource.
  [[nodiscard]] double rest_seconds(task_id t) const { return rest_[index(t)]; }

 private:
  static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }
  void find_positions();
  void find_rests();

  cost_model const* costs_;
  solution s_;
  std::vector<std::size_t> position_;  ///< [tasks]
  std::vector<double> start_;          ///< [tasks]
  std::vector<double> finish_;         ///< [tasks]
  std::vector<double> rest_;           ///< [tasks]
};

}  // namespace heddle
