#include "src/plan/list/portfolio.hpp"

#include "src/plan/list/levels.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/makespan.hpp"
#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// A list scheduler with insertion: what orders its tasks, and which resources it may use.
struct variant {
  double communication_factor = 1;
  int num_fastest             = 0;  ///< resources; 0: all
  execution_weight weight     = execution_weight::mean;
  bool backward               = false;
};

/// Where `on(resource)` finishes first among the first `count` resources of `by_speed`; among all,
/// if none of them can run the task.
template <class On>
assignment earliest_among(std::vector<int> const& by_speed, std::size_t count, On on)
{
  assignment best{-1, 0, infinite};
  for (std::size_t i = 0; i < by_speed.size(); ++i) {
    if (i >= count && best.resource >= 0) break;
    auto const here = on(by_speed[i]);
    if (here.finish_seconds < best.finish_seconds) best = here;
  }
  return best;
}

std::vector<assignment> plan_forward(cost_model const& costs, variant const& v,
                                     std::vector<int> const& by_speed, std::size_t count)
{
  auto const level =
    upward_levels(costs, execution_weights(costs, v.weight), v.communication_factor);
  partial_schedule so_far{costs, placement::insert};
  for (auto const task : by_priority(costs.edges(), level)) {
    so_far.arrivals(task);
    so_far.place(task, earliest_among(by_speed, count, [&](int r) { return so_far.on(task, r); }));
  }
  return std::move(so_far).release();
}

/// A schedule made from the exit tasks to the entry tasks. Time runs backward in it, from 0 on.
class backward_schedule {
 public:
  explicit backward_schedule(cost_model const& costs)
    : costs_{costs},
      tasks_(costs.num_tasks()),
      free_(index(costs.num_resources())),
      needed_(index(costs.num_memory_nodes()))
  {
  }

  /// All successors of `task` are placed.
  void place(task_id task, std::vector<int> const& by_speed, std::size_t count)
  {
    look_at_successors(task);
    auto const where    = earliest_among(by_speed, count, [&](int r) { return on(task, r); });
    tasks_[index(task)] = where;
    free_[index(where.resource)].occupy(where.start_seconds, where.finish_seconds);
  }

  [[nodiscard]] assignment const& of(task_id task) const { return tasks_[index(task)]; }

 private:
  /// When the results of `task` must be in each memory node at the latest.
  void look_at_successors(task_id task)
  {
    std::fill(needed_.begin(), needed_.end(), 0.0);
    auto const successors = costs_.edges().successors(task);
    auto const bytes      = costs_.edges().bytes_to_successors(task);
    for (std::size_t i = 0; i < successors.size(); ++i) {
      auto const& after = of(successors[i]);
      auto const home   = costs_.memory_nodes()[index(after.resource)];
      for (std::size_t n = 0; n < needed_.size(); ++n) {
        auto const moved = costs_.node_transfer_seconds(bytes[i], static_cast<int>(n), home);
        needed_[n]       = std::max(needed_[n], after.finish_seconds + moved);
      }
    }
  }

  [[nodiscard]] assignment on(task_id task, int resource) const
  {
    auto const execution = costs_.execution_seconds(task, resource);
    if (std::isinf(execution)) return {-1, 0, infinite};
    auto const ready = needed_[index(costs_.memory_nodes()[index(resource)])];
    auto const start = free_[index(resource)].first_fit(ready, execution);
    return {resource, start, start + execution};
  }

  cost_model const& costs_;
  std::vector<assignment> tasks_;  ///< [tasks]
  std::vector<timeline> free_;     ///< [resources]
  std::vector<double> needed_;     ///< [memory nodes]
};

/// All tasks by decreasing `key`, of equal ones in this order.
template <class Key>
std::vector<task_id> sorted_by(std::vector<task_id> order, Key key)
{
  std::stable_sort(order.begin(), order.end(),
                   [&](task_id a, task_id b) { return key(a) > key(b); });
  return order;
}

/// Places from the end of the workflow to its beginning, and then again in the order and on the
/// resources found, in the right direction. Neither sort breaks precedence: along an edge neither
/// levels grow smaller nor do starts, and where they are equal the topological order decides.
std::vector<assignment> plan_backward(cost_model const& costs, variant const& v,
                                      std::vector<int> const& by_speed, std::size_t count)
{
  auto const weights = execution_weights(costs, v.weight);
  auto level         = downward_levels(costs, weights, v.communication_factor);
  for (std::size_t t = 0; t < level.size(); ++t) level[t] += weights[t];
  auto const& forward = costs.edges().topological_order;
  backward_schedule mirrored{costs};
  for (auto const task :
       sorted_by({forward.rbegin(), forward.rend()}, [&](task_id t) { return level[index(t)]; })) {
    mirrored.place(task, by_speed, count);
  }
  partial_schedule so_far{costs, placement::insert};
  for (auto const task :
       sorted_by(forward, [&](task_id t) { return mirrored.of(t).finish_seconds; })) {
    so_far.arrivals(task);
    auto where = so_far.on(task, mirrored.of(task).resource);
    if (where.resource < 0) where = so_far.earliest_finish(task);
    so_far.place(task, where);
  }
  return std::move(so_far).release();
}

std::vector<variant> variants(int resources)
{
  constexpr int shares = 8;
  std::vector<variant> all;
  for (auto const factor : {1.0, 1.3, 0.0, 0.6, 2.5, 5.0}) all.push_back({factor});
  all.push_back({1, 0, execution_weight::best});
  all.push_back({1, 0, execution_weight::worst});
  std::set<int> counts;
  for (int share = 1; share < shares; ++share)
    counts.insert(std::max(1, resources * share / shares));
  for (auto const count : counts) {
    if (count == resources) continue;
    for (auto const factor : {1.0, 0.0}) all.push_back({factor, count});
  }
  for (auto const factor : {1.0, 0.0, 1.9}) {
    for (auto const count : {0, (resources + 3) / 4, (resources + 1) / 2}) {
      all.push_back({factor, count, execution_weight::mean, true});
    }
  }
  return all;
}

}  // namespace

void visit_portfolio(cost_model const& costs,
                     std::function<bool(std::vector<assignment>)> const& visit)
{
  auto const by_speed = resources_by_speed(costs);
  for (auto const& v : variants(costs.num_resources())) {
    auto const count = v.num_fastest == 0 ? by_speed.size() : index(v.num_fastest);
    if (!visit(v.backward ? plan_backward(costs, v, by_speed, count)
                          : plan_forward(costs, v, by_speed, count))) {
      return;
    }
  }
}

planned plan_by_portfolio(cost_model const& costs, planning_limits const&)
{
  planned best;
  best.evaluations = 0;
  double makespan  = infinite;
  visit_portfolio(costs, [&](std::vector<assignment> tasks) {
    ++best.evaluations;
    if (auto const found = makespan_of(tasks); found < makespan) {
      makespan   = found;
      best.tasks = std::move(tasks);
    }
    return true;
  });
  return best;
}

}  // namespace heddle
