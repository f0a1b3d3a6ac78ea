#include "src/plan/list/levels.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ranges>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The weight of a task that takes these seconds, [resources that can run it], at least one.
double weight_of(std::vector<double>& seconds, execution_weight which)
{
  auto const middle = seconds.size() / 2;
  switch (which) {
    case execution_weight::best:
      return *std::min_element(seconds.begin(), seconds.end());
    case execution_weight::worst:
      return *std::max_element(seconds.begin(), seconds.end());
    case execution_weight::median:
      std::sort(seconds.begin(), seconds.end());
      return (seconds[middle] + seconds[seconds.size() - 1 - middle]) / 2;
    case execution_weight::mean:
      break;
  }
  double sum = 0;
  for (auto const each : seconds) sum += each;
  return sum / static_cast<double>(seconds.size());
}

}  // namespace

std::vector<double> execution_weights(cost_model const& costs, execution_weight which)
{
  std::vector<double> weights, finite;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    finite.clear();
    for (int r = 0; r < costs.num_resources(); ++r) {
      auto const here = costs.execution_seconds(static_cast<task_id>(t), r);
      if (std::isfinite(here)) finite.push_back(here);
    }
    weights.push_back(weight_of(finite, which));
  }
  return weights;
}

std::vector<double> upward_levels(cost_model const& costs, std::span<double const> weights,
                                  double communication_factor)
{
  auto const& edges = costs.edges();
  std::vector<double> level(costs.num_tasks());
  for (auto const task : edges.topological_order | std::views::reverse) {
    auto const successors = edges.successors(task);
    auto const bytes      = edges.bytes_to_successors(task);
    for (std::size_t i = 0; i < successors.size(); ++i) {
      auto const transfer = communication_factor * costs.mean_transfer_seconds(bytes[i]);
      level[index(task)]  = std::max(level[index(task)], transfer + level[index(successors[i])]);
    }
    level[index(task)] += weights[index(task)];
  }
  return level;
}

std::vector<double> downward_levels(cost_model const& costs, std::span<double const> weights,
                                    double communication_factor)
{
  auto const& edges = costs.edges();
  std::vector<double> level(costs.num_tasks());
  for (auto const task : edges.topological_order) {
    auto const successors = edges.successors(task);
    auto const bytes      = edges.bytes_to_successors(task);
    for (std::size_t i = 0; i < successors.size(); ++i) {
      auto const transfer         = communication_factor * costs.mean_transfer_seconds(bytes[i]);
      auto const through          = level[index(task)] + weights[index(task)] + transfer;
      level[index(successors[i])] = std::max(level[index(successors[i])], through);
    }
  }
  return level;
}

std::vector<double> static_levels(cost_model const& costs, execution_weight which)
{
  return upward_levels(costs, execution_weights(costs, which), 0);
}

std::vector<int> resources_by_speed(cost_model const& costs)
{
  auto const resources = index(costs.num_resources());
  std::vector<std::size_t> runs(resources);
  std::vector<double> sum(resources);
  for (std::size_t r = 0; r < resources; ++r) {
    for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
      auto const here = costs.execution_seconds(static_cast<task_id>(t), static_cast<int>(r));
      if (std::isinf(here)) continue;
      sum[r] += here;
      ++runs[r];
    }
  }
  std::vector<int> order(resources);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    if (runs[index(a)] != runs[index(b)]) return runs[index(a)] > runs[index(b)];
    return sum[index(a)] < sum[index(b)];
  });
  return order;
}

}  // namespace heddle
