#include "src/plan/bound/bounds.hpp"

#include <functional>
#include <limits>
#include <numeric>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double errors   = 1e-9;  ///< relative: what may be rounding decides nothing

std::size_t index(task_id t)
{
  return static_cast<std::size_t>(t);
}

/// Share of one memory node, by task.
struct node_load {
  relaxation const& r;
  double sum = 0;

  void add(task_id task) { sum += r.node_seconds[index(task)]; }
  [[nodiscard]] double seconds() const { return sum; }
};

/// Which tasks must share a memory node: disjoint sets.
class task_groups {
 public:
  explicit task_groups(std::size_t tasks) : of_(tasks) { std::iota(of_.begin(), of_.end(), 0); }

  task_id group(task_id task)
  {
    while (of_[index(task)] != task) {
      task = of_[index(task)] = of_[index(of_[index(task)])];
    }
    return task;
  }

  /// Whether they were apart.
  bool join(task_id a, task_id b)
  {
    auto const into = group(a), from = group(b);
    of_[index(from)] = into;
    return into != from;
  }

  /// [tasks]
  std::vector<task_id> all()
  {
    std::vector<task_id> groups;
    for (std::size_t t = 0; t < of_.size(); ++t) groups.push_back(group(static_cast<task_id>(t)));
    return groups;
  }

 private:
  std::vector<task_id> of_;
};

/// Load of each group between heads and tails, on one memory node; the largest.
double load_of_groups(relaxation const& r, task_windows const& w, std::span<task_id const> group)
{
  constexpr std::size_t most_heads = 32;
  std::vector<std::vector<task_id>> members(group.size());
  for (auto const task : by_falling(w.tail)) members[index(group[index(task)])].push_back(task);
  double most = 0;
  for (auto const& each : members) {
    if (each.size() < 2) continue;
    std::vector<double> heads;
    for (auto const task : each) heads.push_back(w.head[index(task)]);
    most = std::max(
      most, head_tail_bound(w, each, breakpoints(std::move(heads), most_heads), node_load{r}));
  }
  return most;
}

/// The k groups with the most work, each on one of the k fastest memory nodes.
double largest_groups(relaxation const& r, std::span<task_id const> group)
{
  std::vector<double> work(group.size());
  for (std::size_t t = 0; t < group.size(); ++t) work[index(group[t])] += r.work[t];
  std::sort(work.begin(), work.end(), std::greater{});
  double bound = 0, sum = 0, speed = 0;
  for (std::size_t k = 0; k < std::min(work.size(), r.node_speeds.size()); ++k) {
    sum += work[k];
    speed += r.node_speeds[k];
    bound = std::max(bound, sum / speed);
  }
  return bound;
}

/// Judges whether a schedule may be that short.
class length_judge {
 public:
  length_judge(relaxation const& r, task_windows const& w, double length)
    : r_{r}, windows_{w}, limit_{length * (1 + errors)}, groups_{r.num_tasks()}
  {
  }

  /// How long it must be, if not that short; else 0.
  double longer_than() &&
  {
    constexpr int most_rounds = 4;
    for (int i = 0; i < most_rounds && join_tasks(); ++i) {
      windows_ = grouped_windows(r_, windows_, groups_.all());
    }
    auto const group = groups_.all();
    auto const least = std::max({path_bound(r_, windows_), load_of_groups(r_, windows_, group),
                                 largest_groups(r_, group), opening_bound(r_, windows_, group)});
    return least > limit_ ? std::min(least, loosest_) : 0;
  }

 private:
  struct tight_edge {
    double length;  ///< of its longest path, with its transfer
    task_id from;
    task_id to;
  };

  /// Joins over the edges with the longest paths first, so that the shortest used is the longest
  /// that can be. Whether there were any.
  bool join_tasks()
  {
    auto tight = tight_edges();
    std::sort(tight.begin(), tight.end(),
              [](tight_edge const& a, tight_edge const& b) { return a.length > b.length; });
    bool any = false;
    for (auto const& each : tight) {
      if (!groups_.join(each.from, each.to)) continue;
      any      = true;
      loosest_ = std::min(loosest_, each.length);
    }
    return any;
  }

  [[nodiscard]] std::vector<tight_edge> tight_edges() const
  {
    std::vector<tight_edge> tight;
    direction const forwards{r_, false};
    for (std::size_t t = 0; t < r_.num_tasks(); ++t) {
      auto const to        = static_cast<task_id>(t);
      auto const before    = forwards.before(to);
      auto const transfers = forwards.transfers(to);
      auto const rest      = r_.least_seconds[t] + windows_.tail[t];
      for (std::size_t i = 0; i < before.size(); ++i) {
        auto const p      = index(before[i]);
        auto const length = windows_.head[p] + r_.least_seconds[p] + transfers[i] + rest;
        if (transfers[i] > 0 && length > limit_) tight.push_back({length, before[i], to});
      }
    }
    return tight;
  }

  relaxation const& r_;
  task_windows windows_;
  double limit_;
  task_groups groups_;
  double loosest_ = infinite;  ///< shortest path over an edge that joined tasks
};

}  // namespace

double sharing_bound(relaxation const& r, task_windows const& w, double known)
{
  constexpr int most_steps   = 12;
  constexpr double precision = 1e-3;
  constexpr double growth    = 1.25;
  auto const longer_than     = [&](double T) { return length_judge{r, w, T}.longer_than(); };
  double low = known, high = known;
  for (auto least = longer_than(high); least > high; least = longer_than(high)) {
    low  = least;
    high = std::max(least, growth * high);
  }
  for (int i = 0; i < most_steps && high > low * (1 + precision); ++i) {
    auto const middle             = (low + high) / 2;
    auto const least              = longer_than(middle);
    (least > middle ? low : high) = std::max(least, middle);
  }
  for (auto least = longer_than(low); least > low; least = longer_than(low)) low = least;
  return low;
}

}  // namespace heddle
