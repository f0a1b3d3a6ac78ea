/// @file
/// How fast decodes can be at most: what the processor's vector units do a second.
#pragma once

#include "src/plan/search/lane_bodies.hpp"

#include <cstdint>
#include <ctime>
#include <optional>

namespace heddle::bench {

/// Vector instructions of a decode of 16-bit ticks on at most 8 places that the units for integers
/// execute (loads, stores and moves between registers are left out), counted in its loop.
struct decode_operations {
  double of_task;
  double of_edge;
  double vectors;  ///< for all lanes
};

/// None where they have not been counted.
inline std::optional<decode_operations> operations_of(lane_target target)
{
  // A task: the bits of its place, the time among eight, execution, sum, eight times compare and
  // choose. An edge: compare, sum, choose, maximum.
  if (target == lane_target::avx512) return decode_operations{3 + 7 + 1 + 1 + 16, 4, 1};
  if (target == lane_target::avx2) return decode_operations{6 + 7 + 1 + 1 + 16, 4, 2};
  return std::nullopt;
}

/// Of work, not of waiting for a CPU.
inline double thread_seconds()
{
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

#if defined(__x86_64__) && defined(__GNUC__)

/// Seconds that some saturating additions of 16-bit numbers take, of which twelve at a time
/// wait for nothing: none of the counted instructions is cheaper.
#define HEDDLE_SECONDS_OF_ADDITIONS(name, isa, bytes)                                         \
  [[gnu::target(isa)]] inline double name(int twelves)                                        \
  {                                                                                           \
    using vector [[gnu::vector_size(bytes)]] = std::uint16_t;                                 \
    vector a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{}, j{}, k{}, l{};                        \
    auto const began = thread_seconds();                                                      \
    for (int turn = 0; turn < twelves; ++turn) {                                              \
      asm volatile(                                                                           \
        "vpaddusw %0, %0, %0; vpaddusw %1, %1, %1; vpaddusw %2, %2, %2; vpaddusw %3, %3, %3;" \
        "vpaddusw %4, %4, %4; vpaddusw %5, %5, %5; vpaddusw %6, %6, %6; vpaddusw %7, %7, %7;" \
        "vpaddusw %8, %8, %8; vpaddusw %9, %9, %9; vpaddusw %10, %10, %10;"                   \
        "vpaddusw %11, %11, %11"                                                              \
        : "+v"(a), "+v"(b), "+v"(c), "+v"(d), "+v"(e), "+v"(f), "+v"(g), "+v"(h), "+v"(i),    \
          "+v"(j), "+v"(k), "+v"(l));                                                         \
    }                                                                                         \
    return thread_seconds() - began;                                                          \
  }
HEDDLE_SECONDS_OF_ADDITIONS(seconds_of_wide_additions, "avx512bw", 64)
HEDDLE_SECONDS_OF_ADDITIONS(seconds_of_narrow_additions, "avx2", 32)
#undef HEDDLE_SECONDS_OF_ADDITIONS

/// Of the units that `target` uses; the CPU has them.
inline double operations_a_second(lane_target target)
{
  constexpr int twelves = 1 << 16;
  auto const took       = target == lane_target::avx512 ? seconds_of_wide_additions(twelves)
                                                        : seconds_of_narrow_additions(twelves);
  return 12.0 * twelves / took;
}

inline constexpr bool knows_port_limit = true;

#else

inline double operations_a_second(lane_target /*target*/)
{
  return 0;
}
inline constexpr bool knows_port_limit = false;

#endif

}  // namespace heddle::bench
