#include "src/plan/exact/sequencing.hpp"

#include <algorithm>
#include <limits>

// Why no shorter schedule is missed.
//
// Of the shortest schedules with these resources, take one with the least sum of starts, of these
// one with the least sum of start x number of its tasks, counted from the last.
//
// - It is active: no task could start earlier with no other one later, or the sum were less. All
//   active schedules are searched: of the tasks that can come next, let u be the first to end. On
//   its resource a task that starts when u is over leaves room for u before it.
// - A task b right after a on a resource, a without successors, b's inputs there when a starts:
// with
//   both exchanged, a ends where b did and b earlier, and no other start must change. If b is
//   shorter, or as long and before a by number, a sum is less. Hence b after a is not searched.

namespace heddle {

double one_resource_bound(std::span<windowed_task> tasks)
{
  std::sort(tasks.begin(), tasks.end(),
            [](windowed_task const& a, windowed_task const& b) { return a.tail > b.tail; });
  double bound = 0;
  for (auto const& first : tasks) {
    double sum = first.head;
    for (auto const& each : tasks) {
      if (each.head < first.head) continue;
      sum += each.seconds;
      bound = std::max(bound, sum + each.tail);
    }
  }
  return bound;
}

sequencing::sequencing(exact_problem const& p, incumbent& best, search_effort& effort)
  : p_{p},
    best_{best},
    effort_{effort},
    inputs_(p.num_tasks),
    seconds_(p.num_tasks),
    tail_(p.num_tasks),
    head_(p.num_tasks),
    arrival_(p.num_tasks),
    free_(p.num_resources),
    last_(p.num_resources),
    trail_(p.num_tasks),
    next_(p.num_tasks)
{
}

void sequencing::search(std::span<std::size_t const> resource)
{
  resource_ = resource;
  placed_   = 0;
  std::fill(free_.begin(), free_.end(), 0.0);
  std::fill(last_.begin(), last_.end(), -1);
  take_inputs();
  take_tails();
  branch(0);
}

void sequencing::take_inputs()
{
  for (auto& each : inputs_) each.clear();
  for (std::size_t t = 0; t < p_.num_tasks; ++t) {
    seconds_[t]     = p_.execution(t, resource_[t]);
    auto const from = p_.node_of[resource_[t]];
    for (auto const& out : p_.outputs[t]) {
      auto const to = p_.node_of[resource_[out.task]];
      inputs_[out.task].push_back({t, out.transfer_seconds[from * p_.num_nodes + to]});
    }
  }
}

void sequencing::take_tails()
{
  tail_ = p_.tail;
  for (auto t = p_.order.rbegin(); t != p_.order.rend(); ++t) {
    for (auto const& in : inputs_[*t]) {
      tail_[in.task] = std::max(tail_[in.task], in.transfer_seconds + seconds_[*t] + tail_[*t]);
    }
  }
}

void sequencing::find_heads()
{
  for (auto const t : p_.order) {
    if ((placed_ >> t & 1) != 0) continue;
    double arrival = 0;
    for (auto const& in : inputs_[t]) {
      arrival = std::max(arrival, head_[in.task] + seconds_[in.task] + in.transfer_seconds);
    }
    arrival_[t] = arrival;
    head_[t]    = std::max(arrival, free_[resource_[t]]);
  }
}

bool sequencing::is_hopeless()
{
  for (std::size_t r = 0; r < p_.num_resources; ++r) {
    row_.clear();
    for (std::size_t t = 0; t < p_.num_tasks; ++t) {
      if (resource_[t] != r || (placed_ >> t & 1) != 0) continue;
      row_.push_back({head_[t], seconds_[t], tail_[t]});
    }
    if (best_.beats(one_resource_bound(row_))) return true;
  }
  return false;
}

bool sequencing::is_ready(std::size_t task) const
{
  return (placed_ >> task & 1) == 0 && (p_.predecessors[task] & ~placed_) == 0;
}

/// The task that can end first.
std::size_t sequencing::earliest_end() const
{
  std::size_t first = p_.num_tasks;
  double end        = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < p_.num_tasks; ++t) {
    if (!is_ready(t) || head_[t] + seconds_[t] >= end) continue;
    end   = head_[t] + seconds_[t];
    first = t;
  }
  return first;
}

/// See above.
bool sequencing::belongs_earlier(std::size_t task) const
{
  auto const last = last_[resource_[task]];
  if (last < 0) return false;
  auto const before = static_cast<std::size_t>(last);
  return p_.outputs[before].empty() && arrival_[task] <= head_[before] &&
         (seconds_[task] < seconds_[before] ||
          (seconds_[task] == seconds_[before] && task < before));
}

/// What could come next on the resource where a task can end first, the longest tail first.
void sequencing::find_next(std::vector<std::size_t>& next) const
{
  next.clear();
  auto const first = earliest_end();
  auto const end   = head_[first] + seconds_[first];
  for (std::size_t t = 0; t < p_.num_tasks; ++t) {
    bool const is_soon = t == first || head_[t] < end;
    if (resource_[t] == resource_[first] && is_ready(t) && is_soon && !belongs_earlier(t))
      next.push_back(t);
  }
  std::stable_sort(next.begin(), next.end(),
                   [&](std::size_t a, std::size_t b) { return tail_[a] > tail_[b]; });
}

void sequencing::branch(std::size_t depth)
{
  if (effort_.count()) return;
  if (depth == p_.num_tasks) return best_.take(trail_);
  find_heads();
  if (is_hopeless()) return;
  find_next(next_[depth]);
  for (auto const t : next_[depth]) put(t, depth);
}

/// Searches what follows with `task` next on its resource.
void sequencing::put(std::size_t task, std::size_t depth)
{
  find_heads();
  auto const r      = resource_[task];
  auto const free   = free_[r];
  auto const last   = last_[r];
  auto const finish = head_[task] + seconds_[task];
  trail_[depth]     = {task, r, head_[task], finish};
  free_[r]          = finish;
  last_[r]          = static_cast<int>(task);
  placed_ |= std::uint32_t{1} << task;
  branch(depth + 1);
  placed_ &= ~(std::uint32_t{1} << task);
  free_[r] = free;
  last_[r] = last;
}

}  // namespace heddle
