#include "src/plan/search/starts.hpp"

#include "src/plan/list/portfolio.hpp"
#include "src/plan/makespan.hpp"
#include "src/plan/planners.hpp"

#include <algorithm>

namespace heddle {
namespace {

using std::chrono::steady_clock;

/// Whether there is time for one more.
class start_clock {
 public:
  explicit start_clock(planning_limits const& limits)
    : is_timed_{limits.evaluations == 0}, end_{share_of(limits.end)}, stop_{limits.stop}
  {
  }

  [[nodiscard]] bool goes_on() const
  {
    return !stop_.stop_requested() && (!is_timed_ || steady_clock::now() < end_);
  }

  [[nodiscard]] double seconds_left() const
  {
    return std::chrono::duration<double>(end_ - steady_clock::now()).count();
  }

  [[nodiscard]] bool is_timed() const noexcept { return is_timed_; }

 private:
  static steady_clock::time_point share_of(steady_clock::time_point end)
  {
    constexpr int share = 5;
    auto const now      = steady_clock::now();
    return now + (end - now) / share;
  }

  bool is_timed_;
  steady_clock::time_point end_;
  std::stop_token stop_;
};

void add(search_starts& starts, cost_model const& costs, std::vector<assignment> tasks)
{
  ++starts.schedules;
  starts.solutions.push_back(solution_of(costs, tasks));
  auto const makespan = makespan_of(tasks);
  if (makespan >= starts.best_seconds) return;
  starts.best         = std::move(tasks);
  starts.best_seconds = makespan;
}

/// Techniques that give one schedule each, and soon.
void add_techniques(search_starts& starts, cost_model const& costs, planning_limits const& limits,
                    start_clock const& clock)
{
  constexpr double longest = 0.02;  // seconds, where no clock decides
  auto const width         = workflow_width(costs.edges());
  for (auto const& each : techniques()) {
    bool const is_known = each.info.name == "portfolio" || each.info.name == "heft";
    if (limits.stop.stop_requested()) return;
    if (each.anytime || is_known || each.why_not(costs)) continue;
    auto const most = clock.is_timed() ? clock.seconds_left() : longest;
    if (each.cost.seconds(costs, width) <= most) add(starts, costs, each.make(costs, limits).tasks);
  }
}

/// The shortest first, and of those that are as long and in the same order only one.
void drop_repeated(std::vector<solution>& all)
{
  auto const is_same = [](solution const& a, solution const& b) {
    return a.makespan_seconds == b.makespan_seconds && a.order == b.order;
  };
  std::ranges::stable_sort(all, {}, &solution::makespan_seconds);
  all.erase(std::unique(all.begin(), all.end(), is_same), all.end());
}

}  // namespace

search_starts make_starts(cost_model const& costs, planning_limits const& limits)
{
  start_clock const clock{limits};
  search_starts starts;
  if (!limits.incumbent.empty()) {
    add(starts, costs, {limits.incumbent.begin(), limits.incumbent.end()});
  }
  add(starts, costs, plan_by_heft(costs));
  if (clock.goes_on()) {
    visit_portfolio(costs, [&](std::vector<assignment> tasks) {
      add(starts, costs, std::move(tasks));
      return clock.goes_on();
    });
  }
  bool const were_tried = !limits.incumbent.empty();
  if (!were_tried && clock.goes_on()) add_techniques(starts, costs, limits, clock);
  drop_repeated(starts.solutions);
  return starts;
}

}  // namespace heddle
