#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/planners.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// One ready task as one resource sees it.
struct offer {
  double key;    ///< `late`: ready + execution; `early`: execution
  double ready;  ///< when its inputs are here
  task_id task;

  friend bool operator>(offer const& a, offer const& b)
  {
    return a.key != b.key ? a.key > b.key : a.task > b.task;
  }
};

/// The ready tasks that one resource could run next.
///
/// Invariant: a task is in `late` or in `early`; in `early` only if its inputs are here when the
/// resource is free, so that its finish is free + execution and the shortest is first. The others
/// are kept by ready + execution, which is their finish unless the resource is free only later:
/// then, as the resource's free time never goes back, it is less than their finish, and the one on
/// top is moved over before it is believed. Each task moves once at most.
class offers {
 public:
  void add(task_id task, double ready, double seconds, double free)
  {
    if (std::isinf(seconds)) return;
    if (ready <= free) {
      early_.push({seconds, ready, task});
    } else {
      late_.push({ready + seconds, ready, task});
    }
  }

  /// The task that would finish first here, and when; infinite if there is none.
  template <class Seconds, class Placed>
  std::pair<double, task_id> best(double free, Seconds seconds, Placed placed)
  {
    while (!early_.empty() && placed(early_.top().task)) early_.pop();
    while (!late_.empty() && (placed(late_.top().task) || late_.top().ready <= free)) {
      auto const top = late_.top();
      late_.pop();
      if (!placed(top.task)) early_.push({seconds(top.task), top.ready, top.task});
    }
    std::pair<double, task_id> first{std::numeric_limits<double>::infinity(), -1};
    if (!early_.empty()) first = {free + early_.top().key, early_.top().task};
    if (!late_.empty()) first = std::min(first, {late_.top().key, late_.top().task});
    return first;
  }

 private:
  using smallest_first = std::priority_queue<offer, std::vector<offer>, std::greater<>>;

  smallest_first late_;
  smallest_first early_;
};

class min_min {
 public:
  explicit min_min(cost_model const& costs)
    : costs_{costs},
      so_far_{costs, placement::append},
      offers_(index(costs.num_resources())),
      placed_(costs.num_tasks())
  {
  }

  std::vector<assignment> run() &&
  {
    ready_tasks waiting{costs_.edges()};
    auto const offer_it = [&](task_id task) { offer_everywhere(task); };
    waiting.for_each_entry(offer_it);
    for (std::size_t step = 0; step < costs_.num_tasks(); ++step) {
      waiting.for_each_released_by(place_next(), offer_it);
    }
    return std::move(so_far_).release();
  }

 private:
  void offer_everywhere(task_id task)
  {
    auto const arrivals = so_far_.arrivals(task);
    for (int r = 0; r < costs_.num_resources(); ++r) {
      offers_[index(r)].add(task, arrivals[index(costs_.memory_nodes()[index(r)])],
                            costs_.execution_seconds(task, r), so_far_.end_of(r));
    }
  }

  task_id place_next()
  {
    std::pair<double, task_id> first{std::numeric_limits<double>::infinity(), -1};
    int where = -1;
    for (int r = 0; r < costs_.num_resources(); ++r) {
      auto const here = offers_[index(r)].best(
        so_far_.end_of(r), [&](task_id t) { return costs_.execution_seconds(t, r); },
        [&](task_id t) { return placed_[index(t)]; });
      if (here < first) {
        first = here;
        where = r;
      }
    }
    auto const task = first.second;
    so_far_.arrivals(task);
    so_far_.place(task, so_far_.on(task, where));
    placed_[index(task)] = true;
    return task;
  }

  cost_model const& costs_;
  partial_schedule so_far_;
  std::vector<offers> offers_;  ///< [resources]
  std::vector<bool> placed_;    ///< [tasks]
};

}  // namespace

std::vector<assignment> plan_by_min_min(cost_model const& costs)
{
  return min_min{costs}.run();
}

}  // namespace heddle
