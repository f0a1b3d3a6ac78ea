/// @file
/// Kernel body of the search's decode: an order of tasks and 32 placements become 32 makespans.
///
///     start(t)  = max(when the place of t is free, over predecessors p of
///                     finish(p) + (0 if p and t are in one memory node, else transfer(p, t)))
///     finish(t) = start(t) + execution(t, place of t)
///
/// where links are equal, else as search_links.hpp has it, after the latency of the link,
///
/// in whole ticks, each sum at most `search_limit`: a makespan that would be longer is that. Tasks
/// are taken in the order, which keeps precedence, and none is put into a gap.
#pragma once

#include "kernels/search_lanes.hpp"
#include "kernels/search_links.hpp"

#include <cstdint>
#include <type_traits>

namespace heddle::kernels {

/// The latest time there is: all of 16 bits, or 22 of 32, so that energies fit into 31.
template <class Tick>
inline constexpr std::uint32_t search_limit = sizeof(Tick) == 2 ? 0xffffU : (1U << 22) - 1;

inline constexpr int most_search_places = 128;

/// Up to so many places their times stand in registers, and what hangs on two places in tables.
inline constexpr int few_places = 16;

/// The entries that bodies have for so many places, at most 128.
[[nodiscard]] constexpr int padded_places(int places)
{
  constexpr int least = 4;
  int padded          = least;
  while (padded < places) padded *= 2;
  return padded;
}

/// Calls `fn` with the padded number of places as a constant.
template <class Fn>
auto with_places(int padded, Fn fn)
{
  if (padded == 4) return fn(std::integral_constant<int, 4>{});
  if (padded == 8) return fn(std::integral_constant<int, 8>{});
  if (padded == 16) return fn(std::integral_constant<int, 16>{});
  if (padded == 32) return fn(std::integral_constant<int, 32>{});
  if (padded == 64) return fn(std::integral_constant<int, 64>{});
  return fn(std::integral_constant<int, most_search_places>{});
}

/// A place as lanes hold it. The lower byte is twice its number. The upper one, if places are few,
/// is one more, so that the two are the numbers of the bytes of an entry in a table of 16-bit
/// numbers; of many, its memory node, for which the first place in it stands.
using place_code = std::uint16_t;

/// One of few.
HEDDLE_HOST_DEVICE constexpr place_code code_of_place(int place)
{
  return static_cast<place_code>(place * 0x0202 + 0x0100);
}

/// One of many.
HEDDLE_HOST_DEVICE constexpr place_code code_of_place(int place, int node)
{
  return static_cast<place_code>(node * 0x100 + place * 2);
}
HEDDLE_HOST_DEVICE constexpr int place_of_code(place_code code)
{
  return (code & 0xff) >> 1;
}

/// The memory node of each of few places, four bits each: here one of its own.
inline constexpr std::uint64_t own_nodes = 0xfedc'ba98'7654'3210U;

HEDDLE_HOST_DEVICE constexpr std::uint32_t node_of_code(std::uint64_t nodes, place_code code)
{
  return static_cast<std::uint32_t>(nodes >> (4 * place_of_code(code))) & 0xfU;
}

/// One predecessor of a task.
struct search_edge {
  std::int32_t task;       ///< the predecessor
  std::uint32_t transfer;  ///< in ticks; ticks of 16 bits stand there twice. Where links are not
                           ///< equal, a `transfer_size`; all bits 0: nothing moves
};

/// What is searched. A view: it owns nothing. `Tick` is uint16_t or uint32_t.
template <class Tick>
struct search_problem {
  std::int32_t num_tasks;
  std::int32_t num_places;                ///< 1 to 128
  std::int32_t row;                       ///< entries of a task in `execution`, a power of two
  place_code const* code;                 ///< [places]
  std::int32_t const* first_predecessor;  ///< [tasks + 1]
  search_edge const* predecessor;         ///< [edges]
  std::int32_t const* first_neighbour;    ///< [tasks + 1]
  std::int32_t const* neighbour;          ///< [2 edges], predecessors and successors
  std::int32_t const* first_successor;    ///< [tasks + 1]
  std::int32_t const* successor;          ///< [edges]
  Tick const* execution;                  ///< [tasks x row]; what is `search_limit` never ends
  std::uint64_t nodes;                    ///< of few places; `own_nodes`: none share memory, or all
  Tick const* share;                      ///< [16 x row], of the link from and to, as
                                          ///< search_links.hpp has it; null: links are equal
  Tick const* latency;                    ///< [16 x row], the same

  [[nodiscard]] HEDDLE_HOST_DEVICE bool has_few_places() const { return num_places <= few_places; }

  /// Whether `nodes` says who shares memory.
  [[nodiscard]] HEDDLE_HOST_DEVICE bool shares_nodes() const { return nodes != own_nodes; }

  [[nodiscard]] HEDDLE_HOST_DEVICE bool has_own_links() const { return share != nullptr; }

  /// Whether nothing has to move between two places.
  [[nodiscard]] HEDDLE_HOST_DEVICE bool is_near(place_code a, place_code b) const
  {
    if (!has_few_places()) return a >> 8 == b >> 8;
    return a == b || (shares_nodes() && node_of_code(nodes, a) == node_of_code(nodes, b));
  }

  /// Ticks that the output of a predecessor moves, not cut to the limit.
  [[nodiscard]] HEDDLE_HOST_DEVICE std::uint32_t moved(search_edge const& e, place_code from,
                                                       place_code to) const
  {
    if (!has_own_links()) return is_near(from, to) ? 0U : static_cast<Tick>(e.transfer);
    if (e.transfer == 0) return 0;
    auto const link = place_of_code(from) * row + place_of_code(to);
    return transfer_ticks({e.transfer}, share[link]) + latency[link];
  }
};

template <class Tick>
HEDDLE_HOST_DEVICE constexpr Tick limited_ticks(std::uint32_t ticks)
{
  return static_cast<Tick>(ticks < search_limit<Tick> ? ticks : search_limit<Tick>);
}

/// Decodes the tasks at positions `[first, last)` of the order. Sums of 32 bits are cut to the
/// limit once a task, which is the same as each on its own since the greater of two stays the
/// greater; so an edge is an addition and a maximum, one instruction on devices that have them
/// joined (DPX).
///
/// @param place     [tasks x lanes]
/// @param finish    [tasks x lanes]; read for tasks before `first`, written for the others
/// @param available [Places x lanes], when each place is free: before `first`, then before `last`
template <int Places, class Tick, class Lanes>
HEDDLE_HOST_DEVICE void decode(Lanes const& lanes, search_problem<Tick> const& problem,
                               std::int32_t const* order, std::int32_t first, std::int32_t last,
                               place_code const* place, Tick* finish, Tick* available)
{
  lanes.each([&](int lane) {
    for (auto position = first; position < last; ++position) {
      auto const task = order[position];
      auto const code = place[std::int64_t{task} * search_lanes + lane];
      auto& free      = available[place_of_code(code) * search_lanes + lane];
      auto start      = std::uint32_t{free};
      auto const end  = problem.first_predecessor[task + 1];
      for (auto e = problem.first_predecessor[task]; e < end; ++e) {
        auto const& before = problem.predecessor[e];
        auto const cell    = std::int64_t{before.task} * search_lanes + lane;
        auto const arrival = finish[cell] + problem.moved(before, place[cell], code);
        start              = start < arrival ? arrival : start;
      }
      auto const spent = problem.execution[std::int64_t{task} * problem.row + place_of_code(code)];
      free             = limited_ticks<Tick>(start + spent);
      finish[std::int64_t{task} * search_lanes + lane] = free;
    }
  });
}

/// How much more the makespan weighs than the mean end of a place: an energy is
/// 64 x makespan + mean, and never more than 2^29.
inline constexpr std::int32_t makespan_weight = 64;

HEDDLE_HOST_DEVICE constexpr std::int32_t energy_of(std::uint32_t makespan, std::uint32_t mean)
{
  return static_cast<std::int32_t>(makespan * makespan_weight + mean);
}

/// `judge` of many places.
template <int Places, class Tick, class Lanes>
HEDDLE_HOST_DEVICE void judge_many(Lanes const& lanes, Tick const* available, Tick* makespan,
                                   std::int32_t* energy)
{
  lanes.each([&](int lane) {
    std::uint32_t latest = 0, sum = 0;
    for (int p = 0; p < Places; ++p) {
      std::uint32_t const end = available[p * search_lanes + lane];
      latest                  = latest < end ? end : latest;
      sum += end;
    }
    makespan[lane] = static_cast<Tick>(latest);
    energy[lane]   = energy_of(latest, sum / Places);
  });
}

/// Makespan and energy of each lane from when its places are free in the end. The mean is that of
/// `Places` ends, halves rounded up: of a and b, of c and d and so on, and then of those. Of many
/// places it is their sum over their number, rounded down.
template <int Places, class Tick, class Lanes>
HEDDLE_HOST_DEVICE void judge(Lanes const& lanes, Tick const* available, Tick* makespan,
                              std::int32_t* energy)
{
  if constexpr (Places > few_places) {
    judge_many<Places>(lanes, available, makespan, energy);
  } else {
    lanes.each([&](int lane) {
      std::uint32_t mean[Places];
      std::uint32_t latest = 0;
      for (int p = 0; p < Places; ++p) {
        mean[p] = available[p * search_lanes + lane];
        latest  = latest < mean[p] ? mean[p] : latest;
      }
      for (int half = Places / 2; half > 0; half /= 2) {
        for (int p = 0; p < half; ++p) mean[p] = (mean[p] + mean[p + half] + 1) / 2;
      }
      makespan[lane] = static_cast<Tick>(latest);
      energy[lane]   = energy_of(latest, mean[0]);
    });
  }
}

}  // namespace heddle::kernels
