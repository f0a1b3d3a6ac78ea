#include "src/plan/priorities.hpp"

#include "src/plan/list/ready_tasks.hpp"

#include <heddle/plan/upward_rank.hpp>

#include <algorithm>
#include <numeric>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Tasks by topological level: the most edges on a path from an entry task.
struct levels {
  std::vector<std::int32_t> first_task;  ///< [levels + 1]
  std::vector<task_id> task;             ///< [tasks]
};

std::vector<std::int32_t> level_of_tasks(edge_table const& edges)
{
  std::vector<std::int32_t> level(edges.num_tasks());
  for (auto const task : edges.topological_order) {
    for (auto const next : edges.successors(task)) {
      level[index(next)] = std::max(level[index(next)], level[index(task)] + 1);
    }
  }
  return level;
}

levels make_levels(edge_table const& edges)
{
  auto const level = level_of_tasks(edges);
  auto const last  = level.empty() ? -1 : *std::max_element(level.begin(), level.end());
  levels result{std::vector<std::int32_t>(index(last + 2)), std::vector<task_id>(level.size())};
  for (auto const l : level) ++result.first_task[index(l) + 1];
  std::partial_sum(result.first_task.begin(), result.first_task.end(), result.first_task.begin());
  auto next = result.first_task;
  for (std::size_t t = 0; t < level.size(); ++t) {
    result.task[index(next[index(level[t])]++)] = static_cast<task_id>(t);
  }
  return result;
}

std::vector<double> mean_executions(cost_model const& costs)
{
  std::vector<double> mean(costs.num_tasks());
  for (std::size_t t = 0; t < mean.size(); ++t) {
    mean[t] = costs.mean_execution_seconds(static_cast<task_id>(t));
  }
  return mean;
}

/// The position of every task in breadth-first topological order.
std::vector<std::int32_t> breadth_first_positions(edge_table const& edges)
{
  auto const order = breadth_first_order(edges);
  std::vector<std::int32_t> position(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    position[index(order[i])] = static_cast<std::int32_t>(i);
  }
  return position;
}

}  // namespace

std::vector<double> mean_upward_ranks(cost_model const& costs)
{
  auto const& edges    = costs.edges();
  auto const execution = mean_executions(costs);
  auto const by_level  = make_levels(edges);
  std::vector<double> transfer(edges.num_edges()), rank(edges.num_tasks());
  std::transform(edges.successor_bytes.begin(), edges.successor_bytes.end(), transfer.begin(),
                 [&](double bytes) { return costs.mean_transfer_seconds(bytes); });
  upward_ranks({edges.first_successor, edges.successor, execution, transfer},
               {by_level.first_task, by_level.task}, rank);
  return rank;
}

std::vector<double> mean_downward_ranks(cost_model const& costs)
{
  auto const& edges    = costs.edges();
  auto const execution = mean_executions(costs);
  std::vector<double> rank(edges.num_tasks());
  for (auto const task : edges.topological_order) {
    auto const successors = edges.successors(task);
    auto const bytes      = edges.bytes_to_successors(task);
    for (std::size_t i = 0; i < successors.size(); ++i) {
      auto const through =
        rank[index(task)] + execution[index(task)] + costs.mean_transfer_seconds(bytes[i]);
      rank[index(successors[i])] = std::max(rank[index(successors[i])], through);
    }
  }
  return rank;
}

std::vector<task_id> by_upward_rank(cost_model const& costs)
{
  auto const rank     = mean_upward_ranks(costs);
  auto const position = breadth_first_positions(costs.edges());
  std::vector<task_id> order(costs.num_tasks());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](task_id a, task_id b) {
    if (rank[index(a)] != rank[index(b)]) return rank[index(a)] > rank[index(b)];
    return position[index(a)] < position[index(b)];
  });
  return order;
}

}  // namespace heddle
