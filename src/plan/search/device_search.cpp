#include "src/plan/search/device_search.hpp"

#include "kernels/launchers.hpp"
#include "kernels/search_groups.hpp"
#include "src/plan/search/lane_decoder.hpp"
#include "src/plan/search/on_threads.hpp"
#include "src/plan/search/walk_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace heddle {
namespace {

using std::chrono::steady_clock;

constexpr std::int32_t most_groups          = 4096;
constexpr std::uint64_t least_evaluations   = 1 << 14;  // of a group, where their number is given
constexpr int num_rounds                    = 4;
constexpr std::size_t most_decoded          = 64;  // groups whose best is looked at in seconds
constexpr steady_clock::duration batch_time = std::chrono::milliseconds{10};

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Memory of a device for as long as this lives.
class device_block {
 public:
  device_block(std::shared_ptr<device> on, std::size_t bytes)
    : device_{std::move(on)},
      stream_{device_, "search"},
      event_{device_->create_event()},
      bytes_{bytes}
  {
    try {
      data_ = static_cast<std::byte*>(device_->allocate(bytes, stream_));
    } catch (...) {
      device_->destroy_event(event_);
      throw;
    }
  }
  device_block(device_block const&)            = delete;
  device_block& operator=(device_block const&) = delete;
  ~device_block()
  {
    try {
      wait();  // what still runs may use what lives as long as this
      device_->free(data_, stream_);
    } catch (error const&) {  // the device is lost, and its memory with it
    }
    device_->destroy_event(event_);
  }

  void wait()
  {
    device_->record(event_, stream_);
    device_->synchronize(event_);
  }

  template <class T>
  [[nodiscard]] std::vector<T> get(T const* from, std::size_t count)
  {
    std::vector<T> to(count);
    device_->copy_to_host(to.data(), from, count * sizeof(T), stream_);
    wait();
    return to;
  }

  void put(void* to, void const* from, std::size_t bytes)
  {
    device_->copy_to_device(to, from, bytes, stream_);
    wait();
  }

  /// @param gpu       called with the stream
  /// @param simulated called with the address of the block on the CPU
  template <class Gpu, class Simulated>
  void launch(char const* name, Gpu gpu, Simulated simulated)
  {
    device_->launch({.name = name,
                     .gpu  = [gpu](stream_ref s, body_arguments const&) { gpu(s); },
                     .simulated =
                       [simulated](body_arguments const& a) {
                         simulated(static_cast<std::byte*>(a.data[0].data));
                       },
                     .arguments = {{data_, bytes_}}},
                    stream_);
  }

  [[nodiscard]] std::byte* data() const noexcept { return data_; }

 private:
  std::shared_ptr<device> device_;
  device_stream stream_;
  event_ref event_;
  std::size_t bytes_;
  std::byte* data_ = nullptr;
};

/// Calls `fn` with the padded number of places as a constant.
template <class Fn>
void with_places(std::int32_t padded, Fn fn)
{
  if (padded == 4) return fn(std::integral_constant<int, 4>{});
  if (padded == 8) return fn(std::integral_constant<int, 8>{});
  fn(std::integral_constant<int, 16>{});
}

template <class Tick>
class device_groups {
 public:
  device_groups(std::shared_ptr<device> const& on, search_setting const& setting,
                tick_problem<Tick> const& problem, planning_limits const& limits,
                std::span<solution const> starts)
    : setting_{setting},
      limits_{limits},
      sizes_{sizes_of(problem.view(), starts, limits, on->info().memory_bytes)},
      block_{on, bytes_of(sizes_)},
      on_device_{view_at(block_.data())}
  {
    upload(problem.view(), starts);
  }

  device_found run()
  {
    begin();
    solution best;
    for (int round = 0; round < num_rounds; ++round) {
      run_round(num_rounds - round);
      best = find_best();
      if (limits_.stop.stop_requested() || setting_.is_met_by(best.makespan_seconds)) break;
      if (round + 1 < num_rounds) adopt_better();
    }
    return {std::move(best), evaluations_};
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
                            padded_places(p.num_places),
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
    std::copy_n(p.share, sizes_.num_links(), all.share);
    std::copy_n(p.latency, sizes_.num_links(), all.latency);
    std::ranges::copy(ladder_table(), all.ladder);
    std::ranges::copy(noise_table(), all.noise);
    for (std::size_t s = 0; s < starts.size(); ++s) {
      std::ranges::copy(starts[s].order, all.start_order + s * tasks);
      std::ranges::transform(starts[s].resource, all.start_place + s * tasks,
                             kernels::code_of_place);
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
        with_places(sizes_.padded_places, [&](auto places) {
          for (std::int32_t g = 0; g < sizes_.num_groups; ++g) {
            kernels::begin_group<places()>(kernels::serial_lanes{}, all, g, limits_.seed);
          }
        });
      });
  }

  void launch(kernels::search_batch const& batch)
  {
    block_.launch(
      "search", [all = on_device_, batch](stream_ref s) { kernels::launch_search(all, batch, s); },
      [this, batch](std::byte* base) {
        auto const all = view_at(base);
        with_places(sizes_.padded_places, [&](auto places) {
          for (std::int32_t g = 0; g < sizes_.num_groups; ++g) {
            kernels::lanes_walker<places(), Tick, kernels::serial_lanes> walker{
              {}, all.problem(), sizes_.windows, all.tables(), all.group(g), batch};
            walker.run();
          }
        });
      });
    block_.wait();
  }

  /// Each group walks as far as the round allows; batches let the host look at the clock.
  void run_round(int rounds_left)
  {
    if (limits_.evaluations > 0) {
      auto const share = limits_.evaluations / num_rounds / index(sizes_.num_groups);
      return run_to(share);
    }
    auto const began      = steady_clock::now();
    auto const left       = std::max(limits_.end - began, steady_clock::duration{0});
    auto const whole      = std::chrono::duration<double>{left / rounds_left}.count();
    std::uint64_t batch   = kernels::search_lanes;
    std::uint64_t reached = 0;
    for (auto now = began; !limits_.stop.stop_requested();) {
      auto const done = std::chrono::duration<double>{now - began}.count();
      if (done >= whole) break;
      auto const step = static_cast<std::int32_t>(done / whole * kernels::ladder_steps);
      reached += batch;
      launch({reached, std::numeric_limits<std::uint64_t>::max(), step});
      auto const last = std::exchange(now, steady_clock::now());
      if (now - last < batch_time / 2) batch *= 2;
      if (now - last > batch_time * 2) batch = std::max<std::uint64_t>(batch / 2, 1);
      tell(reached);
    }
    count_walks();
  }

  /// In one launch for each sixteenth, for Ctrl-C.
  void run_to(std::uint64_t share)
  {
    constexpr std::uint64_t parts = 16;
    for (std::uint64_t part = 1; part <= parts && !limits_.stop.stop_requested(); ++part) {
      launch({share * part / parts, share, -1});
    }
    count_walks();
  }

  void tell(std::uint64_t reached)
  {
    if (limits_.progress == nullptr) return;
    auto const all = evaluations_ + reached * index(sizes_.num_groups);
    limits_.progress->evaluations.fetch_add(all - told_, std::memory_order_relaxed);
    told_ = all;
  }

  void count_walks()
  {
    walks_ = block_.get(on_device_.walk, index(sizes_.num_groups));
    for (auto const& each : walks_) evaluations_ += each.evaluations;
    tell(0);
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

  /// Decodes the best in seconds.
  [[nodiscard]] solution find_best()
  {
    solution best;
    auto const tasks = index(sizes_.num_tasks);
    auto ranked      = ranking();
    ranked.resize(std::min(ranked.size(), most_decoded));
    for (auto const g : ranked) {
      solution s;
      s.order          = block_.get(on_device_.best_order + index(g) * tasks, tasks);
      auto const codes = block_.get(on_device_.best_place + index(g) * tasks, tasks);
      for (auto const code : codes) s.resource.push_back(kernels::place_of_code(code));
      std::vector<double> finish;
      s.makespan_seconds = seconds_of(setting_.costs, s, finish);
      if (s.makespan_seconds < best.makespan_seconds) best = std::move(s);
    }
    setting_.announce(best.makespan_seconds);
    return best;
  }

  search_setting const& setting_;
  planning_limits const& limits_;
  kernels::search_sizes sizes_;
  device_block block_;
  groups on_device_;
  std::vector<kernels::group_walk<Tick>> walks_{};
  std::uint64_t evaluations_ = 0;  ///< of all, in rounds that have ended
  std::uint64_t told_        = 0;  ///< of them and of this round, to those who watch
};

}  // namespace

template <class Tick>
device_found search_on_device(std::shared_ptr<device> const& on, search_setting const& setting,
                              tick_problem<Tick> const& problem, planning_limits const& limits,
                              std::span<solution const> starts)
{
  return device_groups<Tick>{on, setting, problem, limits, starts}.run();
}

namespace {

struct outcome {
  device_found found{};
  std::string failure{};  ///< or empty
};

template <class Tick>
outcome try_device(std::shared_ptr<device> const& on, search_setting const& setting,
                   tick_problem<Tick> const& problem, planning_limits const& limits,
                   std::span<solution const> starts)
{
  try {
    return {search_on_device(on, setting, problem, limits, starts)};
  } catch (device_error const& lost) {
    return {{}, lost.what()};
  } catch (out_of_device_memory const& full) {
    return {{}, full.what()};
  }
}

}  // namespace

template <class Tick>
devices_found search_on_devices(search_setting const& setting, tick_problem<Tick> const& problem,
                                planning_limits const& limits, std::span<solution const> starts)
{
  auto const& devices = limits.devices;
  std::vector<outcome> outcomes(devices.size());
  on_threads(devices.size(), devices.size(), [&](std::size_t i) {
    auto share = limits;
    if (limits.evaluations > 0) {
      share.evaluations = std::max<std::uint64_t>(1, limits.evaluations / devices.size());
    }
    if (i > 0) share.seed = kernels::mixed(limits.seed + i);
    outcomes[i] = try_device(devices[i], setting, problem, share, starts);
  });
  devices_found all;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    auto& found = outcomes[i].found;
    if (outcomes[i].failure.empty()) all.working.push_back(devices[i]);
    all.evaluations += found.evaluations;
    if (found.best.makespan_seconds < all.best.makespan_seconds) all.best = std::move(found.best);
  }
  auto const next = all.working.empty() ? "the CPU goes on" : "the others go on";
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (outcomes[i].failure.empty()) continue;
    all.remark += fmt::format("{}{} fails, {}: {}", all.remark.empty() ? "" : "; ",
                              devices[i]->info().name, next, outcomes[i].failure);
  }
  return all;
}

template devices_found search_on_devices(search_setting const&, tick_problem<std::uint16_t> const&,
                                         planning_limits const&, std::span<solution const>);
template devices_found search_on_devices(search_setting const&, tick_problem<std::uint32_t> const&,
                                         planning_limits const&, std::span<solution const>);
template device_found search_on_device(std::shared_ptr<device> const&, search_setting const&,
                                       tick_problem<std::uint16_t> const&, planning_limits const&,
                                       std::span<solution const>);
template device_found search_on_device(std::shared_ptr<device> const&, search_setting const&,
                                       tick_problem<std::uint32_t> const&, planning_limits const&,
                                       std::span<solution const>);

}  // namespace heddle
