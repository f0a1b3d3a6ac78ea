/// @file
/// What the search looks for, in ticks.
#pragma once

#include "kernels/search_decode.hpp"
#include "src/plan/search/aligned_array.hpp"

#include <heddle/cost/cost_model.hpp>

#include <cstdint>
#include <vector>

namespace heddle {

/// Whether the bodies of `kernels::decode` know all there is to know of this problem: 128 resources
/// at most, nothing but execution and transfer times (see `cost_model::is_plain`), and links that
/// are equal; or, of 16 resources at most, none, but infinite ones, that is more than 2^15 times as
/// fast as another.
[[nodiscard]] bool fits_lanes(cost_model const& costs);

/// Whether places are so few that lanes keep their times in registers, see `kernels::few_places`.
[[nodiscard]] bool has_few_places(cost_model const& costs);

/// The shortest power of two of seconds of which `longest_seconds` takes no more than `most` ticks.
[[nodiscard]] double seconds_per_tick(double longest_seconds, std::uint32_t most);

/// Costs in whole ticks, each the nearest; transfers on links of their own off by two ticks at most
/// or by 2^-12 of what they take, and their latencies the nearest. Immutable, hence safe to share
/// between threads.
template <class Tick>
class tick_problem {
 public:
  /// Takes O(edges + tasks x resources) time.
  ///
  /// @param costs        for which `fits_lanes` holds
  /// @param tick_seconds as `seconds_per_tick` gives it
  tick_problem(cost_model const& costs, double tick_seconds);

  [[nodiscard]] kernels::search_problem<Tick> const& view() const noexcept { return view_; }
  [[nodiscard]] double tick_seconds() const noexcept { return tick_seconds_; }

 private:
  [[nodiscard]] Tick in_ticks(double time) const;
  void take_edges(cost_model const& costs);
  void take_execution(cost_model const& costs);
  void take_links(cost_model const& costs);
  [[nodiscard]] std::uint32_t transfer_of(cost_model const& costs, double bytes) const;

  double tick_seconds_;
  std::vector<kernels::place_code> code_;
  std::vector<std::int32_t> first_predecessor_;
  std::vector<kernels::search_edge> predecessor_;
  std::vector<std::int32_t> first_neighbour_;
  std::vector<std::int32_t> neighbour_;
  std::vector<std::int32_t> first_successor_;
  std::vector<std::int32_t> successor_;
  aligned_array<Tick> execution_;
  aligned_array<Tick> share_;    ///< empty where links are equal
  aligned_array<Tick> latency_;  ///< the same
  double least_bandwidth_ = 0;   ///< of any link, where they are not equal
  bool has_transfers_     = true;
  kernels::search_problem<Tick> view_{};
};

extern template class tick_problem<std::uint16_t>;
extern template class tick_problem<std::uint32_t>;

}  // namespace heddle
