/// @file
/// Nodes of the search for a shortest schedule.
#pragma once

#include "src/plan/bound/windows.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle {

/// What is fixed throughout the search, laid out for it. Tasks are numbers below 32.
struct exact_problem {
  explicit exact_problem(cost_model const& costs);

  struct output {
    std::size_t task;                      ///< the successor
    std::vector<double> transfer_seconds;  ///< [memory nodes x memory nodes], from x to
  };

  [[nodiscard]] double execution(std::size_t task, std::size_t resource) const
  {
    return execution_seconds[task * num_resources + resource];
  }

  std::size_t num_tasks;
  std::size_t num_resources;
  std::size_t num_nodes;
  std::vector<std::size_t> node_of;          ///< [resources]
  std::vector<bool> is_alone;                ///< [resources], in its memory node
  std::vector<double> execution_seconds;     ///< [tasks x resources]
  std::vector<std::vector<output>> outputs;  ///< [tasks]
  std::vector<std::uint32_t> predecessors;   ///< [tasks], sets
  std::vector<std::size_t> order;            ///< topological
  std::vector<std::size_t> by_tail;          ///< tasks by falling tail
  std::vector<double> tail;                  ///< [tasks], see `task_windows`
  std::vector<double> least_seconds;         ///< [tasks]
  std::vector<double> most_transfer;         ///< [tasks], of their outputs
  std::vector<double> work;                  ///< [tasks], see `relaxation`
  std::vector<double> speed;                 ///< [resources], likewise
  bool uniform_links;

 private:
  void take_resources(cost_model const& costs);
  void take_task(task_id task, cost_model const& costs);
};

/// A partial schedule as far as those that complete it can see it.
struct partial_plan {
  explicit partial_plan(exact_problem const& p)
    : arrival(p.num_tasks * p.num_nodes), free(p.num_resources)
  {
  }

  [[nodiscard]] bool has(std::size_t task) const { return (placed >> task & 1) != 0; }

  [[nodiscard]] bool is_ready(std::size_t task, exact_problem const& p) const
  {
    return !has(task) && (p.predecessors[task] & ~placed) == 0;
  }

  /// When `resource` could start another task.
  [[nodiscard]] double free_from(std::size_t resource) const
  {
    return std::max(free[resource], last_start);
  }

  /// When `task` could start on `resource`, for all that is placed so far.
  [[nodiscard]] double start(std::size_t task, std::size_t resource, exact_problem const& p) const
  {
    return std::max(free_from(resource), arrival[task * p.num_nodes + p.node_of[resource]]);
  }

  std::vector<double> arrival;  ///< [tasks x memory nodes], of inputs from placed tasks
  std::vector<double> free;     ///< [resources], end of what each has
  double last_start    = 0;     ///< of the task placed last: no other one starts earlier
  std::uint32_t placed = 0;     ///< set of tasks
};

/// One more task on a resource.
struct step {
  std::size_t task;
  std::size_t resource;
  double start;
  double finish;
  double bound = 0;  ///< of all schedules that go on so
};

/// Carries out `next`.
void append(exact_problem const& p, step const& next, partial_plan& to);

}  // namespace heddle
