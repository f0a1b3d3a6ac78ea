#include "src/plan/approximation/longest_paths.hpp"

#include <algorithm>
#include <utility>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The longest of these neighbours, with its length; -1: there is none.
std::pair<task_id, double> longest_of(std::span<task_id const> tasks,
                                      std::vector<double> const& length)
{
  std::pair<task_id, double> best{-1, 0};
  for (auto const task : tasks) {
    if (best.first < 0 || length[index(task)] > best.second) best = {task, length[index(task)]};
  }
  return best;
}

}  // namespace

longest_paths::longest_paths(edge_table const& edges, std::vector<double> execution)
  : seconds_{std::move(execution)},
    until_(seconds_),
    from_(seconds_),
    before_(seconds_.size()),
    after_(seconds_.size())
{
  auto const& order = edges.topological_order;
  for (auto const task : order) {
    auto const [by, length] = longest_of(edges.predecessors(task), until_);
    before_[index(task)]    = by;
    until_[index(task)] += length;
    longest_ = std::max(longest_, until_[index(task)]);
  }
  for (auto i = order.size(); i-- > 0;) {
    auto const [by, length] = longest_of(edges.successors(order[i]), from_);
    after_[index(order[i])] = by;
    from_[index(order[i])] += length;
  }
}

double longest_paths::through(task_id task) const
{
  return until_[index(task)] + from_[index(task)] - seconds_[index(task)];
}

std::vector<task_id> longest_paths::tasks_through(task_id task) const
{
  std::vector<task_id> result{task};
  for (auto t = before_[index(task)]; t >= 0; t = before_[index(t)]) result.push_back(t);
  for (auto t = after_[index(task)]; t >= 0; t = after_[index(t)]) result.push_back(t);
  return result;
}

std::vector<std::vector<task_id>> longest_paths::longer_than(double limit, std::size_t count) const
{
  std::vector<task_id> longer;
  for (task_id task = 0; index(task) < seconds_.size(); ++task) {
    if (through(task) > limit) longer.push_back(task);
  }
  std::stable_sort(longer.begin(), longer.end(),
                   [&](task_id a, task_id b) { return through(a) > through(b); });
  std::vector<std::vector<task_id>> result;
  std::vector<bool> covered(seconds_.size());
  for (auto const task : longer) {
    if (result.size() == count) break;
    if (covered[index(task)]) continue;
    result.push_back(tasks_through(task));
    for (auto const each : result.back()) covered[index(each)] = true;
  }
  return result;
}

}  // namespace heddle
