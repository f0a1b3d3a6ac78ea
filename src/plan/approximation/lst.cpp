#include "src/plan/approximation/approximations.hpp"
#include "src/plan/approximation/guarantees.hpp"
#include "src/plan/approximation/min_max_program.hpp"
#include "src/plan/approximation/rounded.hpp"
#include "src/plan/partial_schedule.hpp"
#include "src/plan/priorities.hpp"

#include <algorithm>
#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Resources of one kind and one speed.
using resource_class = std::vector<int>;

std::vector<resource_class> make_classes(cost_model const& costs)
{
  std::vector<resource_class> classes;
  for (int r = 0; r < costs.num_resources(); ++r) {
    auto const same = [&](resource_class const& c) {
      return costs.kind(c[0]) == costs.kind(r) &&
             costs.speeds()[index(c[0])] == costs.speeds()[index(r)];
    };
    auto const known = std::find_if(classes.begin(), classes.end(), same);
    if (known == classes.end()) {
      classes.push_back({r});
    } else {
      known->push_back(r);
    }
  }
  return classes;
}

/// Execution times of every task on every class, and the programs for a deadline.
class assignment_programs {
 public:
  explicit assignment_programs(cost_model const& costs)
    : classes{make_classes(costs)}, num_tasks{costs.num_tasks()}
  {
    for (std::size_t t = 0; t < num_tasks; ++t) {
      for (auto const& c : classes) {
        seconds_.push_back(costs.execution_seconds(static_cast<task_id>(t), c[0]));
      }
    }
  }

  [[nodiscard]] double seconds(std::size_t task, std::size_t which) const
  {
    return seconds_[task * classes.size() + which];
  }

  /// All execution times that leave every task a class, ascending.
  [[nodiscard]] std::vector<double> deadlines() const
  {
    double least = 0;
    for (std::size_t t = 0; t < num_tasks; ++t) {
      double best = infinite;
      for (std::size_t c = 0; c < classes.size(); ++c) best = std::min(best, seconds(t, c));
      least = std::max(least, best);
    }
    std::vector<double> all;
    for (auto const each : seconds_) {
      if (each >= least && each < infinite) all.push_back(each);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  struct with_ways {
    min_max_program program{};
    std::vector<std::size_t> class_of{};  ///< [ways]
  };

  /// A load is rounded down, so that the program's value bounds what machine arithmetic schedules.
  [[nodiscard]] with_ways within(double deadline) const
  {
    with_ways result;
    auto& program      = result.program;
    program.num_rows   = static_cast<std::int32_t>(classes.size());
    program.first_way  = {0};
    program.first_load = {0};
    for (std::size_t t = 0; t < num_tasks; ++t) {
      for (std::size_t c = 0; c < classes.size(); ++c) {
        if (seconds(t, c) > deadline) continue;
        auto const share = seconds(t, c) / static_cast<double>(classes[c].size());
        program.loads.push_back({static_cast<std::int32_t>(c), rounded_down(share)});
        program.first_load.push_back(static_cast<std::int32_t>(program.loads.size()));
        result.class_of.push_back(c);
      }
      program.first_way.push_back(static_cast<std::int32_t>(result.class_of.size()));
    }
    return result;
  }

  std::vector<resource_class> classes;
  std::size_t num_tasks;

 private:
  std::vector<double> seconds_;  ///< [tasks x classes]
};

/// One way of each task: one after the other, the one that leaves the least load.
std::vector<std::int32_t> greedy_start(min_max_program const& program)
{
  std::vector<double> load(index(program.num_rows));
  std::vector<std::int32_t> start;
  for (std::size_t t = 0; t < program.num_tasks(); ++t) {
    auto const after = [&](std::int32_t way) {
      auto const& only = program.loads_of(way)[0];
      return load[index(only.row)] + only.seconds;
    };
    auto best = program.first_way[t];
    for (auto w = best + 1; w < program.first_way[t + 1]; ++w) {
      if (after(w) < after(best)) best = w;
    }
    load[index(program.loads_of(best)[0].row)] = after(best);
    start.push_back(best);
  }
  return start;
}

/// A vertex of the relaxation at the least deadline that it meets.
struct relaxation {
  assignment_programs::with_ways ways{};
  min_max_solution solution{};
  double deadline    = 0;  ///< the larger of the deadline and the load: no schedule is shorter
  double lower_bound = 0;  ///< the same, proven
};

relaxation relax(assignment_programs const& programs)
{
  auto const deadlines = programs.deadlines();
  relaxation best;
  double bound    = deadlines.front();  // each task takes at least its least time
  std::size_t low = 0, high = deadlines.size();
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const next   = middle + 1 < deadlines.size() ? deadlines[middle + 1] : infinite;
    auto ways         = programs.within(deadlines[middle]);
    auto solution     = solve(ways.program, greedy_start(ways.program));
    bound             = std::max(bound, std::min(next, solution.lower_bound));
    bool const is_met = solution.value < next;
    if (is_met) {
      auto const deadline = std::max(deadlines[middle], solution.value);
      best                = {std::move(ways), std::move(solution), deadline};
      high                = middle;
    } else {
      low = middle + 1;
    }
  }
  best.lower_bound = bound;
  return best;
}

/// Lays the parts of tasks that a class got out on its resources, one after the other up to
/// `capacity`; the last takes what rounding leaves.
class layout {
 public:
  layout(resource_class const& members, double capacity) : members_{members}, capacity_{capacity} {}

  /// Adds to `on` the resources that get a piece of the next part.
  void add(double seconds, std::vector<int>& on)
  {
    auto const nothing = 1e-12 * seconds;
    for (; member_ + 1 < members_.size(); ++member_) {
      auto const room = capacity_ - filled_;
      if (seconds <= room + nothing) break;
      if (room > nothing) {
        on.push_back(members_[member_]);
        seconds -= room;
      }
      filled_ = 0;
    }
    on.push_back(members_[member_]);
    filled_ += seconds;
  }

 private:
  resource_class const& members_;
  double capacity_;
  std::size_t member_ = 0;
  double filled_      = 0;  ///< of that member
};

/// [tasks], the resources that have a piece of the task, the fastest first.
std::vector<std::vector<int>> lay_out(cost_model const& costs, assignment_programs const& programs,
                                      relaxation const& relaxed)
{
  std::vector<layout> layouts;
  for (auto const& c : programs.classes) layouts.emplace_back(c, relaxed.solution.value);
  std::vector<std::vector<int>> on(programs.num_tasks);
  auto const& first_way = relaxed.ways.program.first_way;
  for (std::size_t t = 0; t < programs.num_tasks; ++t) {
    for (auto w = first_way[t]; w < first_way[t + 1]; ++w) {
      auto const share = relaxed.solution.shares[index(w)];
      auto const c     = relaxed.ways.class_of[index(w)];
      if (share > 0) layouts[c].add(share * programs.seconds(t, c), on[t]);
    }
    std::stable_sort(on[t].begin(), on[t].end(), [&](int a, int b) {
      auto const task = static_cast<task_id>(t);
      return costs.execution_seconds(task, a) < costs.execution_seconds(task, b);
    });
  }
  return on;
}

/// Gives each split task a resource of its own, by augmenting paths.
class matching {
 public:
  matching(std::vector<std::vector<int>> const& on, int num_resources)
    : on_{on}, task_of_(index(num_resources), none), seen_(index(num_resources), none)
  {
  }

  /// False if there is no such resource, which only rounding can bring about.
  bool give(std::size_t task) { return augment(task, task); }

  /// Calls `visit(task, resource)` for all pairs.
  template <class Visit>
  void for_each(Visit visit) const
  {
    for (std::size_t r = 0; r < task_of_.size(); ++r) {
      if (task_of_[r] != none) visit(task_of_[r], static_cast<int>(r));
    }
  }

 private:
  static constexpr auto none = static_cast<std::size_t>(-1);

  bool augment(std::size_t task, std::size_t search)
  {
    for (auto const resource : on_[task]) {
      auto const r = index(resource);
      if (seen_[r] == search) continue;
      seen_[r] = search;
      if (task_of_[r] != none && !augment(task_of_[r], search)) continue;
      task_of_[r] = task;
      return true;
    }
    return false;
  }

  std::vector<std::vector<int>> const& on_;
  std::vector<std::size_t> task_of_;  ///< [resources]
  std::vector<std::size_t> seen_;     ///< [resources], the last search that came by
};

struct rounding {
  std::vector<int> resource{};  ///< [tasks]
  bool is_complete = true;      ///< each split task has a resource of its own
};

rounding round(std::vector<std::vector<int>> const& on, int num_resources)
{
  rounding result;
  matching split{on, num_resources};
  for (std::size_t t = 0; t < on.size(); ++t) {
    result.resource.push_back(on[t][0]);
    if (on[t].size() > 1 && !split.give(t)) result.is_complete = false;
  }
  split.for_each([&](std::size_t task, int resource) { result.resource[task] = resource; });
  return result;
}

std::vector<assignment> place(cost_model const& costs, std::vector<int> const& resource)
{
  partial_schedule so_far{costs, placement::insert};
  for (auto const task : by_upward_rank(costs)) {
    so_far.arrivals(task);
    so_far.place(task, so_far.on(task, resource[index(task)]));
  }
  return std::move(so_far).release();
}

}  // namespace

planned plan_by_lst(cost_model const& costs, planning_limits const&)
{
  if (costs.num_tasks() == 0) return {};
  assignment_programs const programs{costs};
  auto const relaxed = relax(programs);
  auto const rounded = round(lay_out(costs, programs, relaxed), costs.num_resources());
  planned result{place(costs, rounded.resource), relaxed.lower_bound};
  if (rounded.is_complete && is_closed(relaxed.lower_bound, relaxed.deadline)) {
    give(result, lst_promise(costs));
  }
  return result;
}

}  // namespace heddle
