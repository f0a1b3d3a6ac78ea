/// @file
/// Shortest schedules of tasks whose resources are chosen.
#pragma once

#include "src/plan/exact/incumbent.hpp"
#include "src/plan/exact/partial_plan.hpp"
#include "src/plan/exact/search_effort.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle {

/// A task on its resource: how early it can start, how long it takes, what must follow it.
struct windowed_task {
  double head;
  double seconds;
  double tail;
};

/// How long one resource and what is before and after its tasks take at least: the largest, over
/// sets of them, of the least head, the sum of their times and the least tail, which is the length
/// of their preemptive schedule (Carlier 1982). Sorts the tasks by falling tail. Takes O(tasks^2).
[[nodiscard]] double one_resource_bound(std::span<windowed_task> tasks);

/// Orders of tasks on their resources, by branch and bound (Giffler, Thompson 1960; Brucker,
/// Jurisch, Sievers 1994).
class sequencing {
 public:
  sequencing(exact_problem const& p, incumbent& best, search_effort& effort);

  /// Looks for schedules shorter than the incumbent with task t on `resource[t]`.
  void search(std::span<std::size_t const> resource);

 private:
  struct input {
    std::size_t task;
    double transfer_seconds;
  };

  void take_inputs();
  void take_tails();
  void find_heads();
  [[nodiscard]] bool is_hopeless();
  void branch(std::size_t depth);
  [[nodiscard]] bool is_ready(std::size_t task) const;
  [[nodiscard]] std::size_t earliest_end() const;
  void find_next(std::vector<std::size_t>& next) const;
  [[nodiscard]] bool belongs_earlier(std::size_t task) const;
  void put(std::size_t task, std::size_t depth);

  exact_problem const& p_;
  incumbent& best_;
  search_effort& effort_;
  std::span<std::size_t const> resource_{};
  std::vector<std::vector<input>> inputs_;      ///< [tasks]
  std::vector<double> seconds_;                 ///< [tasks], on their resources
  std::vector<double> tail_;                    ///< [tasks]
  std::vector<double> head_;                    ///< [tasks], start of those that have one
  std::vector<double> arrival_;                 ///< [tasks], of the last input
  std::vector<double> free_;                    ///< [resources]
  std::vector<int> last_;                       ///< [resources], task; -1: none
  std::uint32_t placed_ = 0;                    ///< set
  std::vector<step> trail_;                     ///< [tasks]
  std::vector<windowed_task> row_{};            ///< of the resource at hand
  std::vector<std::vector<std::size_t>> next_;  ///< [tasks], by depth
};

}  // namespace heddle
