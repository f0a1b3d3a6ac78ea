/// @file
/// Branch and bound over the resources of tasks.
#pragma once

#include "src/plan/exact/incumbent.hpp"
#include "src/plan/exact/partial_plan.hpp"
#include "src/plan/exact/search_effort.hpp"
#include "src/plan/exact/sequencing.hpp"
#include "src/plan/exact/subset_sums.hpp"

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace heddle {

/// Looks for schedules shorter than the incumbent, depth first: gives each task a resource, the
/// longest task first, and when all have one, orders them (see `sequencing`). So it looks at the
/// same loads of the resources once, not in all orders of the tasks.
class assignment_search {
 public:
  assignment_search(exact_problem const& p, incumbent& best, search_effort& effort);

  /// Whether it looked at all schedules before the effort was spent.
  bool search();

 private:
  /// What holds of all schedules with the tasks placed so far where they are.
  struct level {
    std::vector<double> load;  ///< [resources], seconds of the tasks placed
    std::vector<double> head;  ///< [tasks x resources]
    std::vector<double> tail;  ///< [tasks x resources]
  };

  void branch(std::size_t depth);
  void find_steps(std::size_t depth);
  [[nodiscard]] bool is_tried(std::size_t depth, std::size_t resource) const;
  [[nodiscard]] std::size_t least_resource(std::size_t depth) const;
  [[nodiscard]] bool is_hopeless(std::size_t depth, std::size_t resource);
  [[nodiscard]] bool fits(level const& here, std::size_t depth) const;
  [[nodiscard]] bool fits_on(level const& here, std::size_t resource);
  void find_windows(level& here) const;
  void raise_heads(level& here, std::size_t task, exact_problem::output const& out) const;
  void raise_tails(level& here, std::size_t task, exact_problem::output const& out) const;
  [[nodiscard]] bool has_path(level const& here) const;

  [[nodiscard]] bool may_use(std::size_t task, std::size_t resource) const
  {
    return place_[task] == none ? !std::isinf(p_.execution(task, resource))
                                : place_[task] == resource;
  }

  [[nodiscard]] double transfer_seconds(exact_problem::output const& out, std::size_t from,
                                        std::size_t to) const
  {
    return out.transfer_seconds[p_.node_of[from] * p_.num_nodes + p_.node_of[to]];
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  exact_problem const& p_;
  incumbent& best_;
  search_effort& effort_;
  sequencing sequencing_;
  std::vector<std::size_t> order_;  ///< tasks by falling work
  std::vector<double> work_left_;   ///< [tasks + 1], of those from there on in `order_`
  subset_sums sums_;
  std::vector<bool> has_edges_;     ///< [tasks]
  std::vector<std::size_t> twin_;   ///< [tasks], the last one before it in `order_` that is alike
  std::vector<std::size_t> place_;  ///< [tasks], resource
  std::vector<level> levels_;       ///< [tasks + 1]
  std::vector<std::vector<std::pair<double, std::size_t>>> steps_;  ///< [tasks]: load, resource
  std::vector<windowed_task> row_{};                                ///< of the resource at hand
};

}  // namespace heddle
