/// @file
/// What follows a task at least, where it is placed: PEFT and BIL look so far ahead.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <cstddef>
#include <vector>

namespace heddle {

/// By which time inputs move to another memory node.
enum class transfer_time { mean, of_the_link };

/// The optimistic cost table: seconds from the end of a task on a resource to the end of the
/// workflow if every task after it had its best resource to itself, [tasks x resources].
///
///     after(t, r) = max over successors s of
///                     min over q of (transfer(t, s, r, q) + execution(s, q) + after(s, q))
class optimistic_costs {
 public:
  /// Takes O((tasks + edges) x resources) time; where links are unequal, and their own times are
  /// wanted, O(edges x resources x memory nodes).
  optimistic_costs(cost_model const& costs, transfer_time how);

  [[nodiscard]] double after(task_id task, int resource) const
  {
    return table_[static_cast<std::size_t>(task) * resources_ + static_cast<std::size_t>(resource)];
  }

  /// Over all resources.
  [[nodiscard]] double mean_after(task_id task) const;

 private:
  void look_through(task_id task);
  void raise(task_id predecessor, double bytes);
  [[nodiscard]] double cheapest(double bytes, int from) const;

  cost_model const& costs_;
  transfer_time how_;
  std::size_t resources_;
  std::vector<double> table_;
  std::vector<double> best_in_;  ///< [memory nodes], of the last task and all after it
  double best_anywhere_ = 0;
};

}  // namespace heddle
