#include "src/trace/run_shape.hpp"

#include <algorithm>
#include <cmath>

namespace heddle {

bool was_started(task_record const& task)
{
  return task.worker >= 0 && task.start_seconds >= 0 && std::isfinite(task.start_seconds);
}

double end_seconds(run_record const& run, task_record const& task)
{
  bool const ended = task.finish_seconds >= 0 && std::isfinite(task.finish_seconds);
  auto const end   = ended ? task.finish_seconds : run.makespan_seconds;
  return end > task.start_seconds && std::isfinite(end) ? end : task.start_seconds;
}

std::string worker_name(run_record const& run, int worker)
{
  auto const i = static_cast<std::size_t>(worker);
  return i < run.workers.size() ? run.workers[i] : "worker " + std::to_string(worker);
}

std::vector<std::string> worker_names(run_record const& run)
{
  auto count = static_cast<int>(run.workers.size());
  for (auto const& task : run.tasks)
    count = std::max({count, task.worker + 1, task.planned_worker + 1});
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(worker_name(run, i));
  return names;
}

}  // namespace heddle
