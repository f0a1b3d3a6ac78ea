/// @file
/// The shortest makespan of very small workflows, by trying everything; such workflows, also in
/// another order.
#pragma once

#include "tests/support/small_workflows.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace heddle::test {

/// Tries every order of the tasks and every resource for each: each task starts as early as its
/// inputs and the tasks before it on its resource let it. For about six tasks on three resources.
class every_schedule {
 public:
  explicit every_schedule(cost_model const& costs)
    : costs_{costs},
      tasks_(costs.num_tasks()),
      free_(static_cast<std::size_t>(costs.num_resources()))
  {
    place_next(0, 0);
  }

  [[nodiscard]] double shortest() const { return best_; }

 private:
  void place_next(std::size_t placed, double makespan)
  {
    if (makespan >= best_) return;
    if (placed == tasks_.size()) {
      best_ = makespan;
      return;
    }
    for (task_id task = 0; task < static_cast<task_id>(tasks_.size()); ++task) {
      if (!is_ready(task)) continue;
      for (int r = 0; r < costs_.num_resources(); ++r) place(task, r, placed, makespan);
    }
  }

  void place(task_id task, int r, std::size_t placed, double makespan)
  {
    auto const t        = static_cast<std::size_t>(task);
    auto& free          = free_[static_cast<std::size_t>(r)];
    auto const was_free = free;
    double start        = free;
    auto const before   = costs_.edges().predecessors(task);
    auto const bytes    = costs_.edges().bytes_from_predecessors(task);
    for (std::size_t i = 0; i < before.size(); ++i) {
      auto const& p = tasks_[static_cast<std::size_t>(before[i])];
      start = std::max(start, p.finish_seconds + costs_.transfer_seconds(bytes[i], p.resource, r));
    }
    free      = start + costs_.execution_seconds(task, r);
    tasks_[t] = {r, start, free};
    place_next(placed + 1, std::max(makespan, free));
    tasks_[t] = {};
    free      = was_free;
  }

  [[nodiscard]] bool is_ready(task_id task) const
  {
    auto const is_placed = [&](task_id t) {
      return tasks_[static_cast<std::size_t>(t)].resource >= 0;
    };
    auto const before = costs_.edges().predecessors(task);
    return !is_placed(task) && std::all_of(before.begin(), before.end(), is_placed);
  }

  cost_model const& costs_;
  std::vector<assignment> tasks_;  ///< [tasks], resource -1: not placed
  std::vector<double> free_;       ///< [resources]
  double best_ = std::numeric_limits<double>::infinity();
};

inline int below(std::mt19937_64& random, int n)
{
  return static_cast<int>(random() % static_cast<std::uint64_t>(n));
}

/// At most `most` tasks: sparse and dense, with much or little to move, some for CPUs or GPUs only.
inline workflow small_workflow(std::mt19937_64& random, int most)
{
  workflow w{"small"};
  int const tasks     = 1 + below(random, most);
  int const density   = below(random, 4);
  int const most_data = 1 + below(random, 30);
  double const tenth  = below(random, 2) == 0 ? 0.1 : 0;  // else times with many ties
  for (int t = 0; t < tasks; ++t) {
    task_info task;
    task.name        = numbered("t", w.num_tasks());
    task.cpu_seconds = below(random, 10) + tenth * below(random, 10);
    if (below(random, 8) == 0) task.cpu_seconds = 0;
    if (below(random, 3) == 0) task.gpu_seconds = below(random, 10) / 4.0;
    if (below(random, 12) == 0 && !std::isnan(task.gpu_seconds)) {
      task.cpu_seconds = task_info::unknown_seconds;
    }
    w.add_task(std::move(task));
    for (int e = 0; e < density && t > 0; ++e) {
      w.add_edge({below(random, t), t, 1.0 * below(random, most_data)});
    }
  }
  return w;
}

/// One to three CPUs and GPUs (at least one of either), on memory nodes of their own or shared.
inline machine small_machine(std::mt19937_64& random)
{
  auto m               = random_machine(random);
  auto const resources = static_cast<std::size_t>(2 + below(random, 2));
  while (m.resources.size() > resources) m.resources.pop_back();
  while (m.resources.size() < resources) {
    auto const nodes = static_cast<int>(m.memory_nodes.size());
    m.resources.push_back({numbered("r", m.resources.size()), resource_kind::cpu,
                           0.5 * (1 + below(random, 6)), below(random, nodes)});
  }
  m.resources.front().kind = resource_kind::cpu;
  if (below(random, 2) == 0) m.resources.back().kind = resource_kind::gpu;
  return m;
}

/// Whether every task can run somewhere.
inline bool can_run(workflow const& w, machine const& m)
{
  auto const is_gpu = [](resource const& r) { return r.kind == resource_kind::gpu; };
  auto const any    = std::any_of(m.resources.begin(), m.resources.end(), is_gpu);
  return any || std::none_of(w.tasks().begin(), w.tasks().end(),
                             [](auto const& t) { return std::isnan(t.cpu_seconds); });
}

/// What costs depend on.
inline task_info copy_of(task_info const& task)
{
  task_info copy;
  copy.name        = task.name;
  copy.cpu_seconds = task.cpu_seconds;
  copy.gpu_seconds = task.gpu_seconds;
  if (task.details) {
    copy.declare().analytic = task.details->analytic;
    copy.declare().run      = task.details->run;
  }
  return copy;
}

/// The same with tasks and resources in another order.
struct relabelled {
  relabelled(workflow const& w, machine const& m, std::mt19937_64& random) : platform{m}
  {
    std::vector<std::size_t> order(w.num_tasks());
    std::vector<task_id> number(w.num_tasks());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    for (auto const old : order) number[old] = work.add_task(copy_of(w.tasks()[old]));
    for (auto const& e : w.edges()) {
      auto const from = static_cast<std::size_t>(e.from);
      auto const to   = static_cast<std::size_t>(e.to);
      work.add_edge({number[from], number[to], e.bytes});
    }
    std::shuffle(platform.resources.begin(), platform.resources.end(), random);
  }

  workflow work{"relabelled"};
  machine platform;
};

}  // namespace heddle::test
