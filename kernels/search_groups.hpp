/// @file
/// Many search groups in one block of memory, and what each does in a launch.
#pragma once

#include "kernels/search_walker.hpp"

#include <cstddef>
#include <cstdint>

namespace heddle::kernels {

/// How large a search is.
struct search_sizes {
  std::int32_t num_groups;
  std::int32_t num_tasks;
  std::int32_t num_edges;
  std::int32_t num_places;
  std::int32_t padded_places;  ///< as bodies have them, see `with_places`
  std::int32_t row;            ///< entries of a task in `execution`
  std::int32_t num_starts;
  search_windows windows;
  std::uint64_t nodes;  ///< as `search_problem` has them
  bool has_own_links;   ///< the same

  /// Entries of `share` and `latency`.
  [[nodiscard]] HEDDLE_HOST_DEVICE std::int32_t num_links() const
  {
    return has_own_links ? few_places * row : 0;
  }
};

/// All that the groups of a search have, in the memory of one device. A view; the arrays of the
/// first part are written by the host before the first launch.
template <class Tick>
struct search_groups {
  search_sizes sizes;

  // What is searched, and the solutions that groups begin with.
  std::int32_t* first_predecessor;  ///< [tasks + 1]
  search_edge* predecessor;         ///< [edges]
  std::int32_t* first_neighbour;    ///< [tasks + 1]
  std::int32_t* neighbour;          ///< [2 edges]
  std::int32_t* first_successor;    ///< [tasks + 1]
  std::int32_t* successor;          ///< [edges]
  Tick* execution;                  ///< [tasks x row]
  place_code* code;                 ///< [places]
  Tick* share;                      ///< [links], of `search_problem`
  Tick* latency;                    ///< [links], the same
  std::uint32_t* ladder;            ///< [ladder_steps x lanes]
  std::uint16_t* noise;             ///< [noise_count + lanes]
  std::int32_t* start_order;        ///< [starts x tasks]
  place_code* start_place;          ///< [starts x tasks]
  std::int32_t* adopted;            ///< [groups], whose place each takes; its own: none

  // What the groups are at.
  group_walk<Tick>* walk;    ///< [groups]
  std::int32_t* best_order;  ///< [groups x tasks]
  place_code* best_place;    ///< [groups x tasks]
  std::int32_t* order;       ///< [groups x tasks]
  std::int32_t* position;    ///< [groups x tasks]
  place_code* place;         ///< [groups x tasks x lanes]
  std::int32_t* numbers;     ///< [groups x 5 x lanes]
  std::uint32_t* words;      ///< [groups x 2 x lanes]
  Tick* ticks;               ///< [groups x 2 x lanes]
  place_code* left;          ///< [groups x 2 x lanes]
  Tick* finish;              ///< [groups x tasks x lanes]
  Tick* free;                ///< [groups x (windows + 1) x padded places x lanes]

  [[nodiscard]] HEDDLE_HOST_DEVICE search_tables tables() const { return {ladder, noise}; }

  [[nodiscard]] HEDDLE_HOST_DEVICE search_problem<Tick> problem() const
  {
    bool const has = sizes.has_own_links;
    return {sizes.num_tasks,
            sizes.num_places,
            sizes.row,
            code,
            first_predecessor,
            predecessor,
            first_neighbour,
            neighbour,
            first_successor,
            successor,
            execution,
            sizes.nodes,
            has ? share : nullptr,
            has ? latency : nullptr};
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE search_group<Tick> group(std::int32_t g) const
  {
    constexpr int l  = search_lanes;
    auto const tasks = std::int64_t{sizes.num_tasks};
    auto const frees = std::int64_t{sizes.windows.count + 1} * sizes.padded_places * l;
    auto* const n    = numbers + std::int64_t{g} * 5 * l;
    auto* const w    = words + std::int64_t{g} * 2 * l;
    auto* const t    = ticks + std::int64_t{g} * 2 * l;
    auto* const p    = left + std::int64_t{g} * 2 * l;
    return {{order + g * tasks, position + g * tasks, place + g * tasks * l, finish + g * tasks * l,
             t, t + l, n, n + l, w, w + l, n + 2 * l, n + 3 * l, p, p + l, n + 4 * l},
            free + g * frees,
            walk + g,
            best_order + g * tasks,
            best_place + g * tasks};
  }
};

/// The view of a block of memory that begins at `base`; a null one tells how long it is.
///
/// @param end_of_host where the part that the host writes ends
/// @return bytes of the block
template <class Tick>
std::size_t lay_out(search_groups<Tick>& all, std::byte* base, std::size_t& end_of_host)
{
  std::size_t used = 0;
  auto const take  = [&]<class T>(T*& array, std::int64_t count) {
    constexpr std::size_t alignment = 256;
    array                           = reinterpret_cast<T*>(base + used);
    used += (static_cast<std::size_t>(count) * sizeof(T) + alignment - 1) / alignment * alignment;
  };
  auto const& s    = all.sizes;
  auto const tasks = std::int64_t{s.num_tasks}, edges = std::int64_t{s.num_edges};
  auto const groups = std::int64_t{s.num_groups}, starts = std::int64_t{s.num_starts};
  constexpr std::int64_t l = search_lanes;
  take(all.first_predecessor, tasks + 1);
  take(all.predecessor, edges);
  take(all.first_neighbour, tasks + 1);
  take(all.neighbour, 2 * edges);
  take(all.first_successor, tasks + 1);
  take(all.successor, edges);
  take(all.execution, tasks * s.row);
  take(all.code, s.num_places);
  take(all.share, s.num_links());
  take(all.latency, s.num_links());
  take(all.ladder, ladder_steps * l);
  take(all.noise, noise_count + l);
  take(all.start_order, starts * tasks);
  take(all.start_place, starts * tasks);
  take(all.adopted, groups);
  end_of_host = used;
  take(all.walk, groups);
  take(all.best_order, groups * tasks);
  take(all.best_place, groups * tasks);
  take(all.order, groups * tasks);
  take(all.position, groups * tasks);
  take(all.place, groups * tasks * l);
  take(all.numbers, groups * 5 * l);
  take(all.words, groups * 2 * l);
  take(all.ticks, groups * 2 * l);
  take(all.left, groups * 2 * l);
  take(all.finish, groups * tasks * l);
  take(all.free, groups * (s.windows.count + 1) * s.padded_places * l);
  return used;
}

/// Begins group `g` at one of the starts; every fourth lane with the placement of any of them.
template <int Places, class Tick, class Lanes>
HEDDLE_HOST_DEVICE void begin_group(Lanes const& lanes, search_groups<Tick> const& all,
                                    std::int32_t g, std::uint64_t seed)
{
  auto const group = all.group(g);
  auto const tasks = all.sizes.num_tasks;
  auto const own   = g % all.sizes.num_starts;
  group_random random{mixed(mixed(seed) + static_cast<std::uint64_t>(g)), all.noise};
  std::uint32_t first[search_lanes];
  std::int32_t source[search_lanes];
  for (auto& each : first) each = random.next() | 1;
  for (int lane = 0; lane < search_lanes; ++lane) {
    source[lane] = lane % 4 == 3 ? random.below(all.sizes.num_starts) : own;
  }
  lanes.each([&](int lane) {
    group.state.random[lane]       = first[lane];
    group.state.lane_of_rung[lane] = lane;
    for (std::int32_t t = 0; t < tasks; ++t) {
      group.state.place[std::int64_t{t} * search_lanes + lane] =
        all.start_place[std::int64_t{source[lane]} * tasks + t];
    }
    for (auto i = lane; i < tasks; i += search_lanes) {
      auto const task            = all.start_order[std::int64_t{own} * tasks + i];
      group.state.order[i]       = task;
      group.state.position[task] = i;
      group.best_order[i]        = task;
      group.best_place[i]        = all.start_place[std::int64_t{own} * tasks + i];
    }
  });
  lanes.once([&] { *group.walk = {random, 0, 0, static_cast<Tick>(search_limit<Tick>)}; });
  lanes_walker<Places, Tick, Lanes> walker{lanes,        all.problem(), all.sizes.windows,
                                           all.tables(), group,         {0, 0, 0}};
  walker.begin();
  walker.run();
}

/// Group `g` takes over what another has found, and where it is, but not its random choices. The
/// other must not be one that takes over, too. All count their evaluations from 0 again.
template <class Tick, class Lanes>
HEDDLE_HOST_DEVICE void adopt(Lanes const& lanes, search_groups<Tick> const& all, std::int32_t g)
{
  auto const from = all.adopted[g];
  auto const mine = all.group(g), other = all.group(from);
  lanes.once([&] {
    mine.walk->evaluations = 0;
    mine.walk->least_seen  = other.walk->least_seen;
  });
  if (from == g) return;
  auto const tasks = all.sizes.num_tasks;
  lanes.each([&](int lane) {
    for (auto i = lane; i < tasks; i += search_lanes) {
      mine.state.order[i]    = other.state.order[i];
      mine.state.position[i] = other.state.position[i];
      mine.best_order[i]     = other.best_order[i];
      mine.best_place[i]     = other.best_place[i];
    }
    for (std::int32_t t = 0; t < tasks; ++t) {
      auto const cell        = std::int64_t{t} * search_lanes + lane;
      mine.state.place[cell] = other.state.place[cell];
    }
    mine.state.energy[lane]       = other.state.energy[lane];
    mine.state.lane_of_rung[lane] = other.state.lane_of_rung[lane];
  });
}

}  // namespace heddle::kernels
