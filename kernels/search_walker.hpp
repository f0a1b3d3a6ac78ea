/// @file
/// The walk of one search group by a group of threads, one for some of its lanes or for each.
#pragma once

#include "kernels/search_sweep.hpp"

#include <cstdint>

namespace heddle::kernels {

/// What one group works on, and what it found. A view.
template <class Tick>
struct search_group {
  lane_state<Tick> state;
  Tick* free;                ///< [windows + 1][places][lanes], places padded; scratch memory
  group_walk<Tick>* walk;    ///< one
  std::int32_t* best_order;  ///< [tasks]
  place_code* best_place;    ///< [tasks]
};

/// How far a group goes in one launch.
struct search_batch {
  std::uint64_t enough;      ///< evaluations in all, where it ends after the sweep that it is in
  std::uint64_t most;        ///< evaluations of the whole walk, which it never exceeds
  std::int32_t ladder_step;  ///< how cool it is; negative: by the evaluations
};

/// Numbers that walks look up, where the walk runs.
struct search_tables {
  std::uint32_t const* ladder;  ///< [ladder_steps][lanes], factors of `heat_of`
  std::uint16_t const* noise;   ///< [noise_count + lanes]
};

/// Every thread of a group has one of these, and makes the same calls.
template <int Places, class Tick, class Lanes>
class lanes_walker {
 public:
  HEDDLE_HOST_DEVICE lanes_walker(Lanes const& lanes, search_problem<Tick> const& problem,
                                  search_windows const& windows, search_tables const& tables,
                                  search_group<Tick> const& group, search_batch const& batch)
    : lanes_{lanes},
      problem_{problem},
      windows_{windows},
      ladder_{tables.ladder},
      group_{group},
      walk_{*group.walk},
      batch_{batch}
  {
    walk_.random.noise_table = tables.noise;
  }

  /// Of a new group: what its placements give, before the first sweep.
  HEDDLE_HOST_DEVICE void begin()
  {
    decode_all();
    look();
  }

  HEDDLE_HOST_DEVICE void run()
  {
    while (!is_over() && walk_.evaluations < batch_.enough) sweep(*this);
    lanes_.once([&] { *group_.walk = walk_; });
  }

  // ---- what `sweep` asks for ----

  [[nodiscard]] HEDDLE_HOST_DEVICE auto const& problem() const { return problem_; }
  [[nodiscard]] HEDDLE_HOST_DEVICE auto const& state() const { return group_.state; }
  [[nodiscard]] HEDDLE_HOST_DEVICE auto const& windows() const { return windows_; }
  [[nodiscard]] HEDDLE_HOST_DEVICE auto const& lanes() const { return lanes_; }
  [[nodiscard]] HEDDLE_HOST_DEVICE auto& walk() { return walk_; }

  [[nodiscard]] HEDDLE_HOST_DEVICE std::uint32_t const* heat_factors() const
  {
    auto const step = batch_.ladder_step >= 0 ? static_cast<std::uint64_t>(batch_.ladder_step)
                                              : ladder_step(walk_.evaluations, batch_.most);
    return ladder_ + (step < ladder_steps ? step : ladder_steps - 1) * search_lanes;
  }

  HEDDLE_HOST_DEVICE void decode_all()
  {
    lanes_.each([&](int lane) {
      for (int p = 0; p < Places; ++p) group_.free[p * search_lanes + lane] = 0;
    });
    for (std::int32_t window = 0; window < windows_.count; ++window) {
      decode_between(window, window + 1, free_before(window + 1));
    }
    judge<Places>(lanes_, free_before(windows_.count), state().makespan, state().energy);
  }

  HEDDLE_HOST_DEVICE void decode_from(std::int32_t window)
  {
    auto* const free = free_before(windows_.count);
    decode_between(window, windows_.count, free);
    judge<Places>(lanes_, free, state().new_makespan, state().new_energy);
  }

  HEDDLE_HOST_DEVICE void propose(lane_move kind, std::int32_t first, std::int32_t last)
  {
    kernels::propose(lanes_, problem_, state(), kind, first, last);
  }
  HEDDLE_HOST_DEVICE void accept(lane_move kind, std::uint16_t const* noise)
  {
    kernels::accept(lanes_, state(), kind, noise);
  }
  [[nodiscard]] HEDDLE_HOST_DEVICE order_range range_of(std::int32_t task, std::int32_t least)
  {
    return order_range_of(serial_group<>{}, problem_, state(), task, least);
  }
  HEDDLE_HOST_DEVICE void move(std::int32_t from, std::int32_t to)
  {
    move_in_order(lanes_, state(), from, to);
  }

  /// Keeps the first of the best lanes.
  HEDDLE_HOST_DEVICE void look()
  {
    auto const least = lanes_.least([&](int lane) { return std::int32_t{makespan_of(lane)}; });
    if (least >= static_cast<std::int32_t>(walk_.least_seen)) return;
    walk_.least_seen = static_cast<Tick>(least);
    auto const best  = lanes_.least(
      [&](int lane) { return std::int32_t{makespan_of(lane)} == least ? lane : search_lanes; });
    lanes_.each([&](int lane) {
      for (auto t = lane; t < problem_.num_tasks; t += search_lanes) {
        group_.best_order[t] = state().order[t];
        group_.best_place[t] = state().place[std::int64_t{t} * search_lanes + best];
      }
    });
  }

  HEDDLE_HOST_DEVICE void count(std::uint64_t evaluations, std::int32_t /*task_steps*/)
  {
    walk_.evaluations += evaluations;
  }
  [[nodiscard]] HEDDLE_HOST_DEVICE bool is_over() const
  {
    return walk_.evaluations + search_lanes > batch_.most;
  }

 private:
  [[nodiscard]] HEDDLE_HOST_DEVICE std::int32_t makespan_of(int lane) const
  {
    return static_cast<std::int32_t>(state().makespan[lane]);
  }
  [[nodiscard]] HEDDLE_HOST_DEVICE Tick* free_before(std::int32_t window) const
  {
    return group_.free + std::int64_t{window} * Places * search_lanes;
  }

  HEDDLE_HOST_DEVICE void decode_between(std::int32_t first, std::int32_t last, Tick* free)
  {
    auto const* const before = free_before(first);
    lanes_.each([&](int lane) {
      for (int p = 0; p < Places; ++p) {
        free[p * search_lanes + lane] = before[p * search_lanes + lane];
      }
    });
    decode<Places>(lanes_, problem_, state().order, windows_.begin_of(first),
                   windows_.begin_of(last), state().place, state().finish, free);
  }

  Lanes lanes_;
  search_problem<Tick> problem_;
  search_windows windows_;
  std::uint32_t const* ladder_;
  search_group<Tick> group_;
  group_walk<Tick> walk_;
  search_batch batch_;
};

}  // namespace heddle::kernels
