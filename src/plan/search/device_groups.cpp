#include "src/plan/search/device_groups.hpp"

#include "kernels/launchers.hpp"
#include "kernels/search_groups.hpp"
#include "src/plan/search/device_block.hpp"
#include "src/plan/search/lane_decoder.hpp"
#include "src/plan/search/walk_tables.hpp"

#include <heddle/base/error.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <utility>

namespace heddle {
namespace {

using std::chrono::steady_clock;

constexpr std::int32_t most_groups          = 4096;
constexpr std::uint64_t least_evaluations   = 1 << 14;  // of a group, where their number is given
constexpr int num_rounds                    = 4;
constexpr std::size_t most_decoded          = 16;  // groups whose best is looked at in seconds
constexpr steady_clock::duration batch_time = std::chrono::milliseconds{10};
constexpr steady_clock::duration look_time  = std::chrono::milliseconds{250};

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

template <class Tick>
class device_groups {
 public:
  device_groups(std::shared_ptr<device> const& on, search_setting const& setting,
                tick_problem<Tick> const& problem, planning_limits const& limits,
                std::span<solution const> starts, device_found& found)
    : setting_{setting},
      limits_{limits},
      sizes_{sizes_of(problem.view(), starts, limits, on->info().memory_bytes)},
      block_{on, bytes_of(sizes_)},
      on_device_{view_at(block_.data())},
      looked_at_(index(sizes_.num_groups), std::numeric_limits<Tick>::max()),
      found_{found}
  {
    upload(problem.view(), starts);
  }

  /// What was found so far is where the caller has it, also when this throws.
  void run()
  {
    // A sweep, of which a launch makes one at least, is as long as some tens of decodes of all
    // tasks.
    constexpr int decodes_of_a_sweep = 36;
    auto const began                 = steady_clock::now();
    begin();
    slowest_launch_ = decodes_of_a_sweep * (steady_clock::now() - began);
    for (int left = num_rounds; left > 0; --left) {
      run_round(left);
      if (limits_.stop.stop_requested() || is_met()) break;
      if (left > 1) adopt_better();
    }
  }

 private:
  using groups = kernels::search_groups<Tick>;

  [[nodiscard]] static kernels::search_sizes sizes_of(kernels::search_problem<Tick> const& p,
                                                      std::span<solution const> starts,
                                                      planning_limits const& limits,
                                                      std::size_t memory_bytes)
  {
    kernels::search_sizes s{most_groups,
                            p.num_tasks,
                            p.first_predecessor[p.num_tasks],
                            p.num_places,
                            kernels::padded_places(p.num_places),
                            p.row,
                            static_cast<std::int32_t>(starts.size()),
                            windows_of(p.num_tasks),
                            p.nodes,
                            p.has_own_links()};
    if (limits.evaluations > 0) {
      auto const fit = limits.evaluations / num_rounds / least_evaluations;
      s.num_groups =
        static_cast<std::int32_t>(std::clamp<std::uint64_t>(fit, 2, std::uint64_t{most_groups}));
    }
    while (s.num_groups > 2 && bytes_of(s) > memory_bytes / 2) s.num_groups /= 2;
    return s;
  }

  [[nodiscard]] static std::size_t bytes_of(kernels::search_sizes const& sizes)
  {
    groups all{};
    all.sizes           = sizes;
    std::size_t of_host = 0;
    return kernels::lay_out(all, nullptr, of_host);
  }

  [[nodiscard]] groups view_at(std::byte* base) const
  {
    groups all{};
    all.sizes           = sizes_;
    std::size_t of_host = 0;
    kernels::lay_out(all, base, of_host);
    return all;
  }

  void upload(kernels::search_problem<Tick> const& p, std::span<solution const> starts)
  {
    groups all{};
    all.sizes           = sizes_;
    std::size_t of_host = 0;
    kernels::lay_out(all, nullptr, of_host);
    std::vector<std::byte> image(of_host);
    all              = view_at(image.data());
    auto const tasks = index(p.num_tasks), edges = index(sizes_.num_edges);
    std::copy_n(p.first_predecessor, tasks + 1, all.first_predecessor);
    std::copy_n(p.predecessor, edges, all.predecessor);
    std::copy_n(p.first_neighbour, tasks + 1, all.first_neighbour);
    std::copy_n(p.neighbour, 2 * edges, all.neighbour);
    std::copy_n(p.first_successor, tasks + 1, all.first_successor);
    std::copy_n(p.successor, edges, all.successor);
    std::copy_n(p.execution, tasks * index(p.row), all.execution);
    std::copy_n(p.code, p.num_places, all.code);
    std::copy_n(p.share, sizes_.num_links(), all.share);
    std::copy_n(p.latency, sizes_.num_links(), all.latency);
    std::ranges::copy(ladder_table(), all.ladder);
    std::ranges::copy(noise_table(), all.noise);
    for (std::size_t s = 0; s < starts.size(); ++s) {
      std::ranges::copy(starts[s].order, all.start_order + s * tasks);
      std::ranges::transform(starts[s].resource, all.start_place + s * tasks,
                             [&](int place) { return p.code[place]; });
    }
    std::iota(all.adopted, all.adopted + sizes_.num_groups, 0);
    block_.put(block_.data(), image.data(), image.size());
  }

  void begin()
  {
    block_.launch(
      "search_begin",
      [all = on_device_, seed = limits_.seed](stream_ref s) {
        kernels::launch_search_begin(all, seed, s);
      },
      [this](std::byte* base) {
        auto const all = view_at(base);
        kernels::with_places(sizes_.padded_places, [&](auto places) {
          for (std::int32_t g = 0; g < sizes_.num_groups; ++g) {
            kernels::begin_group<places()>(kernels::serial_lanes{}, all, g, limits_.seed);
          }
        });
      });
    block_.wait();
  }

  void launch(kernels::search_batch const& batch)
  {
    auto const began = steady_clock::now();
    block_.launch(
      "search", [all = on_device_, batch](stream_ref s) { kernels::launch_search(all, batch, s); },
      [this, batch](std::byte* base) {
        auto const all = view_at(base);
        kernels::with_places(sizes_.padded_places, [&](auto places) {
          for (std::int32_t g = 0; g < sizes_.num_groups; ++g) {
            kernels::lanes_walker<places(), Tick, kernels::serial_lanes> walker{
              {}, all.problem(), sizes_.windows, all.tables(), all.group(g), batch};
            walker.run();
          }
        });
      });
    block_.wait();
    note_time(steady_clock::now() - began);
  }

  /// Where a batch is less than a sweep, some launches do nothing: the slowest of late counts.
  void note_time(steady_clock::duration time)
  {
    slowest_launch_ = std::max(time, slowest_launch_ / 2);
    if (time < batch_time / 2) batch_ *= 2;
    if (time > batch_time * 2) batch_ = std::max<std::uint64_t>(batch_ / 2, 1);
  }

  /// Each group walks as far as the round allows.
  void run_round(int rounds_left)
  {
    before_ = found_.evaluations;
    if (limits_.evaluations > 0) {
      run_to(limits_.evaluations / num_rounds / index(sizes_.num_groups));
    } else {
      auto const left = std::max(limits_.end - steady_clock::now(), steady_clock::duration{0});
      run_for(left / rounds_left);
    }
    look();
    tell(0);
  }

  /// Batches of some milliseconds let the host look at the clock, and now and then at what was
  /// found. None begins that would not end in time.
  void run_for(steady_clock::duration whole)
  {
    auto const began      = steady_clock::now();
    auto looked           = began;
    std::uint64_t reached = 0;
    for (auto now = began; !limits_.stop.stop_requested() && !is_met();) {
      if (now - began >= whole || now + slowest_launch_ > limits_.end) break;
      auto const done = std::chrono::duration<double>{now - began} / whole;
      reached += batch_;
      launch({reached, std::numeric_limits<std::uint64_t>::max(),
              static_cast<std::int32_t>(done * kernels::ladder_steps)});
      now = steady_clock::now();
      tell(reached);
      if (now - looked < std::min(look_time, looked - began)) continue;
      look();
      looked = now;
    }
  }

  void run_to(std::uint64_t share)
  {
    for (std::uint64_t reached = 0; reached < share && !limits_.stop.stop_requested();) {
      reached = std::min(share, reached + batch_);
      launch({reached, share, -1});
    }
  }

  void tell(std::uint64_t reached)
  {
    if (limits_.progress == nullptr) return;
    auto const all = std::max(found_.evaluations, before_ + reached * index(sizes_.num_groups));
    limits_.progress->evaluations.fetch_add(all - told_, std::memory_order_relaxed);
    told_ = all;
  }

  /// Groups, the best first; of equal ones by number.
  [[nodiscard]] std::vector<std::int32_t> ranking() const
  {
    std::vector<std::int32_t> all(index(sizes_.num_groups));
    std::iota(all.begin(), all.end(), 0);
    std::ranges::stable_sort(all, {}, [this](auto g) { return walks_[index(g)].least_seen; });
    return all;
  }

  void adopt_better()
  {
    auto const ranked = ranking();
    auto const half   = ranked.size() / 2;
    std::vector<std::int32_t> from(ranked.size());
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      from[index(ranked[i])] =
        i < ranked.size() - half ? ranked[i] : ranked[i - (ranked.size() - half)];
    }
    block_.put(on_device_.adopted, from.data(), from.size() * sizeof(std::int32_t));
    block_.launch(
      "search_adopt", [all = on_device_](stream_ref s) { kernels::launch_search_adopt(all, s); },
      [this](std::byte* base) {
        auto const all = view_at(base);
        for (std::int32_t g = 0; g < sizes_.num_groups; ++g) {
          kernels::adopt(kernels::serial_lanes{}, all, g);
        }
      });
    block_.wait();
  }

  [[nodiscard]] bool is_met() const { return setting_.is_met_by(found_.best.makespan_seconds); }

  /// Takes what the groups have found: of those that lead, decodes in seconds what is new.
  void look()
  {
    walks_             = block_.get(on_device_.walk, index(sizes_.num_groups));
    found_.evaluations = before_;
    for (auto const& each : walks_) found_.evaluations += each.evaluations;
    auto ranked = ranking();
    ranked.resize(std::min(ranked.size(), most_decoded));
    for (auto const g : ranked) {
      auto const seen = walks_[index(g)].least_seen;
      if (seen < std::exchange(looked_at_[index(g)], seen)) take(best_of(g));
    }
    setting_.announce(found_.best.makespan_seconds);
  }

  [[nodiscard]] solution best_of(std::int32_t group)
  {
    auto const tasks = index(sizes_.num_tasks);
    auto const first = index(group) * tasks;
    solution s;
    s.order = block_.get(on_device_.best_order + first, tasks);
    for (auto const code : block_.get(on_device_.best_place + first, tasks)) {
      s.resource.push_back(kernels::place_of_code(code));
    }
    std::vector<double> finish;
    s.makespan_seconds = seconds_of(setting_.costs, s, finish);
    return s;
  }

  void take(solution s)
  {
    if (s.makespan_seconds < found_.best.makespan_seconds) found_.best = std::move(s);
  }

  search_setting const& setting_;
  planning_limits const& limits_;
  kernels::search_sizes sizes_;
  device_block block_;
  groups on_device_;
  std::vector<kernels::group_walk<Tick>> walks_{};
  std::vector<Tick> looked_at_;  ///< [groups], the makespan of what was decoded last
  device_found& found_;
  std::uint64_t before_ = 0;                      ///< evaluations in rounds that have ended
  std::uint64_t told_   = 0;                      ///< evaluations, to those who watch
  std::uint64_t batch_  = kernels::search_lanes;  ///< evaluations of a group in a launch
  steady_clock::duration slowest_launch_{0};
};

}  // namespace

template <class Tick>
device_found search_on_device(std::shared_ptr<device> const& on, search_setting const& setting,
                              tick_problem<Tick> const& problem, planning_limits const& limits,
                              std::span<solution const> starts)
{
  device_found found{starts.front()};
  try {
    device_groups<Tick>{on, setting, problem, limits, starts, found}.run();
  } catch (error const& failed) {
    found.failure = failed.what();
  }
  return found;
}

template device_found search_on_device(std::shared_ptr<device> const&, search_setting const&,
                                       tick_problem<std::uint16_t> const&, planning_limits const&,
                                       std::span<solution const>);
template device_found search_on_device(std::shared_ptr<device> const&, search_setting const&,
                                       tick_problem<std::uint32_t> const&, planning_limits const&,
                                       std::span<solution const>);

}  // namespace heddle
