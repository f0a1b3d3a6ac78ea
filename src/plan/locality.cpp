#include "src/plan/partial_schedule.hpp"
#include "src/plan/planners.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>
#include <limits>

namespace heddle {
namespace {

/// Where the inputs of one task lie.
struct inputs {
  int most_bytes_in  = -1;  ///< memory node; -1: no bytes anywhere
  double last_finish = 0;   ///< of the predecessors; at least the release
};

inputs find_inputs(task_id task, cost_model const& costs, partial_schedule const& so_far,
                   std::vector<double>& bytes_in)
{
  std::fill(bytes_in.begin(), bytes_in.end(), 0.0);
  inputs found;
  found.last_finish  = costs.release_seconds(task);
  auto const located = costs.located_bytes(task);
  std::copy(located.begin(), located.end(), bytes_in.begin());
  auto const predecessors = costs.edges().predecessors(task);
  auto const bytes        = costs.edges().bytes_from_predecessors(task);
  for (std::size_t i = 0; i < predecessors.size(); ++i) {
    auto const& before = so_far.of(predecessors[i]);
    auto const home    = costs.memory_nodes()[static_cast<std::size_t>(before.resource)];
    bytes_in[static_cast<std::size_t>(home)] += bytes[i];
    found.last_finish = std::max(found.last_finish, before.finish_seconds);
  }
  auto const most = std::max_element(bytes_in.begin(), bytes_in.end());
  if (*most > 0) found.most_bytes_in = static_cast<int>(most - bytes_in.begin());
  return found;
}

/// As `earliest_finish`, among the resources of one memory node.
assignment earliest_finish_in(int memory_node, task_id task, cost_model const& costs,
                              partial_schedule const& so_far)
{
  assignment best{-1, 0, std::numeric_limits<double>::infinity()};
  for (int r = 0; r < costs.num_resources(); ++r) {
    if (costs.memory_nodes()[static_cast<std::size_t>(r)] != memory_node) continue;
    auto const candidate = so_far.on(task, r);
    if (candidate.finish_seconds < best.finish_seconds) best = candidate;
  }
  return best;
}

}  // namespace

std::vector<assignment> plan_by_locality(cost_model const& costs)
{
  partial_schedule so_far{costs, placement::insert};
  std::vector<double> bytes_in(static_cast<std::size_t>(costs.num_memory_nodes()));
  for (auto const task : by_upward_rank(costs)) {
    so_far.arrivals(task);
    auto chosen         = so_far.earliest_finish(task);
    auto const found    = find_inputs(task, costs, so_far, bytes_in);
    auto const local    = earliest_finish_in(found.most_bytes_in, task, costs, so_far);
    auto const patience = locality_patience * (chosen.finish_seconds - found.last_finish);
    if (local.finish_seconds - found.last_finish <= patience) chosen = local;
    so_far.place(task, chosen);
  }
  return std::move(so_far).release();
}

}  // namespace heddle
