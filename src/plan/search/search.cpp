#include "src/plan/search/search.hpp"

#include "src/plan/makespan.hpp"
#include "src/plan/search/device_search.hpp"
#include "src/plan/search/general_group.hpp"
#include "src/plan/search/long_search.hpp"
#include "src/plan/search/on_threads.hpp"
#include "src/plan/search/order_group.hpp"
#include "src/plan/search/rounds.hpp"
#include "src/plan/search/starts.hpp"
#include "src/plan/search/window_share.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace heddle {
namespace {

using std::chrono::steady_clock;

/// More tasks than this have too few of 65535 ticks each.
constexpr std::size_t most_tasks_of_narrow_ticks = 8192;

/// What a search found and at what expense.
struct found {
  solution best{};
  std::uint64_t evaluations = 0;
  std::vector<std::shared_ptr<device>> working{};  ///< that took part and may do so again
  std::string remark{};                            ///< as `planned` has it
};

/// A seed for each group that no other group of this or a near seed has.
std::uint64_t seed_of_group(std::uint64_t seed, std::size_t group)
{
  return kernels::mixed(seed) + group;
}

template <class Group, class Make>
found run_rounds(planning_limits const& limits, std::size_t num_tasks, Make const& make)
{
  rounds<Group> all{limits, num_tasks};
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

template <class Tick>
found search_by_groups(search_setting const& setting, tick_problem<Tick> const& problem,
                       planning_limits const& limits, std::span<solution const> starts)
{
  return run_rounds<order_group<Tick>>(limits, setting.costs.num_tasks(), [&](std::size_t i) {
    return std::make_unique<order_group<Tick>>(setting, problem, lane_target::widest,
                                               starts[i % starts.size()], starts,
                                               seed_of_group(limits.seed, i));
  });
}

found search_by_windows(search_setting const& setting, planning_limits const& limits,
                        solution const& start)
{
  found all;
  all.best = search_in_windows(setting, limits, start, all.evaluations);
  return all;
}

planning_limits share_of(planning_limits limits, double share)
{
  auto const now  = steady_clock::now();
  auto const left = std::chrono::duration<double>(limits.end - now) * share;
  limits.end      = now + std::chrono::duration_cast<steady_clock::duration>(left);
  limits.evaluations =
    static_cast<std::uint64_t>(std::ceil(static_cast<double>(limits.evaluations) * share));
  return limits;
}

/// By windows, where these pay, and then by groups.
template <class Tick>
found search_on_cpu(search_setting const& setting, tick_problem<Tick> const& problem,
                    planning_limits const& limits, std::span<solution const> starts)
{
  auto const share = share_of_windows(setting.costs, limits);
  if (share == 0) return search_by_groups(setting, problem, limits, starts);
  auto first = search_by_windows(setting, share_of(limits, share), starts.front());
  auto rest  = limits;
  rest.evaluations -= std::min(limits.evaluations, first.evaluations);
  bool const is_spent = limits.evaluations > 0 && rest.evaluations == 0;
  bool const is_met   = setting.is_met_by(first.best.makespan_seconds);
  if (is_spent || is_met || limits.stop.stop_requested()) return first;
  std::vector<solution> all{first.best};
  all.insert(all.end(), starts.begin(), starts.end());
  auto then = search_by_groups(setting, problem, rest, all);
  then.evaluations += first.evaluations;
  return then;
}

void keep_better(solution& best, solution&& other)
{
  if (other.makespan_seconds < best.makespan_seconds) best = std::move(other);
}

/// Once the devices have failed, by the CPU alone: by time, from what was found before.
template <class Tick>
found go_on_without_devices(search_setting const& setting, tick_problem<Tick> const& problem,
                            planning_limits const& limits, std::span<solution const> starts,
                            found before)
{
  std::vector<solution> all{starts.begin(), starts.end()};
  bool const is_timed = limits.evaluations == 0;
  if (is_timed) all.insert(all.begin(), before.best);
  auto after = search_on_cpu(setting, problem, limits, all);
  after.evaluations += before.evaluations;
  after.remark = std::move(before.remark);
  keep_better(after.best, std::move(before.best));
  return after;
}

/// By the devices and, beside them, by the CPU on the threads that do not wait for one of them; who
/// meets the bound stops the others, and so does the last device that fails. By evaluations, by the
/// devices alone.
template <class Tick>
found search_with_devices(search_setting const& setting, tick_problem<Tick> const& problem,
                          planning_limits const& limits, std::span<solution const> starts)
{
  std::stop_source over;
  std::stop_callback const forward{limits.stop, [&] { over.request_stop(); }};
  auto both          = limits;
  both.stop          = over.get_token();
  auto beside        = both;
  auto const waiting = static_cast<int>(limits.devices.size());
  beside.threads     = limits.evaluations > 0 ? 0 : std::max(0, limits.threads - waiting);
  beside.seed        = kernels::mixed(limits.seed + limits.devices.size());
  devices_found by_devices;
  found all;
  on_threads(beside.threads > 0 ? 2 : 1, 2, [&](std::size_t i) {
    if (i == 0) {
      by_devices = search_on_devices(setting, problem, both, starts, over);
      if (by_devices.working.empty()) over.request_stop();
    } else {
      all = search_on_cpu(setting, problem, beside, starts);
      if (setting.is_met_by(all.best.makespan_seconds)) over.request_stop();
    }
  });
  all.evaluations += by_devices.evaluations;
  all.working = std::move(by_devices.working);
  all.remark  = std::move(by_devices.remark);
  keep_better(all.best, std::move(by_devices.best));
  bool const is_done = limits.stop.stop_requested() || setting.is_met_by(all.best.makespan_seconds);
  if (!all.working.empty() || is_done) return all;
  return go_on_without_devices(setting, problem, limits, starts, std::move(all));
}

template <class Tick>
found search_in_lanes(search_setting const& setting, planning_limits const& limits,
                      std::span<solution const> starts)
{
  constexpr double room = 1.6;  // over the best, for what is tried
  auto const tick =
    seconds_per_tick(starts.front().makespan_seconds * room, kernels::search_limit<Tick>);
  tick_problem<Tick> const problem{setting.costs, tick};
  return limits.devices.empty() ? search_on_cpu(setting, problem, limits, starts)
                                : search_with_devices(setting, problem, limits, starts);
}

found search_in_general(search_setting const& setting, planning_limits const& limits,
                        std::span<solution const> starts)
{
  return run_rounds<general_group>(limits, setting.costs.num_tasks(), [&](std::size_t i) {
    return std::make_unique<general_group>(setting, starts[i % starts.size()],
                                           seed_of_group(limits.seed, i));
  });
}

found search_from(search_setting const& setting, planning_limits const& limits,
                  std::span<solution const> starts)
{
  if (is_for_windows(setting.costs)) return search_by_windows(setting, limits, starts.front());
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

std::string names_of(std::vector<std::shared_ptr<device>> const& devices)
{
  std::string names;
  for (auto const& each : devices) names += (names.empty() ? "" : ", ") + each->info().name;
  return names;
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
    auto const between = before.remark.empty() || pass.remark.empty() ? "" : "; ";
    pass.remark        = before.remark + between + pass.remark;
    bool const is_last = limits.evaluations > 0 || limits.end == end;
    if (is_last || limits.stop.stop_requested() || setting.is_met_by(pass.best.makespan_seconds)) {
      return pass;
    }
    starts.insert(starts.begin(), pass.best);
    before         = std::move(pass);
    limits.devices = before.working;
    limits.seed    = kernels::mixed(limits.seed);
  }
}

/// Whether there is anything to choose.
bool has_choice(cost_model const& costs)
{
  return costs.num_tasks() > 1 && costs.num_resources() > 1;
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
  auto const rest = less_last_step(limits, 3 * step);
  bool const has_time =
    !limits.stop.stop_requested() && (limits.evaluations > 0 || steady_clock::now() < rest.end);
  if (!has_choice(costs) || !has_time || setting.is_met_by(starts.best_seconds)) return result;

  auto const all = search_in_passes(setting, rest, starts.solutions);
  result.evaluations += all.evaluations;
  result.device = names_of(all.working);
  result.remark = all.remark;
  auto tasks    = schedule_of(costs, all.best);
  if (makespan_of(tasks) < starts.best_seconds) result.tasks = std::move(tasks);
  return result;
}

}  // namespace heddle
