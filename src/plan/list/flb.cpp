#include "src/plan/list/last_message.hpp"
#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <limits>
#include <set>
#include <tuple>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The ready tasks that are best off on one resource.
struct own_tasks {
  std::set<std::pair<double, task_id>> by_level{};    ///< -rank
  std::set<std::pair<double, task_id>> by_message{};  ///< arrival of the last message elsewhere
};

/// Invariant: a ready task belongs to the resource where its last message comes from while that
/// message would arrive elsewhere no sooner than that resource is free; only there it may start
/// before. All others can start on any resource as soon as it is free, or the message is there, and
/// are in one list; the resource that is free first is the best for them.
class flb {
 public:
  explicit flb(cost_model const& costs)
    : costs_{costs},
      so_far_{costs, placement::append},
      rank_{mean_upward_ranks(costs)},
      own_(index(costs.num_resources())),
      messages_(costs.num_tasks())
  {
  }

  std::vector<assignment> run() &&
  {
    ready_tasks waiting{costs_.edges()};
    auto const add = [&](task_id task) { this->add(task); };
    waiting.for_each_entry(add);
    for (std::size_t step = 0; step < costs_.num_tasks(); ++step) {
      auto const [task, where] = choose();
      take(task);
      so_far_.place(task, where);
      let_go(where.resource);
      waiting.for_each_released_by(task, add);
    }
    return std::move(so_far_).release();
  }

 private:
  using entry = std::tuple<double, double, task_id>;  ///< a time, -rank, task

  struct choice {
    task_id task = -1;
    assignment where{-1, 0, std::numeric_limits<double>::infinity()};
  };

  void add(task_id task)
  {
    auto& message = messages_[index(task)];
    message       = last_message_of(task, costs_, so_far_);
    if (message.from >= 0 && message.arrival >= so_far_.end_of(message.from)) {
      auto& own = own_[index(message.from)];
      own.by_level.emplace(-rank_[index(task)], task);
      own.by_message.emplace(message.arrival, task);
    } else {
      free_.insert(free_key_of(task));
    }
  }

  [[nodiscard]] entry free_key_of(task_id task) const
  {
    return {messages_[index(task)].arrival, -rank_[index(task)], task};
  }

  /// The earlier finish of: each resource's own first task there, and the first of all others where
  /// that is free first.
  choice choose()
  {
    choice best;
    if (!free_.empty()) {
      auto const task = std::get<task_id>(*free_.begin());
      consider(task, first_free_for(task), best);
    }
    for (int r = 0; r < costs_.num_resources(); ++r) {
      auto const& own = own_[index(r)].by_level;
      if (!own.empty()) consider(own.begin()->second, r, best);
    }
    return best;
  }

  int first_free_for(task_id task)
  {
    int first = -1;
    so_far_.arrivals(task);
    for (int r = 0; r < costs_.num_resources(); ++r) {
      if (so_far_.on(task, r).resource < 0) continue;
      if (first < 0 || so_far_.end_of(r) < so_far_.end_of(first)) first = r;
    }
    return first;
  }

  void consider(task_id task, int resource, choice& best)
  {
    so_far_.arrivals(task);
    auto where = so_far_.on(task, resource);
    if (where.resource < 0) where = so_far_.earliest_finish(task);
    if (where.finish_seconds < best.where.finish_seconds) best = {task, where};
  }

  void take(task_id task)
  {
    auto const from = messages_[index(task)].from;
    if (free_.erase(free_key_of(task)) == 0) disown(task, own_[index(from)]);
  }

  void disown(task_id task, own_tasks& from) const
  {
    from.by_level.erase({-rank_[index(task)], task});
    from.by_message.erase({messages_[index(task)].arrival, task});
  }

  /// Tasks whose last message is everywhere before `resource` is free again need it no longer.
  void let_go(int resource)
  {
    auto& own = own_[index(resource)];
    while (!own.by_message.empty() && own.by_message.begin()->first < so_far_.end_of(resource)) {
      auto const task = own.by_message.begin()->second;
      disown(task, own);
      free_.insert(free_key_of(task));
    }
  }

  cost_model const& costs_;
  partial_schedule so_far_;
  std::vector<double> rank_;            ///< [tasks]
  std::vector<own_tasks> own_;          ///< [resources]
  std::set<entry> free_;                ///< by the arrival of the last message
  std::vector<last_message> messages_;  ///< [tasks], of those that were ready
};

}  // namespace

std::vector<assignment> plan_by_flb(cost_model const& costs)
{
  return flb{costs}.run();
}

}  // namespace heddle
