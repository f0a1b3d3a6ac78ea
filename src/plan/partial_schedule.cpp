#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace heddle {

partial_schedule::partial_schedule(cost_model const& costs, placement how)
  : costs_{costs},
    how_{how},
    has_wide_tasks_{costs.has_wide_tasks()},
    tasks_(costs.num_tasks()),
    timelines_(static_cast<std::size_t>(costs.num_resources())),
    memory_(costs.memory().sizes().size()),
    arrivals_(static_cast<std::size_t>(costs.num_memory_nodes()))
{
  for (int r = 0; r < costs.num_resources(); ++r) {
    auto const free = costs.free_from_seconds(r);
    bool const ever = std::isfinite(free);  // else no task may go there
    if (free > 0 && ever) timelines_[static_cast<std::size_t>(r)].occupy(0, free);
  }
}

std::span<double const> partial_schedule::arrivals(task_id task)
{
  std::fill(arrivals_.begin(), arrivals_.end(), 0.0);
  if (!costs_.is_plain()) begin_arrivals(task);
  auto const predecessors = costs_.edges().predecessors(task);
  auto const bytes        = costs_.edges().bytes_from_predecessors(task);
  for (std::size_t i = 0; i < predecessors.size(); ++i) {
    auto const& before = of(predecessors[i]);
    auto const home    = costs_.memory_nodes()[static_cast<std::size_t>(before.resource)];
    arrive(before.finish_seconds, bytes[i], home);
  }
  return arrivals_;
}

/// The release of the task and the arrival of what lies somewhere from the beginning.
void partial_schedule::begin_arrivals(task_id task)
{
  auto const release = costs_.release_seconds(task);
  auto const located = costs_.located_arrivals(task);
  std::ranges::fill(arrivals_, release);
  for (std::size_t n = 0; n < located.size(); ++n) arrivals_[n] = std::max(release, located[n]);
}

/// Data of a task that ended at `finish` in memory node `from` reach every memory node.
void partial_schedule::arrive(double finish, double bytes, int from)
{
  auto const home = static_cast<std::size_t>(from);
  if (!costs_.uniform_links()) {
    for (std::size_t n = 0; n < arrivals_.size(); ++n) {
      auto const moved = costs_.node_transfer_seconds(bytes, from, static_cast<int>(n));
      arrivals_[n]     = std::max(arrivals_[n], finish + moved);
    }
    return;
  }
  int const elsewhere = from == 0 ? 1 : 0;  // any other: all are equally far
  auto const here     = std::max(arrivals_[home], finish);
  auto const remote   = finish + costs_.node_transfer_seconds(bytes, from, elsewhere);
  for (auto& arrival : arrivals_) arrival = std::max(arrival, remote);
  arrivals_[home] = here;
}

/// The cores of which the task may take some, if the slowest is like `first`, which is left out if
/// `beside`.
void partial_schedule::find_candidates(task_id task, int first, bool beside) const
{
  auto const speed = costs_.speeds()[static_cast<std::size_t>(first)];
  candidates_.clear();
  for (auto const core : costs_.cores_around(task, first)) {
    bool const is_slower = costs_.speeds()[static_cast<std::size_t>(core)] < speed;
    if (!is_slower && !(beside && core == first)) candidates_.push_back(core);
  }
}

/// A time before which fewer than `count` candidates are free for `length`; `start` itself, if that
/// many are free from then on.
double partial_schedule::when_free(int count, double start, double length) const
{
  starts_.clear();
  for (auto const core : candidates_) starts_.push_back(start_on(core, start, length));
  auto const last = starts_.begin() + count - 1;
  std::nth_element(starts_.begin(), last, starts_.end());
  return *last;
}

/// The earliest time from which the first core and enough others are free for `length`. The search
/// ends, for all are free in the end.
double partial_schedule::start_together(task_id task, int first, double ready, double length) const
{
  find_candidates(task, first, true);
  auto start = start_on(first, ready, length);
  while (true) {
    auto const others = when_free(costs_.cores(task) - 1, start, length);
    if (others <= start) return start;
    start = start_on(first, others, length);
  }
}

/// A time before which there is too little memory for `length`; `start` itself, if there is enough
/// from then on.
double partial_schedule::when_enough(task_id task, int resource, double start, double length) const
{
  if (memory_.empty()) return start;
  auto const bytes = costs_.memory().bytes(task, resource);
  for (auto const account : costs_.memory().accounts(bytes, resource)) {
    if (account == memory_limits::no_account) continue;
    auto const a = static_cast<std::size_t>(account);
    start        = memory_[a].first_fit(start, length, costs_.memory().sizes()[a] - bytes);
  }
  return start;
}

/// The earliest time from which cores are free and there is enough memory for `length`. The search
/// ends, for all are free in the end.
double partial_schedule::start_with_memory(task_id task, int resource, double ready,
                                           double length) const
{
  while (true) {
    auto const start  = start_on_cores(task, resource, ready, length);
    auto const enough = when_enough(task, resource, start, length);
    if (enough <= start) return start;
    ready = enough;
  }
}

assignment partial_schedule::earliest_finish(task_id task) const
{
  if (has_wide_tasks_ && costs_.cores(task) > 1) return earliest_finish_together(task);
  assignment best{-1, 0, std::numeric_limits<double>::infinity()};
  for (int r = 0; r < costs_.num_resources(); ++r) {
    auto const candidate = on(task, r);
    if (candidate.finish_seconds < best.finish_seconds) best = candidate;
  }
  return best;
}

/// For a task of several cores. Of cores of one memory node and one speed it does not matter which
/// is asked: all are asked at once.
assignment partial_schedule::earliest_finish_together(task_id task) const
{
  auto const key = [](assignment const& a) { return std::pair{a.finish_seconds, a.resource}; };
  assignment best{-1, 0, std::numeric_limits<double>::infinity()};
  for (int r = 0; r < costs_.num_resources(); ++r) {
    if (std::isinf(costs_.execution_seconds(task, r))) continue;
    auto const group    = is_wide(task, r) ? costs_.cores_around(task, r) : std::span<int const>{};
    bool const one_node = !group.empty() && node_of(group.front()) == node_of(group.back());
    if (one_node && r != first_alike(group, r)) continue;
    auto const candidate = one_node ? on_any_alike(task, r) : on(task, r);
    if (candidate.resource < 0) continue;
    if (best.resource < 0 || key(candidate) < key(best)) best = candidate;
  }
  return best;
}

/// The first of the group that is as fast.
int partial_schedule::first_alike(std::span<int const> group, int core) const
{
  return *std::ranges::find_if(group, [&](int other) {
    return costs_.speeds()[static_cast<std::size_t>(other)] ==
           costs_.speeds()[static_cast<std::size_t>(core)];
  });
}

/// The earliest finish with any core of the memory node that is as fast as `core` as the first;
/// none if, by then, faster ones are free, with which the task finishes earlier.
assignment partial_schedule::on_any_alike(task_id task, int core) const
{
  auto const execution = costs_.execution_seconds(task, core);
  auto const cores     = costs_.cores(task);
  auto start           = arrivals_[static_cast<std::size_t>(node_of(core))];
  find_candidates(task, core, false);
  while (true) {
    auto const free   = std::max(start, when_free(cores, start, execution));
    auto const enough = when_enough(task, core, free, execution);
    if (enough <= start) break;
    start = enough;
  }
  for (auto const first : candidates_) {
    auto const is_alike = costs_.speeds()[static_cast<std::size_t>(first)] ==
                          costs_.speeds()[static_cast<std::size_t>(core)];
    if (is_alike && start_on(first, start, execution) <= start) {
      return {first, start, start + execution};
    }
  }
  return {-1, 0, std::numeric_limits<double>::infinity()};
}

void partial_schedule::place(task_id task, assignment const& where)
{
  tasks_[static_cast<std::size_t>(task)] = where;
  timelines_[static_cast<std::size_t>(where.resource)].occupy(where.start_seconds,
                                                              where.finish_seconds);
  if (is_wide(task, where.resource)) place_others(task, where);
  if (!memory_.empty()) hold_memory(task, where);
}

void partial_schedule::hold_memory(task_id task, assignment const& where)
{
  auto const bytes = costs_.memory().bytes(task, where.resource);
  for (auto const account : costs_.memory().accounts(bytes, where.resource)) {
    if (account == memory_limits::no_account) continue;
    memory_[static_cast<std::size_t>(account)].occupy(where.start_seconds, where.finish_seconds,
                                                      bytes);
  }
}

void partial_schedule::place_others(task_id task, assignment const& where)
{
  auto const length = costs_.execution_seconds(task, where.resource);
  auto missing      = costs_.cores(task) - 1;
  find_candidates(task, where.resource, true);
  for (auto const core : candidates_) {
    if (missing == 0) return;
    if (start_on(core, where.start_seconds, length) > where.start_seconds) continue;
    timelines_[static_cast<std::size_t>(core)].occupy(where.start_seconds, where.finish_seconds);
    further_cores_.push_back({task, core});
    --missing;
  }
}

std::vector<assignment> partial_schedule::release() &&
{
  std::ranges::stable_sort(further_cores_, {}, &further_core::task);
  for (auto const& [task, core] : further_cores_) {
    auto const first = of(task);
    tasks_.push_back({core, first.start_seconds, first.finish_seconds});
  }
  return std::move(tasks_);
}

}  // namespace heddle
