#include "src/plan/multilevel/candidate_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

candidate_schedule::candidate_schedule(cost_model const& costs)
  : costs_{costs},
    tasks_(costs.num_tasks()),
    timelines_(index(costs.num_resources())),
    nodes_(index(costs.num_memory_nodes()))
{
  std::map<std::pair<resource_kind, double>, std::size_t> known;
  for (int r = 0; r < costs.num_resources(); ++r) {
    auto const found = known.try_emplace({costs.kind(r), costs.speeds()[index(r)]}, known.size());
    class_of_.push_back(found.first->second);
    classes_.resize(known.size());
    classes_[class_of_.back()].emplace(0, r);
    nodes_[index(costs.memory_nodes()[index(r)])].emplace(0, r);
  }
  for (auto& node : nodes_) {
    if (node.size() == 1) node.clear();
  }
}

void candidate_schedule::place(task_id task, int proposed)
{
  assignment best{-1, 0, std::numeric_limits<double>::infinity()};
  if (proposed >= 0) try_on(proposed, task, best);
  for (auto const p : costs_.edges().predecessors(task)) {
    auto const resource = tasks_[index(p)].resource;
    try_on(resource, task, best);
    try_first_free(nodes_[index(costs_.memory_nodes()[index(resource)])], task, best);
  }
  for (auto const& each : classes_) try_first_free(each, task, best);
  take(task, best);
}

void candidate_schedule::try_first_free(by_end const& group, task_id task, assignment& best) const
{
  if (!group.empty()) try_on(group.begin()->second, task, best);
}

void candidate_schedule::try_on(int resource, task_id task, assignment& best) const
{
  auto const execution = costs_.execution_seconds(task, resource);
  if (std::isinf(execution)) return;
  auto const predecessors = costs_.edges().predecessors(task);
  auto const bytes        = costs_.edges().bytes_from_predecessors(task);
  double ready            = 0;
  for (std::size_t i = 0; i < predecessors.size(); ++i) {
    auto const& before = tasks_[index(predecessors[i])];
    auto const moved   = costs_.transfer_seconds(bytes[i], before.resource, resource);
    ready              = std::max(ready, before.finish_seconds + moved);
  }
  if (ready + execution >= best.finish_seconds) return;
  auto const start = timelines_[index(resource)].first_fit(ready, execution);
  if (start + execution < best.finish_seconds) best = {resource, start, start + execution};
}

void candidate_schedule::take(task_id task, assignment const& where)
{
  auto& line         = timelines_[index(where.resource)];
  auto const old_end = line.end();
  line.occupy(where.start_seconds, where.finish_seconds);
  tasks_[index(task)] = where;
  makespan_           = std::max(makespan_, where.finish_seconds);
  if (line.end() == old_end) return;
  auto const move = [&](by_end& group) {
    if (group.erase({old_end, where.resource}) > 0) group.emplace(line.end(), where.resource);
  };
  move(classes_[class_of_[index(where.resource)]]);
  move(nodes_[index(costs_.memory_nodes()[index(where.resource)])]);
}

}  // namespace heddle
