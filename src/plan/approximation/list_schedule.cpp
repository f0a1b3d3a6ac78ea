#include "src/plan/approximation/list_schedule.hpp"

#include "src/plan/partial_schedule.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

template <class T>
using smallest_first = std::priority_queue<T, std::vector<T>, std::greater<>>;

/// Where a task may go with `which` if the resource is of this kind.
bool fits(kinds which, resource_kind kind)
{
  return which == kinds::either || (which == kinds::cpu) == (kind == resource_kind::cpu);
}

class list_scheduler {
 public:
  list_scheduler(cost_model const& costs, std::span<task_id const> list,
                 std::span<kinds const> may_take)
    : costs_{costs},
      list_{list},
      may_take_{may_take},
      so_far_{costs, placement::append},
      place_in_list_(list.size()),
      missing_(list.size()),
      is_idle_(index(costs.num_resources()), true)
  {
    for (std::size_t i = 0; i < list.size(); ++i) place_in_list_[index(list[i])] = i;
    for (int r = 0; r < costs.num_resources(); ++r) ++num_idle_[index_of(costs.kind(r))];
  }

  std::vector<assignment> run() &&
  {
    for (auto const task : list_) {
      missing_[index(task)] = costs_.edges().predecessors(task).size();
      if (missing_[index(task)] == 0) make_ready(task);
    }
    start_what_can();
    while (!running_.empty()) {
      for (auto const now = running_.top().finish;
           !running_.empty() && running_.top().finish <= now;) {
        end_first();
      }
      start_what_can();
    }
    return std::move(so_far_).release();
  }

 private:
  struct run_of {
    double finish;
    task_id task;

    friend bool operator>(run_of const& a, run_of const& b)
    {
      return a.finish != b.finish ? a.finish > b.finish : a.task > b.task;
    }
  };

  static std::size_t index_of(resource_kind kind) { return kind == resource_kind::cpu ? 0 : 1; }

  void make_ready(task_id task)
  {
    ready_[static_cast<std::size_t>(may_take_[index(task)])].push(place_in_list_[index(task)]);
  }

  void end_first()
  {
    auto const task     = running_.top().task;
    auto const resource = so_far_.of(task).resource;
    running_.pop();
    is_idle_[index(resource)] = true;
    ++num_idle_[index_of(costs_.kind(resource))];
    for (auto const next : costs_.edges().successors(task)) {
      if (--missing_[index(next)] == 0) make_ready(next);
    }
  }

  void start_what_can()
  {
    while (auto* const from = first_that_can_start()) {
      auto const task = list_[from->top()];
      from->pop();
      start(task);
    }
  }

  /// The queue whose first task comes first in the list among those with an idle resource.
  smallest_first<std::size_t>* first_that_can_start()
  {
    smallest_first<std::size_t>* first = nullptr;
    for (auto const which : {kinds::cpu, kinds::gpu, kinds::either}) {
      auto& queue         = ready_[static_cast<std::size_t>(which)];
      bool const has_idle = (fits(which, resource_kind::cpu) && num_idle_[0] > 0) ||
                            (fits(which, resource_kind::gpu) && num_idle_[1] > 0);
      if (queue.empty() || !has_idle) continue;
      if (!first || queue.top() < first->top()) first = &queue;
    }
    return first;
  }

  void start(task_id task)
  {
    so_far_.arrivals(task);
    assignment best{-1, 0, std::numeric_limits<double>::infinity()};
    for (int r = 0; r < costs_.num_resources(); ++r) {
      if (!is_idle_[index(r)] || !fits(may_take_[index(task)], costs_.kind(r))) continue;
      auto const here = so_far_.on(task, r);
      if (here.finish_seconds < best.finish_seconds) best = here;
    }
    so_far_.place(task, best);
    is_idle_[index(best.resource)] = false;
    --num_idle_[index_of(costs_.kind(best.resource))];
    running_.push({best.finish_seconds, task});
  }

  cost_model const& costs_;
  std::span<task_id const> list_;
  std::span<kinds const> may_take_;
  partial_schedule so_far_;
  std::vector<std::size_t> place_in_list_;            ///< [tasks]
  std::vector<std::size_t> missing_;                  ///< [tasks], predecessors not ended
  std::vector<bool> is_idle_;                         ///< [resources]
  std::array<int, 2> num_idle_{};                     ///< CPUs, GPUs
  std::array<smallest_first<std::size_t>, 3> ready_;  ///< [kinds], places in the list
  smallest_first<run_of> running_;
};

}  // namespace

kinds kinds_of(cost_model const& costs, task_id task)
{
  if (std::isinf(costs.seconds_on(resource_kind::gpu, task))) return kinds::cpu;
  return std::isinf(costs.seconds_on(resource_kind::cpu, task)) ? kinds::gpu : kinds::either;
}

std::vector<assignment> list_schedule(cost_model const& costs, std::span<task_id const> list,
                                      std::span<kinds const> may_take)
{
  return list_scheduler{costs, list, may_take}.run();
}

std::vector<assignment> list_schedule(cost_model const& costs, std::span<task_id const> list)
{
  std::vector<kinds> may_take;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    may_take.push_back(kinds_of(costs, static_cast<task_id>(t)));
  }
  return list_schedule(costs, list, may_take);
}

}  // namespace heddle
