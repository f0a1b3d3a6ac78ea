#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The order, cut where a task follows one of its own group: groups of independent tasks.
std::vector<std::vector<task_id>> independent_groups(edge_table const& edges,
                                                     std::vector<task_id> const& order)
{
  std::vector<std::vector<task_id>> groups;
  std::vector<std::size_t> group_of(edges.num_tasks());
  for (auto const task : order) {
    auto const in_last = [&](task_id p) { return group_of[index(p)] == groups.size(); };
    auto const before  = edges.predecessors(task);
    if (groups.empty() || std::any_of(before.begin(), before.end(), in_last)) {
      groups.emplace_back();
    }
    groups.back().push_back(task);
    group_of[index(task)] = groups.size();
  }
  return groups;
}

/// One group of independent tasks, spread over the resources: first each where it runs shortest,
/// then, while that lowers the latest finish, tasks leave the resource that finishes last.
class balanced_group {
 public:
  balanced_group(cost_model const& costs, partial_schedule& so_far,
                 std::vector<task_id> const& tasks)
    : costs_{costs},
      so_far_{so_far},
      tasks_{tasks},
      nodes_{index(costs.num_memory_nodes())},
      on_(index(costs.num_resources())),
      end_(on_.size())
  {
    for (auto const task : tasks) {
      auto const arrivals = so_far.arrivals(task);
      arrivals_.insert(arrivals_.end(), arrivals.begin(), arrivals.end());
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) on_[index(shortest_for(i))].push_back(i);
    for (int r = 0; r < costs.num_resources(); ++r) line_up(r);
  }

  void place()
  {
    for (std::size_t moves = tasks_.size() * on_.size(); moves > 0 && move_one(); --moves) {
    }
    for (int r = 0; r < costs_.num_resources(); ++r) {
      for (auto const i : on_[index(r)]) {
        so_far_.arrivals(tasks_[i]);
        so_far_.place(tasks_[i], so_far_.on(tasks_[i], r));
      }
    }
  }

 private:
  [[nodiscard]] double ready(std::size_t i, int resource) const
  {
    return arrivals_[i * nodes_ + index(costs_.memory_nodes()[index(resource)])];
  }

  [[nodiscard]] double seconds(std::size_t i, int resource) const
  {
    return costs_.execution_seconds(tasks_[i], resource);
  }

  [[nodiscard]] int shortest_for(std::size_t i) const
  {
    int best = 0;
    for (int r = 1; r < costs_.num_resources(); ++r) {
      if (seconds(i, r) < seconds(i, best)) best = r;
    }
    return best;
  }

  /// The tasks of one resource run in the order in which their inputs arrive.
  void line_up(int resource)
  {
    auto& line = on_[index(resource)];
    std::stable_sort(line.begin(), line.end(), [&](std::size_t a, std::size_t b) {
      return ready(a, resource) < ready(b, resource);
    });
    auto& end = end_[index(resource)];
    end       = so_far_.end_of(resource);
    for (auto const i : line) end = std::max(end, ready(i, resource)) + seconds(i, resource);
  }

  /// Moves the task that would finish earliest at the end of another resource's line, if that is
  /// before the latest finish.
  bool move_one()
  {
    auto const last = static_cast<int>(std::max_element(end_.begin(), end_.end()) - end_.begin());
    auto& line      = on_[index(last)];
    double best     = end_[index(last)];
    auto chosen     = line.end();
    int to          = -1;
    for (auto each = line.begin(); each != line.end(); ++each) {
      for (int r = 0; r < costs_.num_resources(); ++r) {
        if (r == last) continue;
        auto const finish = std::max(end_[index(r)], ready(*each, r)) + seconds(*each, r);
        if (finish < best) best = finish, chosen = each, to = r;
      }
    }
    if (to < 0) return false;
    on_[index(to)].push_back(*chosen);
    line.erase(chosen);
    line_up(to);
    line_up(last);
    return true;
  }

  cost_model const& costs_;
  partial_schedule& so_far_;
  std::vector<task_id> const& tasks_;
  std::size_t nodes_;                         ///< memory nodes
  std::vector<double> arrivals_;              ///< [tasks of the group x memory nodes]
  std::vector<std::vector<std::size_t>> on_;  ///< [resources], positions in the group
  std::vector<double> end_;                   ///< [resources], with their share of the group
};

}  // namespace

std::vector<assignment> plan_by_hbmct(cost_model const& costs)
{
  partial_schedule so_far{costs, placement::append};
  for (auto const& group : independent_groups(costs.edges(), by_upward_rank(costs))) {
    balanced_group{costs, so_far, group}.place();
  }
  return std::move(so_far).release();
}

}  // namespace heddle
