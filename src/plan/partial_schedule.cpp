#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle {

partial_schedule::partial_schedule(cost_model const& costs, placement how)
  : costs_{costs},
    how_{how},
    tasks_(costs.num_tasks()),
    timelines_(static_cast<std::size_t>(costs.num_resources())),
    arrivals_(static_cast<std::size_t>(costs.num_memory_nodes()))
{
}

std::span<double const> partial_schedule::arrivals(task_id task)
{
  std::fill(arrivals_.begin(), arrivals_.end(), 0.0);
  auto const predecessors = costs_.edges().predecessors(task);
  auto const bytes        = costs_.edges().bytes_from_predecessors(task);
  for (std::size_t i = 0; i < predecessors.size(); ++i) {
    auto const& before = of(predecessors[i]);
    auto const home    = costs_.memory_nodes()[static_cast<std::size_t>(before.resource)];
    arrive(before.finish_seconds, bytes[i], home);
  }
  return arrivals_;
}

/// Data of a task that ended at `finish` in memory node `from` reach every memory node.
void partial_schedule::arrive(double finish, double bytes, int from)
{
  auto const home = static_cast<std::size_t>(from);
  if (!costs_.uniform_links()) {
    for (std::size_t n = 0; n < arrivals_.size(); ++n) {
      auto const moved = costs_.node_transfer_seconds(bytes, from, static_cast<int>(n));
      arrivals_[n]     = std::max(arrivals_[n], finish + moved);
    }
    return;
  }
  int const elsewhere = from == 0 ? 1 : 0;  // any other: all are equally far
  auto const here     = std::max(arrivals_[home], finish);
  auto const remote   = finish + costs_.node_transfer_seconds(bytes, from, elsewhere);
  for (auto& arrival : arrivals_) arrival = std::max(arrival, remote);
  arrivals_[home] = here;
}

assignment partial_schedule::on(task_id task, int resource) const
{
  auto const r         = static_cast<std::size_t>(resource);
  auto const execution = costs_.execution_seconds(task, resource);
  if (std::isinf(execution)) return {-1, 0, std::numeric_limits<double>::infinity()};
  auto const ready = arrivals_[static_cast<std::size_t>(costs_.memory_nodes()[r])];
  auto const start = how_ == placement::insert ? timelines_[r].first_fit(ready, execution)
                                               : std::max(ready, timelines_[r].end());
  return {resource, start, start + execution};
}

assignment partial_schedule::earliest_finish(task_id task) const
{
  assignment best{-1, 0, std::numeric_limits<double>::infinity()};
  for (int r = 0; r < costs_.num_resources(); ++r) {
    auto const candidate = on(task, r);
    if (candidate.finish_seconds < best.finish_seconds) best = candidate;
  }
  return best;
}

void partial_schedule::place(task_id task, assignment const& where)
{
  tasks_[static_cast<std::size_t>(task)] = where;
  timelines_[static_cast<std::size_t>(where.resource)].occupy(where.start_seconds,
                                                              where.finish_seconds);
}

}  // namespace heddle
