#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <ranges>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The optimistic cost table: seconds from the end of a task on a resource to the end of the
/// workflow if every successor had its best resource to itself, [tasks x resources].
class optimistic_costs {
 public:
  explicit optimistic_costs(cost_model const& costs)
    : costs_{costs},
      resources_{index(costs.num_resources())},
      table_(costs.num_tasks() * resources_),
      best_in_(index(costs.num_memory_nodes()))
  {
    auto const& edges = costs.edges();
    for (auto const task : edges.topological_order | std::views::reverse) {
      auto const from         = std::as_const(table_).data() + index(task) * resources_;
      auto const predecessors = edges.predecessors(task);
      auto const bytes        = edges.bytes_from_predecessors(task);
      look_through(task, from);
      for (std::size_t i = 0; i < predecessors.size(); ++i) {
        raise(predecessors[i], costs.mean_transfer_seconds(bytes[i]));
      }
    }
  }

  [[nodiscard]] double of(task_id task, int resource) const
  {
    return table_[index(task) * resources_ + index(resource)];
  }

  [[nodiscard]] double mean(task_id task) const
  {
    auto const row = table_.begin() + static_cast<std::ptrdiff_t>(index(task) * resources_);
    return std::accumulate(row, row + static_cast<std::ptrdiff_t>(resources_), 0.0) /
           static_cast<double>(resources_);
  }

 private:
  /// The best of `task` and all after it in each memory node, and anywhere.
  void look_through(task_id task, double const* after)
  {
    std::fill(best_in_.begin(), best_in_.end(), infinite);
    for (std::size_t r = 0; r < resources_; ++r) {
      auto const whole = after[r] + costs_.execution_seconds(task, static_cast<int>(r));
      auto& best       = best_in_[index(costs_.memory_nodes()[r])];
      best             = std::min(best, whole);
    }
    best_anywhere_ = *std::min_element(best_in_.begin(), best_in_.end());
  }

  void raise(task_id predecessor, double transfer)
  {
    for (std::size_t r = 0; r < resources_; ++r) {
      auto const here = best_in_[index(costs_.memory_nodes()[r])];
      auto& cost      = table_[index(predecessor) * resources_ + r];
      cost            = std::max(cost, std::min(here, best_anywhere_ + transfer));
    }
  }

  cost_model const& costs_;
  std::size_t resources_;
  std::vector<double> table_;
  std::vector<double> best_in_;  ///< [memory nodes]
  double best_anywhere_ = infinite;
};

}  // namespace

std::vector<assignment> plan_by_peft(cost_model const& costs)
{
  optimistic_costs const after{costs};
  std::vector<double> rank;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    rank.push_back(after.mean(static_cast<task_id>(t)));
  }
  partial_schedule so_far{costs, placement::insert};
  for (auto const task : by_priority(costs.edges(), rank)) {
    so_far.arrivals(task);
    assignment best;
    double best_end = infinite;
    for (int r = 0; r < costs.num_resources(); ++r) {
      auto const here = so_far.on(task, r);
      auto const end  = here.finish_seconds + after.of(task, r);
      if (end < best_end) best = here, best_end = end;
    }
    so_far.place(task, best);
  }
  return std::move(so_far).release();
}

}  // namespace heddle
