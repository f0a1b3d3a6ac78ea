#include "src/plan/multilevel/coarsen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// 1: on CPUs, 2: on GPUs, 3: on both.
int kinds_of(cost_model const& costs, task_id task)
{
  return (std::isinf(costs.seconds_on(resource_kind::cpu, task)) ? 0 : 1) +
         (std::isinf(costs.seconds_on(resource_kind::gpu, task)) ? 0 : 2);
}

/// The head of the chain each task is in, [tasks]: the first of tasks that are each other's only
/// successor and predecessor.
std::vector<task_id> chain_heads(cost_model const& costs)
{
  auto const& edges = costs.edges();
  std::vector<task_id> head(edges.num_tasks());
  std::iota(head.begin(), head.end(), 0);
  for (auto const task : edges.topological_order) {
    auto const next = edges.successors(task);
    if (next.size() != 1 || edges.predecessors(next[0]).size() != 1) continue;
    if (kinds_of(costs, task) == kinds_of(costs, next[0])) head[index(next[0])] = head[index(task)];
  }
  return head;
}

/// A chain as what it is to its neighbours.
struct chain {
  task_id head;
  int level;  ///< most chains on a path from an entry task
  int kinds;
  task_id first_from;  ///< the head of the chain of its first predecessor; -1: none
  double seconds;      ///< mean execution
};

/// All chains, [heads], in topological order of their heads.
std::vector<chain> find_chains(cost_model const& costs, std::vector<task_id> const& head)
{
  auto const& edges = costs.edges();
  std::vector<std::int32_t> position(edges.num_tasks(), -1);
  std::vector<chain> chains;
  for (auto const task : edges.topological_order) {
    auto const first = head[index(task)];
    if (first == task) {
      chain made{task, 0, kinds_of(costs, task), -1, 0};
      for (auto const p : edges.predecessors(task)) {
        auto const& from = chains[index(position[index(head[index(p)])])];
        made.level       = std::max(made.level, from.level + 1);
        if (made.first_from < 0) made.first_from = from.head;
      }
      position[index(task)] = static_cast<std::int32_t>(chains.size());
      chains.push_back(made);
    }
    chains[index(position[index(first)])].seconds += costs.mean_execution_seconds(task);
  }
  return chains;
}

std::vector<double> seconds_of_levels(std::vector<chain> const& chains)
{
  std::vector<double> seconds;
  for (auto const& each : chains) {
    if (index(each.level) >= seconds.size()) seconds.resize(index(each.level) + 1);
    seconds[index(each.level)] += each.seconds;
  }
  return seconds;
}

}  // namespace

clustering coarsen(cost_model const& costs, std::size_t target)
{
  auto const head   = chain_heads(costs);
  auto chains       = find_chains(costs, head);
  auto const levels = seconds_of_levels(chains);
  auto const all    = std::accumulate(levels.begin(), levels.end(), 0.0);
  auto const share  = all / static_cast<double>(std::max<std::size_t>(target, 1));
  std::sort(chains.begin(), chains.end(), [](chain const& a, chain const& b) {
    return std::tie(a.level, a.kinds, a.first_from, a.head) <
           std::tie(b.level, b.kinds, b.first_from, b.head);
  });
  clustering result{std::vector<std::int32_t>(costs.num_tasks()), 0};
  chain const* before = nullptr;
  double so_far       = 0;
  for (auto const& each : chains) {
    // A level gives every resource something to do, and more than once, to even it out.
    auto const most = std::min(share, levels[index(each.level)] / (4.0 * costs.num_resources()));
    bool const fits = before && before->level == each.level && before->kinds == each.kinds &&
                      so_far + each.seconds <= most;
    if (!fits) {
      ++result.num_clusters;
      so_far = 0;
    }
    so_far += each.seconds;
    before                              = &each;
    result.cluster_of[index(each.head)] = static_cast<std::int32_t>(result.num_clusters) - 1;
  }
  for (std::size_t t = 0; t < head.size(); ++t) {
    result.cluster_of[t] = result.cluster_of[index(head[t])];
  }
  return result;
}

}  // namespace heddle
