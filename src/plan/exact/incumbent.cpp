#include "src/plan/exact/incumbent.hpp"

#include <algorithm>
#include <utility>

namespace heddle {

void incumbent::take(std::vector<assignment> tasks)
{
  ++taken_;
  double latest = 0;
  for (auto const& task : tasks) latest = std::max(latest, task.finish_seconds);
  if (latest >= makespan_) return;
  constexpr double step = 0.999;  // of the grid: sums of its multiples are exact, bounds are not
  makespan_             = latest;
  limit_                = std::min(proven(), makespan_ - step * grid_);
  tasks_                = std::move(tasks);
}

void incumbent::take(std::span<step const> steps)
{
  std::vector<assignment> tasks(steps.size());
  for (auto const& each : steps) {
    tasks[each.task] = {static_cast<int>(each.resource), each.start, each.finish};
  }
  take(std::move(tasks));
}

}  // namespace heddle
