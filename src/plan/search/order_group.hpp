/// @file
/// A group of the search: one order of the tasks, 32 placements.
#pragma once

#include "src/plan/search/lane_decoder.hpp"
#include "src/plan/search/pace.hpp"
#include "src/plan/search/solution.hpp"
#include "src/plan/search/walk_tables.hpp"

#include <cstdint>
#include <span>

namespace heddle {

/// 32 lanes, each a rung of a ladder of temperatures with a placement of its own, search together
/// for a better order (parallel tempering: Swendsen, Wang 1986; Hukushima, Nemoto 1996).
///
/// A sweep goes over windows of the order, from the last to the first, so that a move within a
/// window leaves all before it as it is and only what follows is decoded again. In each window some
/// moves change the placement of each lane, which keeps or refuses it on its own; others change the
/// order for all, by one decision. Then neighbouring rungs may exchange their lanes.
///
/// The way that a group takes follows from its seed and from the evaluations that it may make, on
/// every CPU the same. Not thread-safe.
template <class Tick>
class order_group {
 public:
  /// @param from    the order to begin with, and the placement of most lanes
  /// @param others  placements of the other lanes; may be empty
  /// @param problem of these costs; outlives the group
  order_group(search_setting const& setting, tick_problem<Tick> const& problem, lane_target target,
              solution const& from, std::span<solution const> others, std::uint64_t seed);

  /// Searches until the pace says that it is over, or a schedule meets the lower bound. The ladder
  /// cools from a thousandth of the makespan to a millionth, in the middle.
  void run(search_pace& pace);

  /// The best found, in seconds; never worse than where the group began.
  [[nodiscard]] solution const& best() const noexcept { return best_; }

  [[nodiscard]] bool meets_bound() const { return setting_.is_met_by(best_.makespan_seconds); }

 private:
  struct walker;

  void place_lanes(solution const& from, std::span<solution const> others);
  void look_at_best();

  search_setting setting_;
  kernels::search_problem<Tick> problem_;
  lane_decoder<Tick> lanes_;
  kernels::group_walk<Tick> walk_;
  solution best_;
};

extern template class order_group<std::uint16_t>;
extern template class order_group<std::uint32_t>;

}  // namespace heddle
