#include "src/plan/list/optimistic_costs.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <ranges>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

optimistic_costs::optimistic_costs(cost_model const& costs, transfer_time how)
  : costs_{costs},
    how_{how},
    resources_{index(costs.num_resources())},
    table_(costs.num_tasks() * resources_),
    best_in_(index(costs.num_memory_nodes()))
{
  auto const& edges = costs.edges();
  for (auto const task : edges.topological_order | std::views::reverse) {
    auto const predecessors = edges.predecessors(task);
    auto const bytes        = edges.bytes_from_predecessors(task);
    look_through(task);
    for (std::size_t i = 0; i < predecessors.size(); ++i) raise(predecessors[i], bytes[i]);
  }
}

double optimistic_costs::mean_after(task_id task) const
{
  auto const row = table_.begin() + static_cast<std::ptrdiff_t>(index(task) * resources_);
  return std::accumulate(row, row + static_cast<std::ptrdiff_t>(resources_), 0.0) /
         static_cast<double>(resources_);
}

/// The best of `task` and all after it in each memory node, and anywhere.
void optimistic_costs::look_through(task_id task)
{
  std::ranges::fill(best_in_, std::numeric_limits<double>::infinity());
  for (int r = 0; r < costs_.num_resources(); ++r) {
    auto& best = best_in_[index(costs_.memory_nodes()[index(r)])];
    best       = std::min(best, after(task, r) + costs_.execution_seconds(task, r));
  }
  best_anywhere_ = *std::ranges::min_element(best_in_);
}

void optimistic_costs::raise(task_id predecessor, double bytes)
{
  for (int r = 0; r < costs_.num_resources(); ++r) {
    auto& cost = table_[index(predecessor) * resources_ + index(r)];
    cost       = std::max(cost, cheapest(bytes, costs_.memory_nodes()[index(r)]));
  }
}

/// Of the last task, its input of so many bytes in memory node `from`.
double optimistic_costs::cheapest(double bytes, int from) const
{
  if (how_ == transfer_time::mean) {
    return std::min(best_in_[index(from)], best_anywhere_ + costs_.mean_transfer_seconds(bytes));
  }
  if (costs_.uniform_links()) {
    auto const moved = costs_.node_transfer_seconds(bytes, from, from == 0 ? 1 : 0);
    return std::min(best_in_[index(from)], best_anywhere_ + moved);
  }
  auto best = best_in_[index(from)];
  for (int to = 0; to < costs_.num_memory_nodes(); ++to) {
    best = std::min(best, best_in_[index(to)] + costs_.node_transfer_seconds(bytes, from, to));
  }
  return best;
}

}  // namespace heddle
