#include <heddle/plan/plan.hpp>

#include "src/plan/fingerprint.hpp"
#include "src/plan/makespan.hpp"
#include "src/plan/technique.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/lower_bound.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace heddle {
namespace {

constexpr planner_info automatic{"auto", "the best of all the others that fit into the time limit"};

std::vector<planner_info> const& infos()
{
  static auto const all = [] {
    std::vector<planner_info> list{automatic};
    for (auto const& each : techniques()) list.push_back(each.info);
    return list;
  }();
  return all;
}

/// Null: auto.
technique const* find_technique(std::string_view name)
{
  if (name == automatic.name) return nullptr;
  for (auto const& each : techniques()) {
    if (each.info.name == name) return &each;
  }
  std::string names;
  for (auto const& info : infos()) names += fmt::format(" {}", info.name);
  throw input_error{fmt::format("no algorithm \"{}\"; known are:{}", name, names)};
}

/// Whether the makespan meets the bound, but for rounding.
bool is_optimal(schedule const& s)
{
  constexpr double rounding = 1e-12;
  return s.makespan_seconds <= s.lower_bound_seconds * (1 + rounding);
}

using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point start)
{
  return seconds{steady_clock::now() - start}.count();
}

/// That long after `start`; never, if the clock does not go so far.
steady_clock::time_point later_by(seconds limit, steady_clock::time_point start)
{
  constexpr seconds longest{std::chrono::hours{24 * 365 * 100}};
  if (!(limit < longest)) return steady_clock::time_point::max();
  return start + std::chrono::duration_cast<steady_clock::duration>(limit);
}

/// One planning: what is known of the problem and the best that was found.
class planning {
 public:
  planning(schedule& best, cost_model const& costs, planning_limits const& limits)
    : best_{best}, costs_{costs}, limits_{limits}, width_{workflow_width(costs.edges())}
  {
  }

  void run_one(technique const& chosen)
  {
    if (auto const why = chosen.why_not(costs_)) {
      throw unsuited{fmt::format("algorithm {}: {}", chosen.info.name, *why)};
    }
    take(chosen.make(costs_, limits_), chosen.info.name);
  }

  /// First the constructors, in the order of the table, that are expected to fit into the limit
  /// together, or into half of it if others go on while time is left; then those others, each with
  /// an equal share of what is left. Ends when the best found is optimal.
  void run_all(double limit_seconds)
  {
    std::vector<technique const*> anytime;
    for (auto const& each : techniques()) {
      if (each.anytime && !each.why_not(costs_)) anytime.push_back(&each);
    }
    run_constructors(anytime.empty() ? limit_seconds : limit_seconds / 2);
    for (std::size_t i = 0; i < anytime.size(); ++i) {
      auto const now = steady_clock::now();
      auto const end = now + (limits_.end - now) / static_cast<int>(anytime.size() - i);
      run_or_leave(*anytime[i], expected(*anytime[i]) <= limit_seconds, end);
    }
  }

 private:
  void leave_out(technique const& t, std::string_view why)
  {
    best_.tried.push_back({std::string{t.info.name}, 0, 0, std::string{why}});
  }

  void run_constructors(double seconds_left)
  {
    for (auto const& each : techniques()) {
      if (auto const why = each.why_not(costs_)) {
        leave_out(each, *why);
      } else if (!each.anytime) {
        auto const cost = expected(each);
        if (run_or_leave(each, cost <= seconds_left, limits_.end)) seconds_left -= cost;
      }
    }
  }

  [[nodiscard]] double expected(technique const& t) const { return t.cost.seconds(costs_, width_); }

  [[nodiscard]] char const* why_not_run(bool fits) const
  {
    if (is_optimal(best_)) return "the schedule found is optimal";
    if (limits_.stop.stop_requested()) return "the planning was stopped";
    return fits ? nullptr : "would exceed the time limit";
  }

  /// The first one is run in any case. False: it was not run.
  bool run_or_leave(technique const& t, bool fits, steady_clock::time_point end)
  {
    bool const is_first = best_.made_by.empty();
    if (auto const why = why_not_run(fits); !is_first && why != nullptr) {
      leave_out(t, why);
      return false;
    }
    auto const started         = steady_clock::now();
    auto within                = limits_;
    within.end                 = end;
    within.incumbent           = best_.tasks;
    within.lower_bound_seconds = best_.lower_bound_seconds;
    auto const makespan        = take(t.make(costs_, within), t.info.name);
    best_.tried.push_back({std::string{t.info.name}, makespan, seconds_since(started), {}});
    return true;
  }

  /// Keeps what is better in `found` than what is known: schedule, bound and promise. What is
  /// promised of one schedule holds for every better one.
  double take(planned found, std::string_view made_by)
  {
    auto const makespan = makespan_of(found.tasks);
    bool const is_first = best_.made_by.empty();
    if (found.lower_bound_seconds > best_.lower_bound_seconds) {
      best_.lower_bound_seconds = found.lower_bound_seconds;
      best_.bounded_by          = made_by;
    }
    best_.evaluations += found.evaluations;
    if (!found.remark.empty()) best_.remark = found.remark;
    tell(makespan);
    if (found.guarantee && (!best_.guarantee || found.guaranteed_ratio < guaranteed_ratio_)) {
      best_.guarantee   = std::move(found.guarantee);
      guaranteed_ratio_ = found.guaranteed_ratio;
    }
    if (!is_first && makespan >= best_.makespan_seconds) return makespan;
    best_.tasks            = std::move(found.tasks);
    best_.makespan_seconds = makespan;
    best_.made_by          = made_by;
    best_.device           = found.device.empty() ? "cpu" : found.device;
    return makespan;
  }

  void tell(double makespan) const
  {
    if (limits_.progress == nullptr) return;
    limits_.progress->announce(makespan);
    limits_.progress->lower_bound_seconds = best_.lower_bound_seconds;
    limits_.progress->evaluations         = best_.evaluations;
  }

  schedule& best_;
  cost_model const& costs_;
  planning_limits limits_;
  std::size_t width_;
  double guaranteed_ratio_ = std::numeric_limits<double>::infinity();
};

/// Techniques list the further cores of tasks behind the tasks (see `partial_schedule::release`).
void separate_further_cores(schedule& s, cost_model const& costs)
{
  auto row = costs.num_tasks();
  for (std::size_t t = 0; t < costs.num_tasks() && row < s.tasks.size(); ++t) {
    if (costs.kind(s.tasks[t].resource) != resource_kind::cpu) continue;
    auto const task = static_cast<task_id>(t);
    for (int i = 1; i < costs.cores(task); ++i) {
      s.further_cores.push_back({task, s.tasks.at(row++).resource});
    }
  }
  s.tasks.resize(costs.num_tasks());
}

void bound(schedule& s, cost_model const& costs)
{
  auto const started = steady_clock::now();
  for (auto const& each : lower_bounds(costs)) {
    if (each.seconds <= s.lower_bound_seconds) continue;
    s.lower_bound_seconds = each.seconds;
    s.bounded_by          = each.name;
  }
  s.bounding_seconds = seconds_since(started);
}

/// The bound is no larger than the makespan but for rounding, which must not show.
void conclude(schedule& s)
{
  s.lower_bound_seconds = is_optimal(s) ? s.makespan_seconds : s.lower_bound_seconds;
  s.gap = s.makespan_seconds > 0 ? s.makespan_seconds / s.lower_bound_seconds - 1 : 0;
  if (is_optimal(s)) s.guarantee = "optimal: the makespan equals the lower bound";
}

/// What a search found is not shown before the validator has judged it.
void expect_valid(schedule const& s, workflow const& w, machine const& m,
                  machine_state const& began)
{
  auto const findings = check_schedule(s, w, m, began, 1);
  if (findings.empty()) return;
  throw error{
    fmt::format("search made a schedule that is not valid: {}; this is a bug of heddle, "
                "please report it; --algorithm portfolio does without",
                findings.front())};
}

void expect_threads(int threads)
{
  if (threads >= 1 && threads <= most_planning_threads) return;
  throw invalid_argument{
    fmt::format("plan: {} threads; it must be from 1, the calling thread, to {}", threads,
                most_planning_threads)};
}

}  // namespace

std::span<planner_info const> planners()
{
  return infos();
}

schedule plan(workflow const& w, machine const& m, plan_options options)
{
  auto const started       = steady_clock::now();
  auto const* const chosen = find_technique(options.algorithm);
  expect_threads(options.threads);
  cost_model const costs{w, m, options.state};
  schedule s;
  s.workflow_name = w.name();
  s.algorithm     = chosen ? chosen->info.name : automatic.name;
  s.seed          = options.seed;
  s.hash          = fingerprint(w, costs.edges(), m);
  bound(s, costs);
  if (options.progress) options.progress->lower_bound_seconds = s.lower_bound_seconds;
  planning p{s,
             costs,
             {.end                 = later_by(options.time_limit, started),
              .seed                = options.seed,
              .evaluations         = options.evaluations,
              .threads             = options.threads,
              .lower_bound_seconds = s.lower_bound_seconds,
              .stop                = options.stop,
              .progress            = options.progress,
              .devices             = options.devices}};
  if (chosen) {
    p.run_one(*chosen);
  } else {
    p.run_all(options.time_limit.count());
  }
  separate_further_cores(s, costs);
  conclude(s);
  for (auto const& task : w.tasks()) s.task_names.push_back(task.name);
  for (auto const& r : m.resources) s.resource_ids.push_back(r.id);
  if (s.made_by == "search") expect_valid(s, w, m, options.state);
  s.planning_seconds = seconds_since(started) - s.bounding_seconds;
  return s;
}

}  // namespace heddle
