/// @file
/// The bodies of the search for the vectors of this CPU.
#pragma once

#include "kernels/search_moves.hpp"

#include <cstdint>
#include <span>

namespace heddle {

/// Which instructions a body is compiled for. All give the same bits.
enum class lane_target {
  widest,    ///< the best that the CPU has
  scalar,    ///< the kernel bodies as they are, a lane after the other
  portable,  ///< vectors of 16 bytes, as GCC and Clang have them for any CPU
  avx2,
  avx512
};

/// One set of bodies, for one type of ticks and number of places. Plain functions; safe to call
/// from any thread.
template <class Tick>
struct lane_bodies {
  char const* name = "";  ///< of the instructions

  /// `kernels::decode`.
  void (*decode)(kernels::search_problem<Tick> const&, std::int32_t const* order,
                 std::int32_t first, std::int32_t last, kernels::place_code const* place,
                 Tick* finish, Tick* available) = nullptr;
  /// `kernels::judge`.
  void (*judge)(Tick const* available, Tick* makespan, std::int32_t* energy) = nullptr;
  /// `kernels::propose`.
  void (*propose)(kernels::search_problem<Tick> const&, kernels::lane_state<Tick> const&,
                  kernels::lane_move kind, std::int32_t first, std::int32_t last) = nullptr;
  /// `kernels::accept`.
  void (*accept)(kernels::lane_state<Tick> const&, kernels::lane_move kind,
                 std::uint16_t const* noise) = nullptr;
};

/// Bodies for so many places, 1 to 128, by the instructions of `target`; without a decode if this
/// CPU has not got them.
template <class Tick>
[[nodiscard]] lane_bodies<Tick> bodies_for(int places, lane_target target = lane_target::widest);

extern template lane_bodies<std::uint16_t> bodies_for(int, lane_target);
extern template lane_bodies<std::uint32_t> bodies_for(int, lane_target);

}  // namespace heddle
