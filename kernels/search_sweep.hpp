/// @file
/// Kernel body of a search group's sweep: which moves are tried where, and how the ladder cools.
/// The CPU runs it with vectors for all that the lanes do, the GPU with a thread for each lane;
/// both take the same path.
#pragma once

#include "kernels/search_moves.hpp"
#include "kernels/search_random.hpp"

#include <cstdint>

namespace heddle::kernels {

/// The order is cut into windows of `size` tasks, the last shorter.
struct search_windows {
  std::int32_t size;
  std::int32_t count;
  std::int32_t num_tasks;

  [[nodiscard]] HEDDLE_HOST_DEVICE std::int32_t begin_of(std::int32_t window) const
  {
    auto const begin = window * size;
    return begin < num_tasks ? begin : num_tasks;
  }
};

/// What a group decides for all of its lanes. Every thread of it has the same.
template <class Tick>
struct group_walk {
  group_random random;
  std::uint64_t evaluations;
  std::uint32_t sweeps;
  Tick least_seen;  ///< makespan of any lane
};

// The ladder. A temperature is the least makespan in ticks times a factor that hangs on the
// progress of the search and on the rung, hottest first.
inline constexpr int ladder_steps     = 256;
inline constexpr int heat_bits        = 26;      ///< of a factor's fraction
inline constexpr double ladder_ratio  = 200;     ///< of the hottest to the coldest
inline constexpr std::uint64_t by_gap = 417145;  ///< 2^16 / (1 - ladder_ratio^(-1/31))

/// How far a search of `most` evaluations is after so many.
HEDDLE_HOST_DEVICE constexpr std::uint64_t ladder_step(std::uint64_t evaluations,
                                                       std::uint64_t most)
{
  return most == 0 ? ladder_steps - 1 : evaluations * ladder_steps / most;
}

HEDDLE_HOST_DEVICE constexpr std::uint32_t heat_of(std::uint32_t factor, std::uint32_t makespan)
{
  auto const heat = (std::uint64_t{factor} * makespan) >> heat_bits;
  return heat < 1 ? 1U : static_cast<std::uint32_t>(heat);
}

inline constexpr int moves_of_a_window = 6;

// Of 100 moves.
inline constexpr int order_moves     = 12;
inline constexpr int swap_moves      = 30;  ///< of those that are not of the order
inline constexpr int neighbour_moves = 20;  ///< the same
inline constexpr int pair_moves      = 35;  ///< the same
inline constexpr int near_order_moves =
  50;                                   ///< of those of the order: by a sixteenth of it at most
inline constexpr int joint_moves = 30;  ///< the same: the task moves to other places, too
inline constexpr int least_near  = 4;   ///< positions

// A walker runs the sweep. Its members, which are collective:
//
//   problem(), state(), windows(), walk()
//   lanes()                      a group of lanes, as `serial_lanes`
//   heat_factors()               [lanes], those of now
//   decode_all()                 gives makespans and energies
//   decode_from(window)          gives new ones
//   propose(kind, first, last)   as the body of that name
//   accept(kind, noise)          as the body of that name
//   range_of(task, least)        as `order_range_of`
//   move(from, to)               as `move_in_order`; all have read what they need before
//   look()                       keeps the best lane, if it is better than all that were
//   count(lanes, task_steps), is_over()

/// Lets neighbouring rungs exchange their lanes: the first with the second and so on, or the second
/// with the third, in turn; then sets the temperatures.
template <class Walker>
HEDDLE_HOST_DEVICE void cool(Walker& w)
{
  auto const& state        = w.state();
  auto& walk               = w.walk();
  auto const* const factor = w.heat_factors();
  auto const least         = static_cast<std::uint32_t>(walk.least_seen);
  auto const* const noise  = walk.random.noise();
  w.lanes().once([&] {
    for (int rung = static_cast<int>(walk.sweeps & 1U); rung + 1 < search_lanes; rung += 2) {
      auto& hotter    = state.lane_of_rung[rung];
      auto& colder    = state.lane_of_rung[rung + 1];
      auto const heat = std::uint64_t{heat_of(factor[rung + 1], least)} * by_gap >> 16;
      if (exchanges(state.energy[hotter], state.energy[colder], static_cast<std::uint32_t>(heat),
                    noise[rung])) {
        auto const lane = hotter;
        hotter          = colder;
        colder          = lane;
      }
    }
  });
  w.lanes().each(
    [&](int rung) { state.temperature[state.lane_of_rung[rung]] = heat_of(factor[rung], least); });
}

template <class Walker>
HEDDLE_HOST_DEVICE void try_placement(Walker& w, std::int32_t window)
{
  auto const windows = w.windows();
  auto const choice  = w.walk().random.below(100);
  auto const kind    = choice < swap_moves                                  ? lane_move::swap
                       : choice < swap_moves + neighbour_moves              ? lane_move::neighbour
                       : choice < swap_moves + neighbour_moves + pair_moves ? lane_move::pair
                                                                            : lane_move::place;
  w.propose(kind, windows.begin_of(window), windows.begin_of(window + 1));
  w.decode_from(window);
  w.accept(kind, w.walk().random.noise());
  w.look();
}

/// Moves a task to random places, in half of the lanes; `left` has where it was.
template <class Walker>
HEDDLE_HOST_DEVICE void place_at_random(Walker& w, std::int32_t task, bool is_moved)
{
  auto const& state   = w.state();
  auto const& problem = w.problem();
  w.lanes().each([&](int lane) {
    auto& place      = state.place[std::int64_t{task} * search_lanes + lane];
    state.left[lane] = place;
    if (!is_moved) return;
    auto const chance = next_random(state.random[lane]);
    auto const wanted = problem.code[below(chance << 1, problem.num_places)];
    place             = (chance >> 31) != 0 ? wanted : place;
  });
}

/// @return false if the task that was chosen cannot move
template <class Walker>
HEDDLE_HOST_DEVICE bool try_order(Walker& w, std::int32_t window)
{
  auto const& state  = w.state();
  auto& random       = w.walk().random;
  auto const windows = w.windows();
  auto const first = windows.begin_of(window), last = windows.begin_of(window + 1);
  auto const from = first + random.below(last - first);
  auto const task = state.order[from];
  auto range      = w.range_of(task, first);
  if (random.below(100) < near_order_moves) {
    auto const part = windows.num_tasks / 16;
    auto const near = part < least_near ? least_near : part;
    range           = {range.first < from - near ? from - near : range.first,
             range.last > from + near ? from + near : range.last};
  }
  if (range.last <= range.first) return false;
  auto const to = range.first + random.below(range.last - range.first + 1);
  if (to == from) return false;

  w.move(from, to);
  place_at_random(w, task, random.below(100) < joint_moves);
  w.decode_from(window);
  if (accepts_order(w.lanes(), state, random.noise()[0])) {
    keep_all(w.lanes(), state);
    w.look();
    return true;
  }
  w.lanes().each(
    [&](int lane) { state.place[std::int64_t{task} * search_lanes + lane] = state.left[lane]; });
  w.move(to, from);
  return true;
}

/// Over all windows, from the last to the first, so that a move within one leaves all before it as
/// it is and only what follows is decoded again.
template <class Walker>
HEDDLE_HOST_DEVICE void sweep(Walker& w)
{
  auto& walk         = w.walk();
  auto const windows = w.windows();
  ++walk.sweeps;
  cool(w);
  w.decode_all();
  w.look();
  w.count(0, windows.num_tasks);
  for (auto window = windows.count - 1; window >= 0; --window) {
    auto const steps = windows.num_tasks - windows.begin_of(window);
    for (int move = 0; move < moves_of_a_window; ++move) {
      if (w.is_over()) return;
      if (walk.random.below(100) >= order_moves) {
        try_placement(w, window);
        w.count(search_lanes, steps);
      } else if (try_order(w, window)) {
        w.count(search_lanes, steps);
      } else {
        w.count(0, 1);
      }
    }
  }
}

}  // namespace heddle::kernels
