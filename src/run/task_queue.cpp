#include "src/run/task_queue.hpp"

#include <algorithm>
#include <tuple>

namespace heddle {

planned_queue::planned_queue(schedule const& s, std::vector<bool> is_cpu,
                             std::vector<std::int32_t> const& position_of)
  : lanes_(s.resource_ids.size()),
    is_cpu_{std::move(is_cpu)},
    states_(s.tasks.size(), state::waiting)
{
  worker_of_.reserve(s.tasks.size());
  for (std::size_t t = 0; t < s.tasks.size(); ++t) {
    worker_of_.push_back(s.tasks[t].resource);
    lanes_[static_cast<std::size_t>(worker_of_[t])].tasks.push_back(static_cast<task_id>(t));
  }
  auto const key = [&](task_id task) {
    auto const t = static_cast<std::size_t>(task);
    return std::tuple{s.tasks[t].start_seconds, s.tasks[t].finish_seconds, position_of[t]};
  };
  for (auto& [tasks, next] : lanes_) {
    std::sort(tasks.begin(), tasks.end(), [&](task_id a, task_id b) { return key(a) < key(b); });
  }
}

int planned_queue::make_ready(task_id task)
{
  auto const t = static_cast<std::size_t>(task);
  states_[t]   = state::ready;
  if (worker_of_[t] == any_worker) for_cpus_.push_back(task);
  return worker_of_[t];
}

void planned_queue::drop(task_id task)
{
  states_[static_cast<std::size_t>(task)] = state::dropped;
}

std::optional<task_id> planned_queue::take(int worker)
{
  auto const w = static_cast<std::size_t>(worker);
  if (is_cpu_[w] && !for_cpus_.empty()) {
    auto const task = for_cpus_.back();
    for_cpus_.pop_back();
    return task;
  }
  auto& [tasks, next]      = lanes_[w];
  auto const state_of_next = [&] { return states_[static_cast<std::size_t>(tasks[next])]; };
  while (next < tasks.size() && state_of_next() == state::dropped) ++next;
  if (next == tasks.size() || state_of_next() != state::ready) return std::nullopt;
  return tasks[next++];
}

void planned_queue::put_back(task_id task)
{
  auto const t = static_cast<std::size_t>(task);
  states_[t]   = state::waiting;
  if (worker_of_[t] != any_worker) --lanes_[static_cast<std::size_t>(worker_of_[t])].next;
}

void planned_queue::unready(task_id task)
{
  states_[static_cast<std::size_t>(task)] = state::waiting;
  std::erase(for_cpus_, task);
}

void planned_queue::hand_to_cpus(task_id task)
{
  auto const t  = static_cast<std::size_t>(task);
  states_[t]    = state::waiting;
  worker_of_[t] = any_worker;
}

bool ready_queue::less_urgent(task_id a, task_id b) const
{
  auto const key = [this](task_id task) {
    auto const& u = urgencies_[static_cast<std::size_t>(task)];
    return std::tuple{u.priority, u.upward_rank, -task};
  };
  return key(a) < key(b);
}

int ready_queue::make_ready(task_id task)
{
  heap_.push_back(task);
  std::push_heap(heap_.begin(), heap_.end(),
                 [this](task_id a, task_id b) { return less_urgent(a, b); });
  return any_worker;
}

std::optional<task_id> ready_queue::take(int)
{
  if (heap_.empty()) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(),
                [this](task_id a, task_id b) { return less_urgent(a, b); });
  auto const task = heap_.back();
  heap_.pop_back();
  return task;
}

}  // namespace heddle
