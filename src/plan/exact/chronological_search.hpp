/// @file
/// Branch and bound over the starts of tasks, the earliest first.
#pragma once

#include "src/plan/exact/incumbent.hpp"
#include "src/plan/exact/known_states.hpp"
#include "src/plan/exact/partial_plan.hpp"
#include "src/plan/exact/search_effort.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace heddle {

/// Looks for schedules shorter than the incumbent, depth first. A node appends one ready task to
/// one resource: it starts as early as its inputs and the tasks before it there let it, but no
/// earlier than the task appended last.
class chronological_search {
 public:
  chronological_search(exact_problem const& p, incumbent& best, search_effort& effort);

  /// Looks at all schedules, none of which is shorter than `bound`. Returns the least bound of what
  /// it could not look at for lack of effort; infinite: it looked at all.
  double search(double bound);

 private:
  void explore(std::size_t depth, double bound);
  [[nodiscard]] double bound_of(partial_plan const& here);
  [[nodiscard]] double load_left(partial_plan const& here);
  [[nodiscard]] double filled(double work) const;
  void find_steps(partial_plan const& here, double bound, std::vector<step>& steps) const;
  [[nodiscard]] double latest_start(partial_plan const& here) const;
  [[nodiscard]] bool are_interchangeable(step const& a, step const& b,
                                         partial_plan const& here) const;

  exact_problem const& problem_;
  incumbent& best_;
  search_effort& effort_;
  double open_bound_;  ///< of what was not looked at
  known_states known_;
  std::vector<partial_plan> levels_;               ///< [tasks + 1]
  std::vector<std::vector<step>> steps_;           ///< [tasks + 1]
  std::vector<step> trail_;                        ///< [tasks]
  std::vector<std::pair<double, double>> free_{};  ///< resources: from when on, speed
};

}  // namespace heddle
