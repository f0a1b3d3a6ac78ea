#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/optimistic_costs.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"

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

/// The makespan of a ready task on a resource: when that is free, its execution there, and what
/// follows at least.
class imaginary_makespans {
 public:
  explicit imaginary_makespans(cost_model const& costs)
    : costs_{costs}, ahead_{costs, transfer_time::of_the_link}
  {
  }

  std::vector<assignment> run()
  {
    waiting_.for_each_entry([&](task_id task) { ready_.push_back({task, largest(task)}); });
    while (!ready_.empty()) {
      auto const task  = take_first();
      auto const where = best_place(task);
      so_far_.place(task, where);
      update(where.resource);
      waiting_.for_each_released_by(task, [&](task_id next) {
        ready_.push_back({next, largest(next)});
      });
    }
    return std::move(so_far_).release();
  }

 private:
  struct ready_task {
    task_id id;
    double largest;  ///< makespan
  };

  [[nodiscard]] double makespan(task_id task, int resource) const
  {
    return so_far_.end_of(resource) + costs_.execution_seconds(task, resource) +
           ahead_.after(task, resource);
  }

  [[nodiscard]] double largest(task_id task) const
  {
    double most = 0;
    for (int r = 0; r < costs_.num_resources(); ++r) most = std::max(most, finite(task, r));
    return most;
  }

  /// The makespan, 0 where the task cannot run.
  [[nodiscard]] double finite(task_id task, int resource) const
  {
    auto const here = makespan(task, resource);
    return std::isinf(here) ? 0 : here;
  }

  task_id take_first()
  {
    auto const first = std::max_element(ready_.begin(), ready_.end(),
                                        [this](ready_task const& a, ready_task const& b) {
                                          auto const of_a = priority(a), of_b = priority(b);
                                          return of_a != of_b ? of_a < of_b : a.id > b.id;
                                        });
    auto const task  = first->id;
    *first           = ready_.back();
    ready_.pop_back();
    return task;
  }

  /// The k-th smallest makespan, where k tasks are ready; of fewer resources the largest.
  [[nodiscard]] double priority(ready_task const& task)
  {
    if (ready_.size() >= index(costs_.num_resources())) return task.largest;
    makespans_.clear();
    for (int r = 0; r < costs_.num_resources(); ++r) {
      makespans_.push_back(makespan(task.id, r));
    }
    auto const kth = makespans_.begin() + static_cast<std::ptrdiff_t>(ready_.size() - 1);
    std::nth_element(makespans_.begin(), kth, makespans_.end());
    return std::isinf(*kth) ? task.largest : *kth;
  }

  /// Where the makespan is least; the more tasks wait, the more counts how long this one takes.
  [[nodiscard]] assignment best_place(task_id task)
  {
    auto const waiting = static_cast<double>(ready_.size() + 1) / costs_.num_resources() - 1;
    so_far_.arrivals(task);
    assignment best;
    double least = infinite;
    for (int r = 0; r < costs_.num_resources(); ++r) {
      auto const here = so_far_.on(task, r);
      if (here.resource < 0) continue;
      auto const key =
        makespan(task, r) + std::max(waiting, 0.0) * costs_.execution_seconds(task, r);
      if (best.resource >= 0 && key >= least) continue;
      least = key;
      best  = here;
    }
    return best;
  }

  /// After `used` got a task: makespans only grow.
  void update(int used)
  {
    for (auto& each : ready_) {
      each.largest =
        costs_.is_plain() ? std::max(each.largest, finite(each.id, used)) : largest(each.id);
    }
  }

  cost_model const& costs_;
  optimistic_costs ahead_;
  partial_schedule so_far_{costs_, placement::append};
  ready_tasks waiting_{costs_.edges()};
  std::vector<ready_task> ready_;
  std::vector<double> makespans_;  ///< of `priority`
};

}  // namespace

std::vector<assignment> plan_by_bil(cost_model const& costs)
{
  return imaginary_makespans{costs}.run();
}

}  // namespace heddle
