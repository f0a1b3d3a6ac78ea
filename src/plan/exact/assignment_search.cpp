#include "src/plan/exact/assignment_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

// Why no shorter schedule is missed.
//
// - Bounds: each holds for all schedules with the tasks placed where they are. Paths take the best
//   resource of each task that has none. What a resource can still do before the limit is at most
//   the largest sum of works left that fits; together that must be all the work left.
// - Likeness: of the shortest schedules, which renaming resources alike or tasks alike (the same
//   costs, no edges) turns into each other, the first in the order of the search is never left
//   out: of resources alike it uses the lowest number first, and of tasks alike no later one is on
//   a resource of a lower number.

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double errors   = 1e-12;  ///< relative, of sums

std::vector<std::size_t> by_falling_work(exact_problem const& p)
{
  std::vector<std::size_t> tasks(p.num_tasks);
  std::iota(tasks.begin(), tasks.end(), std::size_t{0});
  std::stable_sort(tasks.begin(), tasks.end(),
                   [&](std::size_t a, std::size_t b) { return p.work[a] > p.work[b]; });
  return tasks;
}

std::vector<double> works(exact_problem const& p)
{
  std::vector<double> all;
  for (auto const t : by_falling_work(p)) all.push_back(p.work[t]);
  return all;
}

bool cost_the_same(exact_problem const& p, std::size_t a, std::size_t b)
{
  for (std::size_t r = 0; r < p.num_resources; ++r) {
    if (p.execution(a, r) != p.execution(b, r)) return false;
  }
  return true;
}

bool are_alike(exact_problem const& p, std::size_t x, std::size_t y)
{
  if (p.speed[x] != p.speed[y]) return false;
  for (std::size_t t = 0; t < p.num_tasks; ++t) {
    if (p.execution(t, x) != p.execution(t, y)) return false;
  }
  return p.node_of[x] == p.node_of[y] || (p.uniform_links && p.is_alone[x] && p.is_alone[y]);
}

}  // namespace

assignment_search::assignment_search(exact_problem const& p, incumbent& best, search_effort& effort)
  : p_{p},
    best_{best},
    effort_{effort},
    sequencing_{p, best, effort},
    order_{by_falling_work(p)},
    work_left_(p.num_tasks + 1),
    sums_{works(p)},
    has_edges_(p.num_tasks),
    twin_(p.num_tasks, none),
    place_(p.num_tasks, none),
    levels_(p.num_tasks + 1),
    steps_(p.num_tasks)
{
  for (auto& each : levels_) {
    each.load.resize(p.num_resources);
    each.head.resize(p.num_tasks * p.num_resources);
    each.tail.resize(p.num_tasks * p.num_resources);
  }
  for (auto i = p.num_tasks; i-- > 0;) work_left_[i] = work_left_[i + 1] + p.work[order_[i]];
  for (std::size_t t = 0; t < p.num_tasks; ++t) {
    has_edges_[t] = p.predecessors[t] != 0 || !p.outputs[t].empty();
  }
  for (std::size_t i = 0; i < p.num_tasks; ++i) {
    auto const t = order_[i];
    for (std::size_t j = 0; j < i && !has_edges_[t]; ++j) {
      if (!has_edges_[order_[j]] && cost_the_same(p, order_[j], t)) twin_[t] = order_[j];
    }
  }
}

bool assignment_search::search()
{
  find_windows(levels_[0]);
  if (has_path(levels_[0])) branch(0);
  return !effort_.is_stopped();
}

void assignment_search::branch(std::size_t depth)
{
  if (effort_.count()) return;
  if (depth == p_.num_tasks) return sequencing_.search(place_);
  find_steps(depth);
  auto const task = order_[depth];
  auto& there     = levels_[depth + 1];
  for (auto const& [load, r] : steps_[depth]) {
    if (best_.beats(load) || effort_.is_stopped()) break;
    place_[task]  = r;
    there         = levels_[depth];
    there.load[r] = load;
    if (!is_hopeless(depth + 1, r)) branch(depth + 1);
  }
  place_[task] = none;
}

/// Where the next task could run, the least load first.
void assignment_search::find_steps(std::size_t depth)
{
  auto& steps      = steps_[depth];
  auto const task  = order_[depth];
  auto const least = least_resource(depth);
  steps.clear();
  for (std::size_t r = least; r < p_.num_resources; ++r) {
    if (std::isinf(p_.execution(task, r)) || is_tried(depth, r)) continue;
    steps.push_back({levels_[depth].load[r] + p_.execution(task, r), r});
  }
  std::sort(steps.begin(), steps.end());
}

/// Whether a resource alike with a lower number has no task either.
bool assignment_search::is_tried(std::size_t depth, std::size_t resource) const
{
  auto const is_empty = [&](std::size_t r) {
    return std::none_of(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(depth),
                        [&](std::size_t t) { return place_[t] == r; });
  };
  for (std::size_t r = 0; r < resource; ++r) {
    if (are_alike(p_, r, resource) && is_empty(r) && is_empty(resource)) return true;
  }
  return false;
}

std::size_t assignment_search::least_resource(std::size_t depth) const
{
  auto const twin = twin_[order_[depth]];
  return twin == none ? 0 : place_[twin];
}

bool assignment_search::is_hopeless(std::size_t depth, std::size_t resource)
{
  auto& here = levels_[depth];
  if (!fits(here, depth)) return true;
  if (!has_edges_[order_[depth - 1]]) return !fits_on(here, resource);
  find_windows(here);
  if (!has_path(here)) return true;
  for (std::size_t r = 0; r < p_.num_resources; ++r) {
    if (!fits_on(here, r)) return true;
  }
  return false;
}

/// Whether the resources can do what is left before the limit.
bool assignment_search::fits(level const& here, std::size_t depth) const
{
  double most = 0;
  for (std::size_t r = 0; r < p_.num_resources; ++r) {
    auto const capacity = (best_.limit() - here.load[r]) * p_.speed[r];
    most += sums_.filled(p_.num_tasks - depth, capacity + errors * best_.limit() * p_.speed[r]);
  }
  return most * (1 + errors) >= work_left_[depth];
}

/// Whether the tasks of a resource can all be done between their heads and tails.
bool assignment_search::fits_on(level const& here, std::size_t resource)
{
  row_.clear();
  for (std::size_t t = 0; t < p_.num_tasks; ++t) {
    if (place_[t] != resource) continue;
    auto const i = t * p_.num_resources + resource;
    row_.push_back({here.head[i], p_.execution(t, resource), here.tail[i]});
  }
  return !best_.beats(one_resource_bound(row_));
}

/// Of all tasks on all resources, for the others where they may run.
void assignment_search::find_windows(level& here) const
{
  std::fill(here.head.begin(), here.head.end(), 0.0);
  std::fill(here.tail.begin(), here.tail.end(), 0.0);
  for (auto const t : p_.order) {
    for (auto const& out : p_.outputs[t]) raise_heads(here, t, out);
  }
  for (auto t = p_.order.rbegin(); t != p_.order.rend(); ++t) {
    for (auto const& out : p_.outputs[*t]) raise_tails(here, *t, out);
  }
}

/// To when the output of `task` can be there.
void assignment_search::raise_heads(level& here, std::size_t task,
                                    exact_problem::output const& out) const
{
  auto const num = p_.num_resources;
  for (std::size_t to = 0; to < num; ++to) {
    double arrival = infinite;
    for (std::size_t from = 0; from < num; ++from) {
      if (!may_use(task, from)) continue;
      auto const end = here.head[task * num + from] + p_.execution(task, from);
      arrival        = std::min(arrival, end + transfer_seconds(out, from, to));
    }
    auto& head = here.head[out.task * num + to];
    head       = std::max(head, arrival);
  }
}

/// To how long what needs the output of `task` takes from its end on.
void assignment_search::raise_tails(level& here, std::size_t task,
                                    exact_problem::output const& out) const
{
  auto const num = p_.num_resources;
  for (std::size_t from = 0; from < num; ++from) {
    double rest = infinite;
    for (std::size_t to = 0; to < num; ++to) {
      if (!may_use(out.task, to)) continue;
      auto const last = p_.execution(out.task, to) + here.tail[out.task * num + to];
      rest            = std::min(rest, transfer_seconds(out, from, to) + last);
    }
    auto& tail = here.tail[task * num + from];
    tail       = std::max(tail, rest);
  }
}

/// Whether every task has a resource where its longest path is short enough.
bool assignment_search::has_path(level const& here) const
{
  for (std::size_t t = 0; t < p_.num_tasks; ++t) {
    double least = infinite;
    for (std::size_t r = 0; r < p_.num_resources; ++r) {
      if (!may_use(t, r)) continue;
      auto const i = t * p_.num_resources + r;
      least        = std::min(least, here.head[i] + p_.execution(t, r) + here.tail[i]);
    }
    if (best_.beats(least)) return false;
  }
  return true;
}

}  // namespace heddle
