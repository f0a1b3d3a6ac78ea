/// @file
/// Kernel bodies of the search's moves: what the lanes of a group try, and whether they keep it.
/// All arithmetic is in integers, so that every machine takes the same path for a seed.
#pragma once

#include "kernels/search_decode.hpp"

#include <cstdint>

namespace heddle::kernels {

/// What one group works on. A view; each array of lanes is aligned to 64 bytes.
template <class Tick>
struct lane_state {
  std::int32_t* order;         ///< [tasks], every task after its predecessors
  std::int32_t* position;      ///< [tasks], where a task is in the order
  place_code* place;           ///< [tasks x lanes]
  Tick* finish;                ///< [tasks x lanes]
  Tick* makespan;              ///< [lanes]
  Tick* new_makespan;          ///< [lanes]
  std::int32_t* energy;        ///< [lanes]
  std::int32_t* new_energy;    ///< [lanes]
  std::uint32_t* temperature;  ///< [lanes], at least 1, in units of energy
  std::uint32_t* random;       ///< [lanes], not 0
  std::int32_t* moved;         ///< [lanes], the task of a proposal
  std::int32_t* partner;       ///< [lanes], the one that swaps with it
  place_code* left;            ///< [lanes], where the task was
  place_code* partner_left;    ///< [lanes]
  std::int32_t* lane_of_rung;  ///< [lanes], of the ladder, hottest first
};

/// What all lanes of a group try at a time: another place, the place of a neighbour in the
/// workflow, to swap the places of two tasks, or another place for two neighbours together.
enum class lane_move : std::int32_t { place, neighbour, swap, pair };

/// Whether a move changes the place of a second task.
HEDDLE_HOST_DEVICE constexpr bool has_partner(lane_move kind)
{
  return kind == lane_move::swap || kind == lane_move::pair;
}

/// The next of a row of 2^32 - 1 random numbers (Marsaglia 2003: xorshift).
HEDDLE_HOST_DEVICE constexpr std::uint32_t next_random(std::uint32_t& state)
{
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/// A random number brought below `count`.
HEDDLE_HOST_DEVICE constexpr std::int32_t below(std::uint32_t random, std::int32_t count)
{
  return static_cast<std::int32_t>((std::uint64_t{random} * static_cast<std::uint32_t>(count)) >>
                                   32);
}

/// A random place that is not this one; there are at least two.
template <class Tick>
HEDDLE_HOST_DEVICE place_code other_place(std::uint32_t random, place_code code,
                                          search_problem<Tick> const& problem)
{
  auto const place = below(random, problem.num_places - 1);
  return problem.code[place + (place >= place_of_code(code) ? 1 : 0)];
}

/// Changes each lane's placement by one move of this kind, of a random task at positions `[first,
/// last)`; a partner is at positions from `first` on. What was is kept in the state.
template <class Tick, class Lanes>
HEDDLE_HOST_DEVICE void propose(Lanes const& lanes, search_problem<Tick> const& problem,
                                lane_state<Tick> const& state, lane_move kind, std::int32_t first,
                                std::int32_t last)
{
  lanes.each([&](int lane) {
    auto random        = state.random[lane];
    auto const task    = state.order[first + below(next_random(random), last - first)];
    auto const choice  = next_random(random);
    state.random[lane] = random;
    auto& code         = state.place[std::int64_t{task} * search_lanes + lane];
    auto const was     = code;
    auto wanted        = was;
    state.moved[lane]  = task;
    state.left[lane]   = was;
    auto next          = task;
    if (kind == lane_move::neighbour || kind == lane_move::pair) {
      auto const from  = problem.first_neighbour[task];
      auto const count = problem.first_neighbour[task + 1] - from;
      next             = count > 0 ? problem.neighbour[from + below(choice, count)] : task;
    }
    if (kind == lane_move::neighbour) {
      wanted = state.place[std::int64_t{next} * search_lanes + lane];
    }
    if (kind == lane_move::swap)
      next = state.order[first + below(choice, problem.num_tasks - first)];
    if (kind == lane_move::pair && state.position[next] < first) next = task;
    auto& others = state.place[std::int64_t{next} * search_lanes + lane];
    if (has_partner(kind)) {
      state.partner[lane]      = next;
      state.partner_left[lane] = others;
    }
    if (kind == lane_move::swap) {
      wanted = others;
      others = was;
    }
    auto const elsewhere = other_place(choice * 2654435761U, was, problem);
    code                 = wanted == was ? elsewhere : wanted;
    if (kind == lane_move::pair) others = code;
  });
}

inline constexpr int noise_bits  = 12;    ///< of the fraction of -ln(u)
inline constexpr int noise_count = 4096;  ///< numbers -ln(u), u from 0 to 1, before they repeat

/// Metropolis' rule for each lane on its own (Metropolis et al. 1953): keeps the proposal if
///
///     new energy - energy <= temperature x noise[lane]
///
/// and takes it back otherwise.
///
/// @param noise [lanes], -ln of numbers between 0 and 1, in units of 2^-12
template <class Tick, class Lanes>
HEDDLE_HOST_DEVICE void accept(Lanes const& lanes, lane_state<Tick> const& state, lane_move kind,
                               std::uint16_t const* noise)
{
  lanes.each([&](int lane) {
    auto const heat = (std::uint64_t{state.temperature[lane]} * noise[lane]) >> noise_bits;
    auto const rise = std::int64_t{state.new_energy[lane]} - state.energy[lane];
    bool const kept = rise <= static_cast<std::int64_t>(heat);
    auto& code      = state.place[std::int64_t{state.moved[lane]} * search_lanes + lane];
    if (has_partner(kind)) {
      auto& others = state.place[std::int64_t{state.partner[lane]} * search_lanes + lane];
      others       = kept ? others : state.partner_left[lane];
    }
    code                 = kept ? code : state.left[lane];
    state.energy[lane]   = kept ? state.new_energy[lane] : state.energy[lane];
    state.makespan[lane] = kept ? state.new_makespan[lane] : state.makespan[lane];
  });
}

/// Metropolis' rule for a move of the order, which all lanes share: whether the mean over the lanes
/// of (new energy - energy) / temperature is at most `noise`. Each quotient counts at most 2^26.
template <class Tick, class Lanes>
HEDDLE_HOST_DEVICE bool accepts_order(Lanes const& lanes, lane_state<Tick> const& state,
                                      std::uint16_t noise)
{
  constexpr std::int64_t one  = std::int64_t{1} << 30;
  constexpr std::int64_t most = std::int64_t{1} << 56;
  auto const total            = lanes.sum([&](int lane) {
    auto const rise = std::int64_t{state.new_energy[lane]} - state.energy[lane];
    auto const heat = rise * (one / state.temperature[lane]);
    return heat < -most ? -most : heat > most ? most : heat;
  });
  return total <= (std::int64_t{noise} << (30 - noise_bits)) * search_lanes;
}

/// Takes over what an accepted order gives.
template <class Tick, class Lanes>
HEDDLE_HOST_DEVICE void keep_all(Lanes const& lanes, lane_state<Tick> const& state)
{
  lanes.each([&](int lane) {
    state.energy[lane]   = state.new_energy[lane];
    state.makespan[lane] = state.new_makespan[lane];
  });
}

/// Puts the task at position `from` to position `to`; those between move by one.
template <class Tick>
HEDDLE_HOST_DEVICE void move_in_order(lane_state<Tick> const& state, std::int32_t from,
                                      std::int32_t to)
{
  auto const task = state.order[from];
  auto const step = from < to ? 1 : -1;
  for (auto position = from; position != to; position += step) {
    auto const next       = state.order[position + step];
    state.order[position] = next;
    state.position[next]  = position;
  }
  state.order[to]      = task;
  state.position[task] = to;
}

/// The same, by all threads of a group, in steps of 32 positions. `moved` is written to.
template <class Tick, class Lanes>
HEDDLE_HOST_DEVICE void move_in_order(Lanes const& lanes, lane_state<Tick> const& state,
                                      std::int32_t from, std::int32_t to)
{
  auto const task     = state.order[from];
  auto const step     = from < to ? 1 : -1;
  auto const distance = (to - from) * step;
  for (std::int32_t done = 0; done < distance; done += search_lanes) {
    auto const at = [&](int lane) { return from + step * (done + lane); };
    lanes.each([&](int lane) {
      if (done + lane < distance) state.moved[lane] = state.order[at(lane) + step];
    });
    lanes.each([&](int lane) {
      if (done + lane >= distance) return;
      state.order[at(lane)]             = state.moved[lane];
      state.position[state.moved[lane]] = at(lane);
    });
  }
  lanes.once([&] {
    state.order[to]      = task;
    state.position[task] = to;
  });
}

/// How far a task can move in the order.
struct order_range {
  std::int32_t first;
  std::int32_t last;
};

/// Positions, from `least` on, to which `task` can move so that it stays after its predecessors and
/// before its successors.
template <thread_group Group, class Tick>
HEDDLE_HOST_DEVICE order_range order_range_of(Group const& group,
                                              search_problem<Tick> const& problem,
                                              lane_state<Tick> const& state, std::int32_t task,
                                              std::int32_t least)
{
  auto const first = group.reduce(
    problem.first_predecessor[task], problem.first_predecessor[task + 1], least,
    [&](int e) { return state.position[problem.predecessor[e].task] + 1; },
    [](std::int32_t a, std::int32_t b) { return a < b ? b : a; });
  auto const last = group.reduce(
    problem.first_successor[task], problem.first_successor[task + 1], problem.num_tasks - 1,
    [&](int e) { return state.position[problem.successor[e]] - 1; },
    [](std::int32_t a, std::int32_t b) { return a < b ? a : b; });
  return {first, last};
}

/// Replica exchange (Swendsen, Wang 1986) between the lanes of two neighbouring rungs of the
/// ladder: whether they change places. The hotter temperature is `ratio` times the colder one.
///
/// @param colder_over_gap colder temperature / (1 - 1 / ratio)
HEDDLE_HOST_DEVICE constexpr bool exchanges(std::int32_t hotter_energy, std::int32_t colder_energy,
                                            std::uint32_t colder_over_gap, std::uint16_t noise)
{
  auto const heat = (std::uint64_t{colder_over_gap} * noise) >> noise_bits;
  return std::int64_t{hotter_energy} - colder_energy <= static_cast<std::int64_t>(heat);
}

}  // namespace heddle::kernels
