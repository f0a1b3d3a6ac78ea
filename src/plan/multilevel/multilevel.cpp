#include "src/plan/multilevel/multilevel.hpp"

#include "src/plan/multilevel/candidate_schedule.hpp"
#include "src/plan/multilevel/coarsen.hpp"
#include "src/plan/planners.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>

namespace heddle {
namespace {

/// Where the clusters' plan puts each task, [tasks].
std::vector<int> propose(cost_model const& costs)
{
  // HEFT tries each cluster on each resource: at most some 10^8 trials.
  constexpr std::size_t most_trials = 100'000'000, least_clusters = 1000, most_clusters = 100'000;
  auto const resources = static_cast<std::size_t>(costs.num_resources());
  auto const target    = std::clamp(most_trials / resources, least_clusters, most_clusters);
  auto const clusters  = coarsen(costs, target);
  std::vector<int> resource_of(costs.num_tasks(), -1);
  if (clusters.num_clusters > 2 * target) return resource_of;  // no plan of clusters is worth it
  auto const plan = plan_by_heft(costs.merged(clusters.cluster_of, clusters.num_clusters));
  for (std::size_t t = 0; t < resource_of.size(); ++t) {
    resource_of[t] = plan[static_cast<std::size_t>(clusters.cluster_of[t])].resource;
  }
  return resource_of;
}

candidate_schedule refine(cost_model const& costs, std::vector<task_id> const& order,
                          std::vector<int> const& proposed)
{
  candidate_schedule so_far{costs};
  for (auto const task : order) so_far.place(task, proposed[static_cast<std::size_t>(task)]);
  return so_far;
}

}  // namespace

std::vector<assignment> plan_by_multilevel(cost_model const& costs)
{
  if (costs.num_tasks() == 0) return {};
  auto const order     = by_upward_rank(costs);
  auto best            = refine(costs, order, std::vector<int>(costs.num_tasks(), -1));
  auto guided          = refine(costs, order, propose(costs));
  bool const is_better = guided.makespan_seconds() < best.makespan_seconds();
  return std::move(is_better ? guided : best).release();
}

}  // namespace heddle
