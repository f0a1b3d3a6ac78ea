#include "src/plan/dp/dp_planners.hpp"
#include "src/plan/dp/placement_problem.hpp"
#include "src/plan/partial_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The scores of a workflow as a guide.
class guide {
 public:
  explicit guide(cost_model const& costs)
    : problem_{costs, tick_rounding::nearest}, score_{problem_.scores(costs)}
  {
  }

  /// Tasks by decreasing least score. A task's score is not below those of its successors; of equal
  /// ones the first in topological order.
  [[nodiscard]] std::vector<task_id> order(edge_table const& edges) const
  {
    auto tasks = edges.topological_order;
    std::vector<ticks> least(tasks.size());
    for (std::size_t t = 0; t < least.size(); ++t) {
      auto const of_task = std::span{score_}.subspan(t * problem_.stride, problem_.stride);
      least[t]           = *std::min_element(of_task.begin(), of_task.end());
    }
    std::stable_sort(tasks.begin(), tasks.end(),
                     [&](task_id a, task_id b) { return least[index(a)] > least[index(b)]; });
    return tasks;
  }

  /// What follows `task` at least if it ends on `resource`.
  [[nodiscard]] double tail_seconds(task_id task, int resource) const
  {
    auto const place = index(problem_.where.of_resource[index(resource)]);
    auto const cell  = index(task) * problem_.stride + place;
    if (score_[cell] == infinite_ticks) return std::numeric_limits<double>::infinity();
    return problem_.scale.seconds(score_[cell] - problem_.execution[cell]);
  }

 private:
  placement_problem problem_;
  std::vector<ticks> score_;
};

assignment best_of(task_id task, partial_schedule const& so_far, guide const& scores,
                   int num_resources)
{
  assignment best;
  auto least = std::numeric_limits<double>::infinity();
  for (int r = 0; r < num_resources; ++r) {
    auto const here = so_far.on(task, r);
    if (here.resource < 0) continue;
    auto const through = here.finish_seconds + scores.tail_seconds(task, r);
    bool const better  = through < least || (through == least && best.resource >= 0 &&
                                            here.finish_seconds < best.finish_seconds);
    if (!better) continue;
    best  = here;
    least = through;
  }
  return best;
}

}  // namespace

std::vector<assignment> plan_by_placement(cost_model const& costs)
{
  if (costs.num_tasks() == 0) return {};
  guide const scores{costs};
  partial_schedule so_far{costs, placement::insert};
  for (auto const task : scores.order(costs.edges())) {
    so_far.arrivals(task);
    auto const best = best_of(task, so_far, scores, costs.num_resources());
    so_far.place(task, best.resource >= 0 ? best : so_far.earliest_finish(task));
  }
  return std::move(so_far).release();
}

std::optional<std::string> too_many_placements(cost_model const& costs)
{
  auto const additions = placement_additions(costs);
  if (additions <= most_placement_additions) return std::nullopt;
  return fmt::format("edges x places^2 is {:.2g}; it takes at most {:.2g}", additions,
                     most_placement_additions);
}

}  // namespace heddle
