#include "src/plan/list/last_message.hpp"
#include "src/plan/list/levels.hpp"
#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Places the tasks in this order, each where `choose(task, so_far)` says.
template <class Choose>
std::vector<assignment> place_in_order(cost_model const& costs, std::vector<task_id> const& order,
                                       Choose choose)
{
  partial_schedule so_far{costs, placement::append};
  for (auto const task : order) {
    so_far.arrivals(task);
    so_far.place(task, choose(task, so_far));
  }
  return std::move(so_far).release();
}

/// Where `key(where)` is least, of equal resources the first of these.
template <class Key>
assignment least(task_id task, partial_schedule const& so_far, std::span<int const> resources,
                 Key key)
{
  assignment best;
  double best_key = infinite;
  for (auto const r : resources) {
    auto const here = so_far.on(task, r);
    if (here.resource < 0 || (best.resource >= 0 && key(here) >= best_key)) continue;
    best     = here;
    best_key = key(here);
  }
  return best;
}

std::vector<int> all_resources(cost_model const& costs)
{
  std::vector<int> all(static_cast<std::size_t>(costs.num_resources()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

double start_of(assignment const& a)
{
  return a.start_seconds;
}

/// How soon a task could end, on its favourite resource, if all before it were on theirs and no
/// task waited for another: its strict bounds.
struct favourite {
  int resource  = -1;
  double start  = 0;
  double finish = infinite;
};

favourite favourite_of(task_id task, cost_model const& costs, std::span<favourite const> known)
{
  auto const predecessors = costs.edges().predecessors(task);
  auto const bytes        = costs.edges().bytes_from_predecessors(task);
  favourite best;
  for (int r = 0; r < costs.num_resources(); ++r) {
    double start = 0;
    for (std::size_t i = 0; i < predecessors.size(); ++i) {
      auto const& before = known[static_cast<std::size_t>(predecessors[i])];
      start = std::max(start, before.finish + costs.transfer_seconds(bytes[i], before.resource, r));
    }
    auto const finish = start + costs.execution_seconds(task, r);
    if (finish < best.finish) best = {r, start, finish};
  }
  return best;
}

/// [tasks]
std::vector<favourite> favourites(cost_model const& costs)
{
  std::vector<favourite> all(costs.num_tasks());
  for (auto const task : costs.edges().topological_order) {
    all[static_cast<std::size_t>(task)] = favourite_of(task, costs, all);
  }
  return all;
}

}  // namespace

std::vector<assignment> plan_by_met(cost_model const& costs)
{
  auto const all = all_resources(costs);
  return place_in_order(costs, breadth_first_order(costs.edges()),
                        [&](task_id task, partial_schedule const& so_far) {
                          auto const execution = [&](assignment const& a) {
                            return costs.execution_seconds(task, a.resource);
                          };
                          return least(task, so_far, all, execution);
                        });
}

std::vector<assignment> plan_by_olb(cost_model const& costs)
{
  auto const all = all_resources(costs);
  return place_in_order(
    costs, breadth_first_order(costs.edges()), [&](task_id task, partial_schedule const& so_far) {
      auto const end = [&](assignment const& a) { return so_far.end_of(a.resource); };
      return least(task, so_far, all, end);
    });
}

std::vector<assignment> plan_by_mst(cost_model const& costs)
{
  auto const all = all_resources(costs);
  return place_in_order(costs, breadth_first_order(costs.edges()),
                        [&](task_id task, partial_schedule const& so_far) {
                          return least(task, so_far, all, start_of);
                        });
}

std::vector<assignment> plan_by_msbc(cost_model const& costs)
{
  auto const bounds = favourites(costs);
  auto priority     = downward_levels(costs, execution_weights(costs, execution_weight::mean), 0);
  for (std::size_t t = 0; t < priority.size(); ++t) {
    priority[t] += bounds[t].start + bounds[t].finish;
  }
  auto const fastest_first = resources_by_speed(costs);
  return place_in_order(costs, by_priority(costs.edges(), priority),
                        [&](task_id task, partial_schedule const& so_far) {
                          return least(task, so_far, fastest_first, start_of);
                        });
}

std::vector<assignment> plan_by_fastest(cost_model const& costs)
{
  auto const home = resources_by_speed(costs).front();
  return place_in_order(costs, breadth_first_order(costs.edges()),
                        [&](task_id task, partial_schedule const& so_far) {
                          auto const here = so_far.on(task, home);
                          return here.resource < 0 ? so_far.earliest_finish(task) : here;
                        });
}

std::vector<assignment> plan_by_hlfet(cost_model const& costs)
{
  auto const level = static_levels(costs, execution_weight::mean);
  return place_in_order(
    costs, by_priority(costs.edges(), level),
    [&](task_id task, partial_schedule const& so_far) { return so_far.earliest_finish(task); });
}

std::vector<assignment> plan_by_fcp(cost_model const& costs)
{
  auto const rank = mean_upward_ranks(costs);
  auto const all  = all_resources(costs);
  return place_in_order(
    costs, by_priority(costs.edges(), rank), [&](task_id task, partial_schedule const& so_far) {
      auto const end      = [&](assignment const& a) { return so_far.end_of(a.resource); };
      auto best           = least(task, so_far, all, end);
      auto const enabling = last_message_of(task, costs, so_far).from;
      if (enabling < 0) return best;
      auto const there = so_far.on(task, enabling);
      return there.finish_seconds < best.finish_seconds ? there : best;
    });
}

}  // namespace heddle
