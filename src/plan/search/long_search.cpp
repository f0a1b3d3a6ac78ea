#include "src/plan/search/long_search.hpp"

#include "src/plan/search/anneal.hpp"
#include "src/plan/search/on_threads.hpp"
#include "src/plan/search/pace.hpp"

#include <algorithm>
#include <atomic>

namespace heddle {
namespace {

using std::chrono::steady_clock;

constexpr int num_passes = 8;
constexpr warmth_range warmth{2e-2, 1e-3};

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

std::size_t windows_in(std::size_t tasks)
{
  return (tasks + most_window_tasks - 1) / most_window_tasks;
}

/// Where windows begin, and at last the number of tasks.
std::vector<std::size_t> cut(std::size_t tasks, bool is_shifted)
{
  auto const count = windows_in(tasks);
  auto const size  = (tasks + count - 1) / count;
  std::vector<std::size_t> cuts{0};
  for (auto next = is_shifted ? size / 2 : size; next < tasks; next += size) cuts.push_back(next);
  cuts.push_back(tasks);
  return cuts;
}

/// For each cut, how long it takes from the start of the first task behind it on each resource:
/// [cuts][resources].
std::vector<std::vector<double>> rests_behind(whole_order const& whole,
                                              std::span<std::size_t const> cuts)
{
  std::vector<std::vector<double>> rows(cuts.size());
  std::vector<double> row(index(whole.costs().num_resources()));
  auto position = whole.num_tasks();
  for (auto c = cuts.size(); c-- > 0;) {
    for (; position > cuts[c]; --position) {
      auto const task                  = whole.at(position - 1);
      row[index(whole.resource(task))] = whole.rest_seconds(task);
    }
    rows[c] = row;
  }
  return rows;
}

/// For each cut, when each resource is free before it: [cuts][resources].
std::vector<std::vector<double>> free_before(whole_order const& whole,
                                             std::span<std::size_t const> cuts)
{
  std::vector<std::vector<double>> rows;
  std::vector<double> row(index(whole.costs().num_resources()));
  std::size_t position = 0;
  for (auto const c : cuts) {
    for (; position < c; ++position) {
      auto const task                  = whole.at(position);
      row[index(whole.resource(task))] = whole.finish_seconds(task);
    }
    rows.push_back(row);
  }
  return rows;
}

/// Whether it has been stopped, or its time is over.
bool is_over(planning_limits const& limits)
{
  bool const is_timed = limits.evaluations == 0;
  return limits.stop.stop_requested() || (is_timed && steady_clock::now() >= limits.end);
}

/// One pass over the whole.
class long_pass {
 public:
  long_pass(whole_order& whole, planning_limits const& limits, int passes_left, std::uint64_t seed)
    : whole_{whole},
      limits_{limits},
      began_{steady_clock::now()},
      passes_left_{passes_left},
      seed_{seed},
      cuts_{cut(whole.num_tasks(), passes_left % 2 == 0)},
      rests_{rests_behind(whole, cuts_)},
      free_{free_before(whole, cuts_)}
  {
  }

  /// @return the evaluations that it made
  std::uint64_t run()
  {
    num_strips_ = strips_of(whole_.num_tasks(), limits_);
    found_.assign(num_strips_, whole_);
    on_threads(num_strips_, static_cast<std::size_t>(limits_.threads),
               [this](std::size_t strip) { run_strip(strip); });
    merge();
    return evaluations_;
  }

 private:
  [[nodiscard]] std::size_t first_window(std::size_t strip) const
  {
    return strip * (cuts_.size() - 1) / num_strips_;
  }

  void run_strip(std::size_t strip)
  {
    auto& mine      = found_[strip];
    auto free       = free_[first_window(strip)];
    auto random     = random_of(seed_ + strip);
    auto const last = first_window(strip + 1);
    for (auto w = first_window(strip); w < last && !is_over(limits_); ++w) {
      window here{mine, cuts_[w], cuts_[w + 1], free, rests_[w + 1]};
      auto pace = pace_of(strip, w);
      anneal(here, warmth, pace, random);
      evaluations_ += pace.evaluations();
      keep(mine, cuts_[w], here);
      mine.decode(cuts_[w], cuts_[w + 1], free);
    }
  }

  static void keep(whole_order& mine, std::size_t first, window const& found)
  {
    std::vector<task_id> order;
    std::vector<int> resource;
    for (auto const t : found.order()) {
      order.push_back(mine.at(first + index(t)));
      resource.push_back(found.places()[index(t)]);
    }
    mine.replace(first, order, resource);
  }

  /// An equal share for each window: of the evaluations, or of the time of its strip.
  [[nodiscard]] search_pace pace_of(std::size_t strip, std::size_t window) const
  {
    search_watch const watch{limits_.stop, limits_.progress};
    auto const windows = cuts_.size() - 1;
    if (limits_.evaluations > 0) {
      return search_pace::of_evaluations(limits_.evaluations / num_passes / windows, watch);
    }
    auto const threads = static_cast<std::size_t>(limits_.threads);
    auto const turns   = static_cast<double>((num_strips_ + threads - 1) / threads);
    auto const in_turn = static_cast<double>(window + 1 - first_window(strip)) /
                         static_cast<double>(first_window(strip + 1) - first_window(strip));
    auto const share = (static_cast<double>(strip / threads) + in_turn) / turns / passes_left_;
    auto const whole = std::max(limits_.end - began_, steady_clock::duration{0});
    return search_pace::until(
      began_ + std::chrono::duration_cast<steady_clock::duration>(whole * share), watch);
  }

  void merge()
  {
    for (std::size_t strip = 0; strip < num_strips_; ++strip) {
      auto const first = cuts_[first_window(strip)], last = cuts_[first_window(strip + 1)];
      auto const order = std::span{found_[strip].get().order}.subspan(first, last - first);
      std::vector<int> resource;
      for (auto const t : order) resource.push_back(found_[strip].resource(t));
      auto next = whole_;
      next.replace(first, order, resource);
      next.decode();
      if (next.get().makespan_seconds <= whole_.get().makespan_seconds) whole_ = std::move(next);
    }
  }

  whole_order& whole_;
  planning_limits const& limits_;
  steady_clock::time_point began_;
  int passes_left_;
  std::uint64_t seed_;
  std::vector<std::size_t> cuts_;
  std::vector<std::vector<double>> rests_, free_;
  std::size_t num_strips_ = 1;
  std::vector<whole_order> found_{};  ///< of each strip
  std::atomic<std::uint64_t> evaluations_{0};
};

}  // namespace

std::size_t strips_of(std::size_t tasks, planning_limits const& limits)
{
  constexpr std::size_t usual = 8, least_windows = 2;
  auto const threads = static_cast<std::size_t>(limits.threads);
  auto const most    = limits.evaluations > 0 ? usual : std::max(usual, threads);
  return std::clamp<std::size_t>(windows_in(tasks) / least_windows, 1, most);
}

solution search_in_windows(search_setting const& setting, planning_limits const& limits,
                           solution const& start, std::uint64_t& evaluations)
{
  whole_order whole{setting.costs, start};
  auto seed = limits.seed;
  for (int left = num_passes; left > 0 && !is_over(limits); --left) {
    seed = kernels::mixed(seed);
    whole.sort_by_start();
    evaluations += long_pass{whole, limits, left, seed}.run();
    setting.announce(whole.get().makespan_seconds);
    if (setting.is_met_by(whole.get().makespan_seconds)) break;
  }
  return whole.get();
}

}  // namespace heddle
