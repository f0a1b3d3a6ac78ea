#include <heddle/plan/upward_rank.hpp>

#include "kernels/launchers.hpp"
#include "kernels/upward_rank.hpp"

#include <heddle/base/error.hpp>

namespace heddle {
namespace {

void expect_consistent(workflow_costs const& costs, topological_levels const& levels,
                       std::span<double const> rank_seconds)
{
  auto const tasks = costs.execution_seconds.size();
  if (costs.first_edge.size() != tasks + 1 || levels.task.size() != tasks ||
      rank_seconds.size() != tasks || levels.first_task.empty()) {
    throw invalid_argument{"upward_ranks: spans disagree on the number of tasks"};
  }
  if (costs.successor.size() != costs.transfer_seconds.size()) {
    throw invalid_argument{"upward_ranks: spans disagree on the number of edges"};
  }
}

kernels::upward_rank_args make_args(workflow_costs const& costs, std::span<double> rank_seconds)
{
  return {costs.first_edge.data(), costs.successor.data(), costs.execution_seconds.data(),
          costs.transfer_seconds.data(), rank_seconds.data()};
}

/// Calls `run_level(tasks)` from the exit tasks back to the entry tasks.
template <class RunLevel>
void for_each_level_backward(topological_levels const& levels, RunLevel run_level)
{
  for (auto level = levels.first_task.size() - 1; level-- > 0;) {
    auto const first = static_cast<std::size_t>(levels.first_task[level]);
    auto const last  = static_cast<std::size_t>(levels.first_task[level + 1]);
    run_level(levels.task.subspan(first, last - first));
  }
}

/// By the mean number of successors, the only thing that the host knows of a graph on a device.
kernels::team team_for(workflow_costs const& costs)
{
  constexpr std::size_t many_successors = 256;
  return costs.successor.size() > many_successors * costs.execution_seconds.size()
           ? kernels::team::block
           : kernels::team::warp;
}

}  // namespace

void upward_ranks(workflow_costs costs, topological_levels levels, std::span<double> rank_seconds)
{
  expect_consistent(costs, levels, rank_seconds);
  auto const args = make_args(costs, rank_seconds);
  for_each_level_backward(levels, [&](std::span<std::int32_t const> tasks) {
    for (auto const task : tasks) kernels::upward_rank(kernels::serial_group<>{}, args, task);
  });
}

void upward_ranks_async(workflow_costs costs, topological_levels levels,
                        std::span<double> rank_seconds, stream_ref stream)
{
  expect_consistent(costs, levels, rank_seconds);
  auto const args = make_args(costs, rank_seconds);
  auto const team = team_for(costs);
  for_each_level_backward(levels, [&](std::span<std::int32_t const> tasks) {
    kernels::launch_upward_rank(args, tasks.data(), static_cast<std::int32_t>(tasks.size()), team,
                                stream);
  });
}

}  // namespace heddle
