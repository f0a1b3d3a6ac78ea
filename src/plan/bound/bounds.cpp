#include "src/plan/bound/bounds.hpp"

#include "src/plan/bound/openings.hpp"

#include <limits>
#include <numeric>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(task_id t)
{
  return static_cast<std::size_t>(t);
}

/// Load of all resources, by task.
struct machine_load {
  relaxation const& r;
  load_bound bound{r};

  void add(task_id task) { bound.add(task); }
  [[nodiscard]] double seconds() const { return bound.seconds(); }
};

/// When each task could be the first of its memory node; infinite: never.
std::vector<double> first_starts(relaxation const& r, std::vector<double> const& head,
                                 std::span<task_id const> group, bool backwards)
{
  direction const way{r, backwards};
  std::vector<double> starts;
  for (std::size_t t = 0; t < head.size(); ++t) {
    auto const task   = static_cast<task_id>(t);
    auto const before = way.before(task);
    bool const never  = !group.empty() && std::any_of(before.begin(), before.end(), [&](task_id p) {
      return group[index(p)] == group[t];
    });
    starts.push_back(never ? infinite : start_elsewhere(way, r, head, task));
  }
  return starts;
}

/// Over the sets of all tasks with a tail of at least b: with a task they hold its predecessors.
double one_sided_openings(relaxation const& r, std::vector<double> const& starts,
                          std::vector<double> const& tail)
{
  smallest_values begins{r.node_speeds.size()};
  constexpr double errors = 1e-12;  // relative: those tails are equal
  auto const by_tail      = by_falling(tail);
  double best = 0, work = 0;
  for (std::size_t i = 0; i < by_tail.size(); ++i) {
    auto const t = index(by_tail[i]);
    begins.add(starts[t]);
    work += r.work[t];
    bool const is_last = i + 1 == by_tail.size();
    if (!is_last && tail[index(by_tail[i + 1])] >= tail[t] * (1 - errors)) continue;
    best = std::max(best, tail[t] + earliest_end(work, r.node_speeds, begins.values()));
  }
  return best;
}

/// The least value of each group.
std::vector<double> least_of_groups(std::vector<double> values, std::span<task_id const> group)
{
  if (group.empty()) return values;
  std::vector<double> least(values.size(), infinite);
  for (std::size_t t = 0; t < values.size(); ++t) {
    least[index(group[t])] = std::min(least[index(group[t])], values[t]);
  }
  return least;
}

double two_sided_openings(relaxation const& r, std::vector<double> const& starts,
                          std::vector<double> const& ends)
{
  smallest_values begins{r.node_speeds.size()}, closes{r.node_speeds.size()};
  for (auto const start : starts) begins.add(start);
  for (auto const end : ends) closes.add(end);
  auto lost = begins.values();
  for (std::size_t k = 0; k < lost.size(); ++k) lost[k] += closes.values()[k];
  auto const work = std::accumulate(r.work.begin(), r.work.end(), 0.0);
  return lost.empty() ? 0 : earliest_end(work, r.node_speeds, lost);
}

}  // namespace

std::vector<task_id> by_falling(std::vector<double> const& key)
{
  std::vector<task_id> tasks(key.size());
  std::iota(tasks.begin(), tasks.end(), 0);
  std::stable_sort(tasks.begin(), tasks.end(),
                   [&](task_id a, task_id b) { return key[index(a)] > key[index(b)]; });
  return tasks;
}

std::vector<double> breakpoints(std::vector<double> values, std::size_t most)
{
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() <= most) return values;
  std::vector<double> chosen;
  for (std::size_t i = 0; i < most; ++i) chosen.push_back(values[i * values.size() / most]);
  return chosen;
}

double path_bound(relaxation const& r, task_windows const& w)
{
  double longest = 0;
  for (std::size_t t = 0; t < w.head.size(); ++t) {
    longest = std::max(longest, w.head[t] + r.least_seconds[t] + w.tail[t]);
  }
  return longest;
}

double head_tail_bound(relaxation const& r, task_windows const& w, std::size_t most_heads)
{
  return head_tail_bound(w, by_falling(w.tail), breakpoints(w.head, most_heads), machine_load{r});
}

double opening_bound(relaxation const& r, task_windows const& w)
{
  return opening_bound(r, w, {});
}

double opening_bound(relaxation const& r, task_windows const& w, std::span<task_id const> group)
{
  auto const starts = first_starts(r, w.head, group, false);
  auto const ends   = first_starts(r, w.tail, group, true);
  return std::max(
    {one_sided_openings(r, starts, w.tail), one_sided_openings(r, ends, w.head),
     two_sided_openings(r, least_of_groups(starts, group), least_of_groups(ends, group))});
}

}  // namespace heddle
