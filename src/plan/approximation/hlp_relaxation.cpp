#include "src/plan/approximation/hlp_relaxation.hpp"

#include "src/plan/approximation/approximations.hpp"
#include "src/plan/approximation/longest_paths.hpp"
#include "src/plan/approximation/min_max_program.hpp"
#include "src/plan/approximation/rounded.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// All resources of one kind.
struct pool {
  pool(cost_model const& costs, resource_kind of) : kind{of}
  {
    for (int r = 0; r < costs.num_resources(); ++r) {
      if (costs.kind(r) != kind) continue;
      total_speed = rounded_up(total_speed + costs.speeds()[index(r)]);
      best_speed  = std::max(best_speed, costs.speeds()[index(r)]);
    }
  }

  resource_kind kind;
  double total_speed = 0;  ///< not below the exact sum
  double best_speed  = 0;
};

/// One way to do a task.
struct way {
  std::size_t on;  ///< a pool
  double load;     ///< what it adds to the pool's load
  double seconds;  ///< what it adds to each path, at the fastest
};

struct path {
  std::vector<task_id> tasks;
  int idle = 0;  ///< programs without a price for it
};

/// A way to split all tasks.
struct point {
  std::vector<double> shares{};  ///< [ways]
  std::vector<double> loads{};   ///< [pools]
  double longest_path = 0;

  [[nodiscard]] double value() const
  {
    double most = longest_path;
    for (auto const each : loads) most = std::max(most, each);
    return most;
  }
};

/// (1 - part) x a + part x b.
std::vector<double> mix(std::vector<double> const& a, std::vector<double> const& b, double part)
{
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = (1 - part) * a[i] + part * b[i];
  return result;
}

/// The part of b in the best mix of both: loads mix linearly, the longest path of a mix is at most
/// the mix of the longest paths.
double best_part(point const& a, point const& b)
{
  min_max_program program{static_cast<std::int32_t>(a.loads.size()) + 1, {0, 2}, {0}};
  for (auto const* each : {&a, &b}) {
    std::int32_t row = 0;
    program.loads.push_back({row, each->longest_path});
    for (auto const load : each->loads) program.loads.push_back({++row, load});
    program.first_load.push_back(static_cast<std::int32_t>(program.loads.size()));
  }
  return solve(program, std::vector<std::int32_t>{0}).shares[1];
}

/// Rows are the pools, then some of the paths. A program's prices prove a bound although paths are
/// missing; its shares may make missing paths longer than its value, which then become rows. To
/// come near the optimum early, paths are also looked for halfway between a program's shares and
/// the best shares known, and these are mixed with the program's.
class cutting_planes {
 public:
  explicit cutting_planes(cost_model const& costs) : costs_{costs}
  {
    for (auto const kind : {resource_kind::cpu, resource_kind::gpu}) {
      pool const p{costs, kind};
      if (p.total_speed > 0) pools_.push_back(p);
    }
    for (std::size_t t = 0; t < costs.num_tasks(); ++t) add_ways(static_cast<task_id>(t));
    begin();
  }

  hlp_relaxation run() &&
  {
    double bound = 0, gap = infinite;
    for (int round = 0, stalled = 0; round < hlp_rounds && stalled < hlp_patience; ++round) {
      auto const solution = solve(make_program(), start_);
      bound               = std::max(bound, solution.lower_bound);
      start_with_largest(solution.shares);
      drop_idle_paths(solution.prices);
      if (!improve(solution) || is_closed(bound, best_.value())) break;
      auto const left = best_.value() - bound;
      stalled         = left < 0.99 * gap ? 0 : stalled + 1;
      gap             = std::min(gap, left);
    }
    return {gpu_shares(), best_.value(), bound};
  }

 private:
  void add_ways(task_id task)
  {
    for (std::size_t p = 0; p < pools_.size(); ++p) {
      auto const seconds = costs_.seconds_on(pools_[p].kind, task);
      if (std::isinf(seconds)) continue;
      // twice: the quotient, and that a schedule rounds seconds / speed
      auto const load = rounded_down(rounded_down(seconds / pools_[p].total_speed));
      ways_.push_back({p, load, seconds / pools_[p].best_speed});
    }
    first_way_.push_back(static_cast<std::int32_t>(ways_.size()));
  }

  /// Every task where it adds least to a load; and, as rows, the longest paths of every task at its
  /// fastest.
  void begin()
  {
    std::vector<double> shares(ways_.size()), fastest;
    for (std::size_t t = 0; t < costs_.num_tasks(); ++t) {
      auto const first = ways_.begin() + first_way_[t], last = ways_.begin() + first_way_[t + 1];
      auto const lightest =
        std::min_element(first, last, [](way const& a, way const& b) { return a.load < b.load; });
      start_.push_back(static_cast<std::int32_t>(lightest - ways_.begin()));
      shares[index(start_.back())] = 1;
      fastest.push_back(std::min(first->seconds, std::prev(last)->seconds));
    }
    add_paths(longest_paths{costs_.edges(), std::move(fastest)}.longer_than(0, hlp_paths));
    best_ = evaluate(std::move(shares)).first;
  }

  void start_with_largest(std::vector<double> const& shares)
  {
    for (std::size_t t = 0; t < costs_.num_tasks(); ++t) {
      for (auto w = first_way_[t]; w < first_way_[t + 1]; ++w) {
        if (shares[index(w)] > shares[index(start_[t])]) start_[t] = w;
      }
    }
  }

  [[nodiscard]] min_max_program make_program() const
  {
    std::vector<std::vector<std::int32_t>> rows_of(costs_.num_tasks());
    auto row = static_cast<std::int32_t>(pools_.size());
    for (auto const& p : paths_) {
      for (auto const task : p.tasks) rows_of[index(task)].push_back(row);
      ++row;
    }
    min_max_program program{row, first_way_, {0}};
    for (std::size_t t = 0; t < costs_.num_tasks(); ++t) {
      for (auto w = first_way_[t]; w < first_way_[t + 1]; ++w) {
        auto const& each = ways_[index(w)];
        program.loads.push_back({static_cast<std::int32_t>(each.on), each.load});
        for (auto const r : rows_of[t]) program.loads.push_back({r, each.seconds});
        program.first_load.push_back(static_cast<std::int32_t>(program.loads.size()));
      }
    }
    return program;
  }

  /// Looks for paths and better shares. False if no path is too long for the solution, which then
  /// is the optimum.
  bool improve(min_max_solution const& solution)
  {
    auto const limit        = solution.value * (1 + 1e-10);
    auto const [found, its] = evaluate(solution.shares);
    auto const halfway      = evaluate(mix(best_.shares, solution.shares, 0.5)).second;
    keep_best(found);
    auto const violated = its.longer_than(limit, hlp_paths);
    add_paths(violated);
    add_paths(halfway.longer_than(limit, hlp_paths));
    return !violated.empty();
  }

  /// The point of these shares, and its paths.
  [[nodiscard]] std::pair<point, longest_paths> evaluate(std::vector<double> shares) const
  {
    point result{std::move(shares), std::vector<double>(pools_.size())};
    std::vector<double> seconds(costs_.num_tasks());
    for (std::size_t t = 0; t < seconds.size(); ++t) {
      for (auto w = first_way_[t]; w < first_way_[t + 1]; ++w) {
        auto const& each = ways_[index(w)];
        result.loads[each.on] += result.shares[index(w)] * each.load;
        seconds[t] += result.shares[index(w)] * each.seconds;
      }
    }
    longest_paths paths{costs_.edges(), std::move(seconds)};
    result.longest_path = paths.longest();
    return {std::move(result), std::move(paths)};
  }

  void keep_best(point const& found)
  {
    auto mixed = evaluate(mix(best_.shares, found.shares, best_part(best_, found))).first;
    if (mixed.value() < best_.value()) best_ = std::move(mixed);
    if (found.value() < best_.value()) best_ = found;
  }

  void add_paths(std::vector<std::vector<task_id>> paths)
  {
    for (auto& tasks : paths) paths_.push_back({std::move(tasks)});
  }

  /// Keeps the programs small. What has no price now may have one later, so a few rounds pass.
  void drop_idle_paths(std::vector<double> const& prices)
  {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      paths_[i].idle = prices[pools_.size() + i] > 0 ? 0 : paths_[i].idle + 1;
    }
    if (paths_.size() < hlp_many_paths) return;
    std::erase_if(paths_, [](path const& p) { return p.idle > 3; });
  }

  [[nodiscard]] std::vector<double> gpu_shares() const
  {
    std::vector<double> shares(costs_.num_tasks());
    for (std::size_t t = 0; t < shares.size(); ++t) {
      for (auto w = first_way_[t]; w < first_way_[t + 1]; ++w) {
        if (pools_[ways_[index(w)].on].kind == resource_kind::gpu)
          shares[t] = best_.shares[index(w)];
      }
    }
    return shares;
  }

  cost_model const& costs_;
  std::vector<pool> pools_;
  std::vector<std::int32_t> first_way_{0};  ///< [tasks + 1]
  std::vector<way> ways_;
  std::vector<path> paths_;          ///< rows of the programs
  std::vector<std::int32_t> start_;  ///< [tasks], the way of each to begin a program with
  point best_;
};

}  // namespace

hlp_relaxation relax_by_hlp(cost_model const& costs)
{
  if (costs.num_tasks() == 0) return {};
  return cutting_planes{costs}.run();
}

}  // namespace heddle
