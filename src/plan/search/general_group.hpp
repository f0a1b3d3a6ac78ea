/// @file
/// The search where the bodies of lanes do not know all that there is to know.
#pragma once

#include "src/plan/search/pace.hpp"
#include "src/plan/search/solution.hpp"
#include "src/plan/search/walk_tables.hpp"

#include <cstdint>
#include <vector>

namespace heddle {

/// One order and one placement, judged by `partial_schedule`: tasks of several cores, releases,
/// located inputs, busy resources and any number of resources. Simulated annealing (Kirkpatrick,
/// Gelatt, Vecchi 1983) with the moves of `order_group`.
///
/// The way it takes follows from its seed and from the evaluations that it may make. Not
/// thread-safe. A move takes as long as a list scheduler that looks at one resource for each task.
class general_group {
 public:
  general_group(search_setting const& setting, solution const& from, std::uint64_t seed);

  /// Searches until the pace says that it is over, or a schedule meets the lower bound.
  void run(search_pace& pace);

  [[nodiscard]] solution const& best() const noexcept { return best_; }
  [[nodiscard]] bool meets_bound() const { return setting_.is_met_by(best_.makespan_seconds); }

 private:
  [[nodiscard]] bool propose();
  [[nodiscard]] bool propose_order(task_id task);
  [[nodiscard]] bool propose_place(task_id task);
  void judge(double progress);

  search_setting setting_;
  kernels::group_random random_;
  solution now_;
  solution next_;
  std::vector<std::int32_t> position_;  ///< [tasks], in the order of `now_`
  solution best_;
};

}  // namespace heddle
