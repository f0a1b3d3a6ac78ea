#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <set>
#include <tuple>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// The resources take tasks as time goes by; a task is ready when its predecessors have ended.
class heteroprio {
 public:
  explicit heteroprio(cost_model const& costs)
    : costs_{costs},
      so_far_{costs, placement::append},
      waiting_{costs.edges()},
      rank_{mean_upward_ranks(costs)}
  {
    for (int r = 0; r < costs.num_resources(); ++r) set_idle(r);
  }

  std::vector<assignment> run() &&
  {
    waiting_.for_each_entry([&](task_id task) { ready_.insert(key_of(task)); });
    while (true) {
      std::erase_if(idle_, [&](auto const& each) { return start_on(each.second); });
      if (running_.empty()) return std::move(so_far_).release();
      finish_next();
    }
  }

 private:
  using entry = std::tuple<double, double, task_id>;  ///< acceleration, rank or -rank, task

  static constexpr double cpu_only         = -1;
  static constexpr double gpu_only         = std::numeric_limits<double>::infinity();
  static constexpr double most_accelerated = std::numeric_limits<double>::max();

  /// GPUs take from the end, CPUs from the front; on either side the larger rank first. Tasks that
  /// one side cannot run are the last for it.
  [[nodiscard]] entry key_of(task_id task) const
  {
    auto const cpu  = costs_.seconds_on(resource_kind::cpu, task);
    auto const gpu  = costs_.seconds_on(resource_kind::gpu, task);
    auto const rank = rank_[index(task)];
    if (std::isinf(gpu)) return {cpu_only, -rank, task};
    if (std::isinf(cpu)) return {gpu_only, rank, task};
    auto const acceleration = cpu == gpu ? 1 : std::min(cpu / gpu, most_accelerated);
    return {acceleration, acceleration > 1 ? rank : -rank, task};
  }

  /// Starts the first task from the resource's side that it can run; false: there is none.
  bool start_on(int resource)
  {
    auto const can_run = [&](entry const& e) {
      return std::isfinite(costs_.execution_seconds(std::get<task_id>(e), resource));
    };
    auto found = ready_.end();
    if (costs_.kind(resource) == resource_kind::gpu) {
      auto const last = std::find_if(ready_.rbegin(), ready_.rend(), can_run);
      if (last != ready_.rend()) found = std::prev(last.base());
    } else {
      found = std::find_if(ready_.begin(), ready_.end(), can_run);
    }
    if (found == ready_.end()) return false;
    auto const task = std::get<task_id>(*found);
    ready_.erase(found);
    so_far_.arrivals(task);
    auto const where = so_far_.on(task, resource);
    so_far_.place(task, where);
    running_.emplace(where.finish_seconds, task);
    return true;
  }

  void set_idle(int resource) { idle_.emplace(-costs_.speeds()[index(resource)], resource); }

  /// Moves on to the next time at which a task ends, and ends all that end then.
  void finish_next()
  {
    auto const now = running_.top().first;
    while (!running_.empty() && running_.top().first == now) {
      auto const task = running_.top().second;
      running_.pop();
      set_idle(so_far_.of(task).resource);
      waiting_.for_each_released_by(task, [&](task_id next) { ready_.insert(key_of(next)); });
    }
  }

  cost_model const& costs_;
  partial_schedule so_far_;
  ready_tasks waiting_;
  std::vector<double> rank_;               ///< [tasks]
  std::set<std::pair<double, int>> idle_;  ///< -speed, resource: the fastest takes first
  std::set<entry> ready_;
  std::priority_queue<std::pair<double, task_id>, std::vector<std::pair<double, task_id>>,
                      std::greater<>>
    running_;  ///< by finish
};

}  // namespace

std::vector<assignment> plan_by_heteroprio(cost_model const& costs)
{
  return heteroprio{costs}.run();
}

}  // namespace heddle
