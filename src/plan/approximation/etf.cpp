#include "src/plan/approximation/approximations.hpp"
#include "src/plan/approximation/guarantees.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// A start on one resource; smaller is better.
struct offer {
  double start      = std::numeric_limits<double>::infinity();
  std::size_t place = 0;  ///< of the task in the order of upward ranks

  friend bool operator>(offer const& a, offer const& b)
  {
    return std::tie(a.start, a.place) > std::tie(b.start, b.place);
  }
};

/// The ready tasks that one resource could start next.
///
/// Invariant: a task is in `waiting`, by when its inputs are here, or in `here`, by rank, if they
/// are when the resource is free. As a resource's free time never goes back, a task moves once at
/// most, and only from `waiting` to `here`.
class offers {
 public:
  void add(std::size_t place, double ready) { waiting_.push({ready, place}); }

  /// The best start; `placed(place)` says which tasks are gone.
  template <class Placed>
  offer best(double free, Placed placed)
  {
    while (!waiting_.empty() && (placed(waiting_.top().place) || waiting_.top().start <= free)) {
      if (!placed(waiting_.top().place)) here_.push(waiting_.top().place);
      waiting_.pop();
    }
    while (!here_.empty() && placed(here_.top())) here_.pop();
    if (!here_.empty()) return {free, here_.top()};
    return waiting_.empty() ? offer{} : waiting_.top();
  }

 private:
  template <class T>
  using smallest_first = std::priority_queue<T, std::vector<T>, std::greater<>>;

  smallest_first<offer> waiting_;
  smallest_first<std::size_t> here_;
};

class earliest_task_first {
 public:
  explicit earliest_task_first(cost_model const& costs)
    : costs_{costs},
      so_far_{costs, placement::append},
      list_{by_upward_rank(costs)},
      place_in_list_(list_.size()),
      placed_(list_.size()),
      offers_(index(costs.num_resources()))
  {
    for (std::size_t i = 0; i < list_.size(); ++i) place_in_list_[index(list_[i])] = i;
  }

  std::vector<assignment> run() &&
  {
    std::vector<std::size_t> missing(list_.size());
    for (auto const task : list_) {
      missing[index(task)] = costs_.edges().predecessors(task).size();
      if (missing[index(task)] == 0) offer_everywhere(task);
    }
    for (std::size_t step = 0; step < list_.size(); ++step) {
      for (auto const next : costs_.edges().successors(place_next())) {
        if (--missing[index(next)] == 0) offer_everywhere(next);
      }
    }
    return std::move(so_far_).release();
  }

 private:
  void offer_everywhere(task_id task)
  {
    auto const arrivals = so_far_.arrivals(task);
    for (int r = 0; r < costs_.num_resources(); ++r) {
      if (std::isinf(costs_.execution_seconds(task, r))) continue;
      offers_[index(r)].add(place_in_list_[index(task)],
                            arrivals[index(costs_.memory_nodes()[index(r)])]);
    }
  }

  task_id place_next()
  {
    offer best;
    int where = -1;
    for (int r = 0; r < costs_.num_resources(); ++r) {
      auto const here = offers_[index(r)].best(so_far_.end_of(r),
                                               [&](std::size_t place) { return placed_[place]; });
      if (!(best > here)) continue;
      best  = here;
      where = r;
    }
    auto const task = list_[best.place];
    so_far_.arrivals(task);
    so_far_.place(task, so_far_.on(task, where));
    placed_[best.place] = true;
    return task;
  }

  cost_model const& costs_;
  partial_schedule so_far_;
  std::vector<task_id> list_;               ///< by decreasing upward rank
  std::vector<std::size_t> place_in_list_;  ///< [tasks]
  std::vector<bool> placed_;                ///< [tasks], by place
  std::vector<offers> offers_;              ///< [resources]
};

}  // namespace

planned plan_by_etf(cost_model const& costs, planning_limits const&)
{
  planned result{earliest_task_first{costs}.run()};
  give(result, etf_promise(costs));
  return result;
}

}  // namespace heddle
