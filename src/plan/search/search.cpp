#include "src/plan/search/search.hpp"

#include "src/plan/makespan.hpp"
#include "src/plan/search/device_search.hpp"
#include "src/plan/search/general_group.hpp"
#include "src/plan/search/long_search.hpp"
#include "src/plan/search/on_threads.hpp"
#include "src/plan/search/order_group.hpp"
#include "src/plan/search/starts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

namespace heddle {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t first_groups = 8;  // for each thread
constexpr int num_rounds           = 4;  // 8, 4, 2, 1 groups

/// More tasks than this have too few of 65535 ticks each.
constexpr std::size_t most_tasks_of_narrow_ticks = 8192;

/// A place number must fit into a byte of a `place_code`.
constexpr int most_resources = 127;

/// Groups of one kind, in rounds.
template <class Group>
class rounds {
 public:
  explicit rounds(planning_limits const& limits)
    : limits_{limits},
      watch_{limits.stop, limits.progress},
      threads_{static_cast<std::size_t>(limits.threads)}
  {
  }

  /// @param make gives the group with this number
  template <class Make>
  solution run(Make const& make)
  {
    auto const count = first_groups * (limits_.evaluations > 0 ? 1 : threads_);
    groups_.resize(count);
    on_threads(count, threads_, [&](std::size_t i) { groups_[i] = make(i); });
    for (int round = 0; round < num_rounds; ++round) {
      run_round(num_rounds - round);
      std::ranges::stable_sort(groups_, {},
                               [](auto const& g) { return g->best().makespan_seconds; });
      if (groups_.front()->meets_bound() || watch_.stop.stop_requested()) break;
      if (round + 1 < num_rounds) groups_.resize((groups_.size() + 1) / 2);
    }
    return groups_.front()->best();
  }

  [[nodiscard]] std::uint64_t evaluations() const noexcept { return evaluations_; }

 private:
  /// The share of each group: of the evaluations, or of the time that is left.
  [[nodiscard]] search_pace pace_of(std::size_t group, steady_clock::time_point began,
                                    int rounds_left) const
  {
    if (limits_.evaluations > 0) {
      return search_pace::of_evaluations(limits_.evaluations / num_rounds / groups_.size(), watch_);
    }
    auto const turns = static_cast<std::int64_t>((groups_.size() + threads_ - 1) / threads_);
    auto const turn  = static_cast<std::int64_t>(group / threads_);
    auto const whole = std::max(limits_.end - began, steady_clock::duration::zero()) / rounds_left;
    return search_pace::until(began + whole / turns * (turn + 1), watch_);
  }

  void run_round(int rounds_left)
  {
    auto const began = steady_clock::now();
    std::atomic<std::uint64_t> made{0};
    std::atomic<bool> is_met{false};
    on_threads(groups_.size(), threads_, [&](std::size_t i) {
      if (limits_.evaluations == 0 && is_met) return;
      auto pace = pace_of(i, began, rounds_left);
      groups_[i]->run(pace);
      made += pace.evaluations();
      if (groups_[i]->meets_bound()) is_met = true;
    });
    evaluations_ += made;
  }

  planning_limits limits_;
  search_watch watch_;
  std::size_t threads_;
  std::vector<std::unique_ptr<Group>> groups_;
  std::uint64_t evaluations_ = 0;
};

/// What a search found and at what expense.
struct found {
  solution best{};
  std::uint64_t evaluations = 0;
  std::string device{};  ///< as `planned` has them
  std::string remark{};
};

/// A seed for each group that no other group of this or a near seed has.
std::uint64_t seed_of_group(std::uint64_t seed, std::size_t group)
{
  return kernels::mixed(seed) + group;
}

template <class Group, class Make>
found run_rounds(planning_limits const& limits, Make const& make)
{
  rounds<Group> all{limits};
  auto best = all.run(make);
  return {std::move(best), all.evaluations(), {}, {}};
}

/// Starts much longer than the best do not fit into its ticks.
std::span<solution const> near_best(std::vector<solution> const& all)
{
  constexpr double most = 1.3;
  auto const longest    = all.front().makespan_seconds * most;
  auto const end =
    std::ranges::find_if(all, [&](solution const& s) { return s.makespan_seconds > longest; });
  return {all.begin(), end};
}

/// By the first of the devices; without a solution if it fails, but with a remark.
template <class Tick>
found search_with_device(search_setting const& setting, tick_problem<Tick> const& problem,
                         planning_limits const& limits, std::span<solution const> starts)
{
  if (limits.devices.empty()) return {};
  auto const& on    = limits.devices.front();
  auto const failed = [&](error const& how) {
    return found{
      {}, 0, {}, fmt::format("{} fails, the CPU goes on: {}", on->info().name, how.what())};
  };
  try {
    auto [best, evaluations] = search_on_device(on, setting, problem, limits, starts);
    return {std::move(best), evaluations, on->info().name, {}};
  } catch (device_error const& lost) {
    return failed(lost);
  } catch (out_of_device_memory const& full) {
    return failed(full);
  }
}

template <class Tick>
found search_in_lanes(search_setting const& setting, planning_limits const& limits,
                      std::span<solution const> starts)
{
  constexpr double room = 1.6;  // over the best, for what is tried
  auto const tick =
    seconds_per_tick(starts.front().makespan_seconds * room, kernels::search_limit<Tick>);
  tick_problem<Tick> const problem{setting.costs, tick};
  auto by_device = search_with_device(setting, problem, limits, starts);
  if (!by_device.best.order.empty()) return by_device;
  auto result   = run_rounds<order_group<Tick>>(limits, [&](std::size_t i) {
    return std::make_unique<order_group<Tick>>(setting, problem, lane_target::widest,
                                               starts[i % starts.size()], starts,
                                               seed_of_group(limits.seed, i));
  });
  result.remark = std::move(by_device.remark);
  return result;
}

found search_in_general(search_setting const& setting, planning_limits const& limits,
                        std::span<solution const> starts)
{
  return run_rounds<general_group>(limits, [&](std::size_t i) {
    return std::make_unique<general_group>(setting, starts[i % starts.size()],
                                           seed_of_group(limits.seed, i));
  });
}

/// Whether windows pay.
bool is_long(cost_model const& costs)
{
  constexpr std::size_t most_tasks_of_lanes = 8192;
  return costs.is_plain() &&
         costs.num_tasks() > (fits_lanes(costs) ? most_tasks_of_lanes : most_window_tasks);
}

found search_from(search_setting const& setting, planning_limits const& limits,
                  std::span<solution const> starts)
{
  if (is_long(setting.costs)) {
    std::uint64_t evaluations = 0;
    auto best                 = search_in_windows(setting, limits, starts.front(), evaluations);
    return {std::move(best), evaluations, {}, {}};
  }
  if (!fits_lanes(setting.costs)) return search_in_general(setting, limits, starts);
  if (setting.costs.num_tasks() > most_tasks_of_narrow_ticks) {
    return search_in_lanes<std::uint32_t>(setting, limits, starts);
  }
  return search_in_lanes<std::uint16_t>(setting, limits, starts);
}

/// When a pass ends. A pass cools down once: where there is much time, it pays to do so again from
/// what was found; and who stops a long search finds it cool.
steady_clock::time_point end_of_pass(steady_clock::time_point end)
{
  constexpr std::chrono::minutes usual{1};
  auto const now = steady_clock::now();
  return end - now < 2 * usual ? end : now + usual;
}

/// The best of all passes, each from the best starts and what was found before.
found search_in_passes(search_setting const& setting, planning_limits limits,
                       std::vector<solution>& starts)
{
  auto const end = limits.end;
  found before;
  for (;;) {
    limits.end = end_of_pass(end);
    auto pass  = search_from(setting, limits, near_best(starts));
    pass.evaluations += before.evaluations;
    if (!before.remark.empty()) pass.remark = before.remark;
    if (!pass.remark.empty()) limits.devices = {};  // the device fails
    bool const is_last = limits.evaluations > 0 || limits.end == end;
    if (is_last || limits.stop.stop_requested() || setting.is_met_by(pass.best.makespan_seconds)) {
      return pass;
    }
    starts.insert(starts.begin(), pass.best);
    before      = std::move(pass);
    limits.seed = kernels::mixed(limits.seed);
  }
}

/// Whether there is anything to choose.
bool has_choice(cost_model const& costs)
{
  return costs.num_tasks() > 1 && costs.num_resources() > 1 &&
         costs.num_resources() <= most_resources;
}

/// Time for the schedule of what was found, which takes as long as a start did.
planning_limits less_last_step(planning_limits limits, steady_clock::duration step)
{
  constexpr auto farthest = steady_clock::time_point::max();
  if (limits.end != farthest) limits.end -= step;
  return limits;
}

}  // namespace

planned plan_by_search(cost_model const& costs, planning_limits const& limits)
{
  auto const began = steady_clock::now();
  auto starts      = make_starts(costs, limits);
  auto const step  = (steady_clock::now() - began) / static_cast<int>(starts.schedules);
  planned result{std::move(starts.best)};
  result.evaluations = starts.schedules;
  search_setting const setting{costs, limits.lower_bound_seconds, limits.progress};
  setting.announce(starts.best_seconds);
  bool const has_time =
    !limits.stop.stop_requested() && (limits.evaluations > 0 || steady_clock::now() < limits.end);
  if (!has_choice(costs) || !has_time || setting.is_met_by(starts.best_seconds)) return result;

  auto const all = search_in_passes(setting, less_last_step(limits, 3 * step), starts.solutions);
  result.evaluations += all.evaluations;
  result.device = all.device;
  result.remark = all.remark;
  auto tasks    = schedule_of(costs, all.best);
  if (makespan_of(tasks) < starts.best_seconds) result.tasks = std::move(tasks);
  return result;
}

}  // namespace heddle
