/// @file
/// Dynamic list scheduling: of all ready tasks, again and again the one that a rule likes best.
#pragma once

#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace heddle {

/// Where a rule would place a ready task now, and how urgent that is.
struct candidate {
  task_id task = -1;
  assignment where{};
  double key   = 0;   ///< the smallest goes first,
  double tie   = 0;   ///< of equal ones the smallest of these, then the smallest id
  int also_saw = -1;  ///< a second resource whose load decided the key; -1: none

  friend bool operator<(candidate const& a, candidate const& b)
  {
    return std::tie(a.key, a.tie, a.task) < std::tie(b.key, b.tie, b.task);
  }
};

/// When tasks that became ready may be chosen: at once, or only when all that were ready before are
/// placed, which keeps the batches of the mapping heuristics for independent tasks.
enum class readiness { at_once, in_batches };

/// Places all tasks, each after what its resource already has.
///
/// A candidate stays as it is until a resource that it names gets a task: load only grows, so that
/// what was not the best elsewhere does not become it. That holds where a task takes one resource;
/// elsewhere all candidates are judged anew each time. Not thread-safe.
template <class Judge>
class dynamic_list_scheduler {
 public:
  dynamic_list_scheduler(cost_model const& costs, Judge judge, readiness when)
    : costs_{costs},
      judge_{std::move(judge)},
      when_{when},
      so_far_{costs, placement::append},
      waiting_{costs.edges()}
  {
  }

  std::vector<assignment> run() &&
  {
    waiting_.for_each_entry([&](task_id task) { ready_.push_back(judged(task)); });
    while (!ready_.empty()) {
      auto const placed = place_first();
      judge_anew(placed.where.resource);
      release_after(placed.task);
    }
    return std::move(so_far_).release();
  }

 private:
  candidate judged(task_id task)
  {
    so_far_.arrivals(task);
    auto found = judge_(task, std::as_const(so_far_));
    found.task = task;
    return found;
  }

  candidate place_first()
  {
    auto const first  = std::min_element(ready_.begin(), ready_.end());
    auto const chosen = *first;
    *first            = ready_.back();
    ready_.pop_back();
    so_far_.place(chosen.task, chosen.where);
    return chosen;
  }

  void judge_anew(int used)
  {
    for (auto& each : ready_) {
      bool const is_touched = each.where.resource == used || each.also_saw == used;
      if (is_touched || !costs_.is_plain()) each = judged(each.task);
    }
  }

  void release_after(task_id placed)
  {
    waiting_.for_each_released_by(placed, [&](task_id task) { released_.push_back(task); });
    if (when_ == readiness::in_batches && !ready_.empty()) return;
    for (auto const task : released_) ready_.push_back(judged(task));
    released_.clear();
  }

  cost_model const& costs_;
  Judge judge_;
  readiness when_;
  partial_schedule so_far_;
  ready_tasks waiting_;
  std::vector<candidate> ready_;
  std::vector<task_id> released_;  ///< but not judged yet
};

/// Places all tasks by a rule: `judge(task, so_far)` gives the `candidate` of a ready task; the
/// arrivals of its inputs are computed already.
///
/// Takes O(tasks x ready tasks) comparisons, and as a rule O(tasks x ready tasks) judgements, of
/// which about one in `resources` is made where loads are even.
template <class Judge>
std::vector<assignment> dynamic_list(cost_model const& costs, Judge judge,
                                     readiness when = readiness::at_once)
{
  return dynamic_list_scheduler<Judge>{costs, std::move(judge), when}.run();
}

}  // namespace heddle
