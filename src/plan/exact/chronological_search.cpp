#include "src/plan/exact/chronological_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

// Why the search finds a shortest schedule.
//
// A node is a partial schedule N with its last start; a completion of N places the other tasks, on
// each resource after what it has and no earlier than the last start. Let V(N) be the shortest
// makespan of a completion. Each rule keeps V(N), so that by induction from the leaves the root is
// searched for V(nothing placed), the optimum:
//
// - Branching: make every start of a shortest completion as early as its inputs, its resource and
//   the last start let it, the orders on the resources unchanged; nothing gets later. Its first
//   task by start, of equal ones one before those that wait for it, is a child of N, and the rest
//   is a completion of that child.
// - Bound: the incumbent is as short as V(N).
// - Idle time: a ready task u could end on a resource r at f, before the child starts, and even
//   over the slowest link its results would arrive no later than if it began with the child, at
//   the earliest, where it is fastest. In a completion by this child r is idle until f, and moving
//   u there makes no other start later and its own earlier. As starts can be made earlier only so
//   often, another child has a completion as short.
// - Interchangeable resources: renaming them turns completions of one child into those of another.
// - Known states: a node M searched before has the same tasks placed, its resources free no later
//   and all inputs there no later. What completes N completes M with the same starts: V(M) <= V(N).

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

chronological_search::chronological_search(exact_problem const& p, incumbent& best,
                                           search_effort& effort)
  : problem_{p},
    best_{best},
    effort_{effort},
    open_bound_{infinite},
    known_{p.num_tasks},
    levels_(p.num_tasks + 1, partial_plan{p}),
    steps_(p.num_tasks + 1),
    trail_(p.num_tasks)
{
}

double chronological_search::search(double bound)
{
  open_bound_ = infinite;
  explore(0, bound);
  return open_bound_;
}

/// Looks at all schedules that complete level `depth`, none of which is shorter than `bound`.
void chronological_search::explore(std::size_t depth, double bound)
{
  auto const& here = levels_[depth];
  if (effort_.count()) {
    open_bound_ = std::min(open_bound_, bound);
    return;
  }
  if (depth == problem_.num_tasks) return best_.take(trail_);
  auto const least = std::max(bound, bound_of(here));
  if (best_.beats(least)) return;
  find_steps(here, least, steps_[depth]);
  for (auto const& next : steps_[depth]) {
    if (best_.beats(next.bound)) break;
    auto& there = levels_[depth + 1];
    there       = here;
    append(problem_, next, there);
    if (known_.is_dominated(problem_, there)) continue;
    trail_[depth] = next;
    explore(depth + 1, next.bound);
  }
}

/// No schedule that completes `here` is shorter: paths from the earliest starts, and what is left
/// to do over the time that is left, with the least tail.
double chronological_search::bound_of(partial_plan const& here)
{
  std::array<double, 32> start{};
  double longest = 0;
  for (auto const t : problem_.order) {
    if (here.has(t)) continue;
    double soonest = infinite, done = infinite;
    for (std::size_t r = 0; r < problem_.num_resources; ++r) {
      if (std::isinf(problem_.execution(t, r))) continue;
      auto const from = std::max(start[t], here.start(t, r, problem_));
      done            = std::min(done, from + problem_.execution(t, r));
      soonest         = std::min(soonest, from);
    }
    longest = std::max(longest, done + problem_.tail[t]);
    for (auto const& out : problem_.outputs[t]) start[out.task] = std::max(start[out.task], done);
  }
  return std::max(longest, load_left(here));
}

double chronological_search::load_left(partial_plan const& here)
{
  free_.clear();
  for (std::size_t r = 0; r < problem_.num_resources; ++r) {
    free_.push_back({here.free_from(r), problem_.speed[r]});
  }
  std::sort(free_.begin(), free_.end());
  double bound = 0, work = 0;
  for (auto const t : problem_.by_tail) {
    if (here.has(t)) continue;
    work += problem_.work[t];
    bound = std::max(bound, filled(work) + problem_.tail[t]);
  }
  return bound;
}

/// When the free resources have done that work at the earliest.
double chronological_search::filled(double work) const
{
  double end = infinite, speed = 0;
  for (auto const& [free, own_speed] : free_) {
    if (free >= end) break;
    speed += own_speed;
    work += own_speed * free;
    end = std::min(end, work / speed);
  }
  return end;
}

/// What could come next, the most promising first.
void chronological_search::find_steps(partial_plan const& here, double bound,
                                      std::vector<step>& steps) const
{
  steps.clear();
  auto const latest = latest_start(here);
  for (std::size_t t = 0; t < problem_.num_tasks; ++t) {
    if (!here.is_ready(t, problem_)) continue;
    auto const first = steps.size();
    for (std::size_t r = 0; r < problem_.num_resources; ++r) {
      auto const start  = here.start(t, r, problem_);
      auto const finish = start + problem_.execution(t, r);
      if (std::isinf(finish) || start >= latest) continue;
      step const one{t, r, start, finish, std::max(bound, finish + problem_.tail[t])};
      auto const is_same = [&](step const& s) { return are_interchangeable(s, one, here); };
      if (std::none_of(steps.begin() + static_cast<std::ptrdiff_t>(first), steps.end(), is_same))
        steps.push_back(one);
    }
  }
  std::sort(steps.begin(), steps.end(), [](step const& a, step const& b) {
    return std::tuple{a.bound, a.start, a.finish, a.task, a.resource} <
           std::tuple{b.bound, b.start, b.finish, b.task, b.resource};
  });
}

/// From when on a ready task could have run before, at no one's cost.
double chronological_search::latest_start(partial_plan const& here) const
{
  double latest = infinite;
  for (std::size_t t = 0; t < problem_.num_tasks; ++t) {
    if (!here.is_ready(t, problem_)) continue;
    for (std::size_t r = 0; r < problem_.num_resources; ++r) {
      auto const finish = here.start(t, r, problem_) + problem_.execution(t, r);
      if (!(problem_.execution(t, r) > 0)) continue;  // its start would not be earlier
      auto const slack = std::max(0.0, problem_.most_transfer[t] - problem_.least_seconds[t]);
      latest           = std::min(latest, finish + slack);
    }
  }
  return latest;
}

/// Whether the same task on either resource leaves the same, but for the names of both.
bool chronological_search::are_interchangeable(step const& a, step const& b,
                                               partial_plan const& here) const
{
  if (a.start != b.start || problem_.speed[a.resource] != problem_.speed[b.resource]) return false;
  for (std::size_t t = 0; t < problem_.num_tasks; ++t) {
    if (problem_.execution(t, a.resource) != problem_.execution(t, b.resource)) return false;
  }
  auto const x = problem_.node_of[a.resource];
  auto const y = problem_.node_of[b.resource];
  if (x == y) return true;
  if (!problem_.uniform_links || !problem_.is_alone[a.resource] || !problem_.is_alone[b.resource])
    return false;
  for (std::size_t t = 0; t < problem_.num_tasks; ++t) {
    auto const* const row = &here.arrival[t * problem_.num_nodes];
    if (!here.has(t) && row[x] != row[y]) return false;
  }
  return true;
}

}  // namespace heddle
