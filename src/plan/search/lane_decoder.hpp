/// @file
/// The memory of a group's lanes, and decodes of all or of the end of the order.
#pragma once

#include "kernels/search_sweep.hpp"
#include "src/plan/search/lane_bodies.hpp"
#include "src/plan/search/tick_problem.hpp"

#include <cstdint>

namespace heddle {

/// At most 12, so that what a decode keeps for each is little.
[[nodiscard]] kernels::search_windows windows_of(std::int32_t tasks);

/// The order is cut into windows. A decode of all of it keeps, for each window, when the places of
/// each lane are free before it; a decode from a window on begins there. It holds as long as
/// nothing before the window changes. Not thread-safe.
template <class Tick>
class lane_decoder {
 public:
  lane_decoder(kernels::search_problem<Tick> const& problem, lane_target target);

  [[nodiscard]] kernels::lane_state<Tick> const& state() const noexcept { return state_; }
  [[nodiscard]] lane_bodies<Tick> const& bodies() const noexcept { return bodies_; }
  [[nodiscard]] kernels::search_windows const& windows() const noexcept { return windows_; }

  /// Gives makespans and energies of the lanes as they are.
  void decode_all();

  /// Gives new makespans and energies.
  void decode_from(std::int32_t window);

 private:
  /// When places are free before a window.
  [[nodiscard]] Tick* free_before(std::int32_t window) const;

  kernels::search_problem<Tick> problem_;
  lane_bodies<Tick> bodies_;
  kernels::search_windows windows_;
  std::size_t row_;  ///< entries of `free_` for a window
  aligned_array<std::int32_t> order_, position_, energy_, new_energy_, moved_, partner_,
    lane_of_rung_;
  aligned_array<kernels::place_code> place_, left_, partner_left_;
  aligned_array<std::uint32_t> temperature_, random_;
  aligned_array<Tick> finish_, makespan_, new_makespan_;
  aligned_array<Tick> free_;  ///< [windows + 1][places][lanes]; the last is scratch memory
  kernels::lane_state<Tick> state_{};
};

extern template class lane_decoder<std::uint16_t>;
extern template class lane_decoder<std::uint32_t>;

}  // namespace heddle
