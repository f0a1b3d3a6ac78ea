#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Places tasks in batches, drawn from those that lengthen the schedule little.
class increase_scheduler {
 public:
  increase_scheduler(cost_model const& costs, std::uint64_t seed) : costs_{costs}, random_{seed} {}

  std::vector<assignment> run()
  {
    waiting_.for_each_entry([&](task_id task) { released_.push_back(task); });
    while (!released_.empty()) {
      begin_batch();
      while (!batch_.empty()) place(choose());
    }
    return std::move(so_far_).release();
  }

 private:
  struct choice {
    std::size_t of_batch;
    int resource;
  };

  [[nodiscard]] std::size_t resources() const { return index(costs_.num_resources()); }

  [[nodiscard]] double increase(std::size_t pair) const
  {
    return std::max(finishes_[pair] - makespan_, 0.0);
  }

  void begin_batch()
  {
    batch_.swap(released_);
    released_.clear();
    finishes_.resize(batch_.size() * resources());
    for (std::size_t i = 0; i < batch_.size(); ++i) judge(i);
  }

  void judge(std::size_t i)
  {
    so_far_.arrivals(batch_[i]);
    for (int r = 0; r < costs_.num_resources(); ++r) {
      finishes_[i * resources() + index(r)] = so_far_.on(batch_[i], r).finish_seconds;
    }
  }

  /// One of the pairs whose increase of the makespan is in the lower half between the least and the
  /// most.
  choice choose()
  {
    auto const pairs = batch_.size() * resources();
    double least = infinite, most = 0;
    for (std::size_t p = 0; p < pairs; ++p) {
      auto const here = increase(p);
      least           = std::min(least, here);
      if (!std::isinf(here)) most = std::max(most, here);
    }
    candidates_.clear();
    for (std::size_t p = 0; p < pairs; ++p) {
      if (increase(p) <= least + (most - least) / 2) candidates_.push_back(p);
    }
    auto const chosen = candidates_[random_() % candidates_.size()];
    return {chosen / resources(), static_cast<int>(chosen % resources())};
  }

  void place(choice const& c)
  {
    auto const task = batch_[c.of_batch];
    so_far_.arrivals(task);
    auto const where = so_far_.on(task, c.resource);
    so_far_.place(task, where);
    makespan_ = std::max(makespan_, where.finish_seconds);
    take_out(c.of_batch);
    waiting_.for_each_released_by(task, [&](task_id next) { released_.push_back(next); });
    update(c.resource);
  }

  void take_out(std::size_t i)
  {
    batch_[i]       = batch_.back();
    auto const last = finishes_.end() - static_cast<std::ptrdiff_t>(resources());
    std::copy(last, finishes_.end(),
              finishes_.begin() + static_cast<std::ptrdiff_t>(i * resources()));
    batch_.pop_back();
    finishes_.resize(batch_.size() * resources());
  }

  void update(int used)
  {
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      if (!costs_.is_plain()) {
        judge(i);
      } else {
        so_far_.arrivals(batch_[i]);
        finishes_[i * resources() + index(used)] = so_far_.on(batch_[i], used).finish_seconds;
      }
    }
  }

  cost_model const& costs_;
  std::mt19937_64 random_;
  partial_schedule so_far_{costs_, placement::append};
  ready_tasks waiting_{costs_.edges()};
  std::vector<task_id> batch_, released_;
  std::vector<double> finishes_;         ///< [batch x resources]
  std::vector<std::size_t> candidates_;  ///< of `choose`
  double makespan_ = 0;
};

}  // namespace

std::vector<assignment> plan_by_wba(cost_model const& costs, std::uint64_t seed)
{
  return increase_scheduler{costs, seed}.run();
}

}  // namespace heddle
