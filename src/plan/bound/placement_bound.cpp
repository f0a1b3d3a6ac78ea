#include "src/plan/bound/bounds.hpp"

#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

/// By task and memory node: the least seconds from the start of the task there to the end.
class placed_paths {
 public:
  explicit placed_paths(cost_model const& costs)
    : costs_{costs},
      nodes_{index(costs.num_memory_nodes())},
      seconds_(costs.num_tasks() * nodes_),
      least_(costs.num_tasks(), infinite)
  {
    auto const& order = costs.edges().topological_order;
    for (auto task = order.rbegin(); task != order.rend(); ++task) take(*task);
  }

  /// Of the task where it is best.
  [[nodiscard]] double least(std::size_t task) const { return least_[task]; }

 private:
  void take(task_id task)
  {
    auto* const row = &seconds_[index(task) * nodes_];
    std::fill(row, row + nodes_, infinite);
    for (int r = 0; r < costs_.num_resources(); ++r) {
      auto& here = row[index(costs_.memory_nodes()[index(r)])];
      here       = std::min(here, costs_.execution_seconds(task, r));
    }
    for (std::size_t x = 0; x < nodes_; ++x) {
      if (row[x] < infinite) row[x] += after(task, static_cast<int>(x));
      least_[index(task)] = std::min(least_[index(task)], row[x]);
    }
  }

  /// What follows the task on node x.
  [[nodiscard]] double after(task_id task, int x) const
  {
    auto const next  = costs_.edges().successors(task);
    auto const bytes = costs_.edges().bytes_to_successors(task);
    double longest   = 0;
    for (std::size_t i = 0; i < next.size(); ++i) {
      longest = std::max(longest, to_any_node(next[i], bytes[i], x));
    }
    return longest;
  }

  [[nodiscard]] double to_any_node(task_id next, double bytes, int x) const
  {
    auto const* const row = &seconds_[index(next) * nodes_];
    if (costs_.uniform_links()) {
      auto const transfer = costs_.node_transfer_seconds(bytes, x, x == 0 ? 1 : 0);
      return std::min(row[x], transfer + least_[index(next)]);
    }
    double best = infinite;
    for (std::size_t y = 0; y < nodes_; ++y) {
      best = std::min(best, costs_.node_transfer_seconds(bytes, x, static_cast<int>(y)) + row[y]);
    }
    return best;
  }

  cost_model const& costs_;
  std::size_t nodes_;
  std::vector<double> seconds_;  ///< [tasks x memory nodes]
  std::vector<double> least_;    ///< [tasks]
};

}  // namespace

double placement_bound(relaxation const& r, task_windows const& w)
{
  placed_paths const paths{r.costs};
  double longest = 0;
  for (std::size_t t = 0; t < w.head.size(); ++t) {
    longest = std::max(longest, w.head[t] + paths.least(t));
  }
  return longest;
}

}  // namespace heddle
