#include "src/plan/list/list_schedulers.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

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

class lookahead {
 public:
  explicit lookahead(cost_model const& costs)
    : costs_{costs},
      so_far_{costs, placement::insert},
      free_(index(costs.num_resources())),
      nodes_(index(costs.num_memory_nodes())),
      arrivals_(costs.num_tasks() * nodes_)
  {
  }

  std::vector<assignment> run() &&
  {
    for (auto const task : by_upward_rank(costs_)) {
      so_far_.arrivals(task);
      place(task, best_for_successors(task));
    }
    return std::move(so_far_).release();
  }

 private:
  void place(task_id task, assignment const& where)
  {
    so_far_.place(task, where);
    free_[index(where.resource)].occupy(where.start_seconds, where.finish_seconds);
    auto const home       = costs_.memory_nodes()[index(where.resource)];
    auto const successors = costs_.edges().successors(task);
    auto const bytes      = costs_.edges().bytes_to_successors(task);
    for (std::size_t s = 0; s < successors.size(); ++s) {
      auto const row =
        arrivals_.begin() + static_cast<std::ptrdiff_t>(index(successors[s]) * nodes_);
      for (int n = 0; n < costs_.num_memory_nodes(); ++n) {
        auto const moved = costs_.node_transfer_seconds(bytes[s], home, n);
        row[n]           = std::max(row[n], where.finish_seconds + moved);
      }
    }
  }

  assignment best_for_successors(task_id task) const
  {
    assignment best{-1, 0, infinite};
    double best_end = infinite;
    for (int r = 0; r < costs_.num_resources(); ++r) {
      auto const here = so_far_.on(task, r);
      if (here.resource < 0) continue;
      auto const end = last_successor_ends(task, here);
      if (end < best_end || (end == best_end && here.finish_seconds < best.finish_seconds)) {
        best     = here;
        best_end = end;
      }
    }
    return best;
  }

  /// The latest of the earliest finishes of the successors if `task` ran there; without successors
  /// its own finish.
  double last_successor_ends(task_id task, assignment const& where) const
  {
    auto const successors = costs_.edges().successors(task);
    auto const bytes      = costs_.edges().bytes_to_successors(task);
    double latest         = where.finish_seconds;
    for (std::size_t s = 0; s < successors.size(); ++s) {
      double earliest = infinite;
      for (int r = 0; r < costs_.num_resources(); ++r) {
        auto const execution = costs_.execution_seconds(successors[s], r);
        if (std::isinf(execution)) continue;
        auto const node  = index(costs_.memory_nodes()[index(r)]);
        auto const moved = costs_.transfer_seconds(bytes[s], where.resource, r);
        auto const ready =
          std::max(arrivals_[index(successors[s]) * nodes_ + node], where.finish_seconds + moved);
        // `task` itself is not in the way: whatever starts after its end does not meet it.
        if (ready + execution >= earliest) continue;
        earliest = std::min(earliest, free_[index(r)].first_fit(ready, execution) + execution);
      }
      latest = std::max(latest, earliest);
    }
    return latest;
  }

  cost_model const& costs_;
  partial_schedule so_far_;
  std::vector<timeline> free_;    ///< [resources]
  std::size_t nodes_;             ///< memory nodes
  std::vector<double> arrivals_;  ///< of what is placed: [tasks x memory nodes]
};

}  // namespace

std::vector<assignment> plan_by_lookahead(cost_model const& costs)
{
  return lookahead{costs}.run();
}

}  // namespace heddle
