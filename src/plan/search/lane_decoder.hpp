/// @file
/// The memory of a group's lanes, and decodes of all or of the end of the order.
#pragma once

#include "src/plan/search/lane_bodies.hpp"
#include "src/plan/search/tick_problem.hpp"

#include <cstdint>

namespace heddle {

/// The order is cut into windows. A decode of all of it keeps, for each window, when the places of
/// each lane are free before it; a decode from a window on begins there. It holds as long as
/// nothing before the window changes. Not thread-safe.
template <class Tick>
class lane_decoder {
 public:
  static constexpr std::int32_t most_windows = 12;

  lane_decoder(kernels::search_problem<Tick> const& problem, lane_target target);

  [[nodiscard]] kernels::lane_state<Tick> const& state() const noexcept { return state_; }
  [[nodiscard]] lane_bodies<Tick> const& bodies() const noexcept { return bodies_; }
  [[nodiscard]] std::int32_t num_windows() const noexcept { return num_windows_; }

  /// The position where a window begins; the number of tasks behind the last.
  [[nodiscard]] std::int32_t begin_of(std::int32_t window) const;

  /// Gives makespans and energies of the lanes as they are.
  void decode_all();

  /// Gives new makespans and energies.
  void decode_from(std::int32_t window);

 private:
  /// When places are free before a window.
  [[nodiscard]] Tick* free_before(std::int32_t window) const;

  kernels::search_problem<Tick> problem_;
  lane_bodies<Tick> bodies_;
  std::int32_t window_size_;
  std::int32_t num_windows_;
  std::size_t row_;  ///< entries of `free_` for a window
  aligned_array<std::int32_t> order_, position_, energy_, new_energy_, moved_, partner_;
  aligned_array<kernels::place_code> place_, left_, partner_left_;
  aligned_array<std::uint32_t> temperature_, random_;
  aligned_array<Tick> finish_, makespan_, new_makespan_;
  aligned_array<Tick> free_;  ///< [windows + 1][places][lanes]; the last is scratch memory
  kernels::lane_state<Tick> state_{};
};

extern template class lane_decoder<std::uint16_t>;
extern template class lane_decoder<std::uint32_t>;

}  // namespace heddle
