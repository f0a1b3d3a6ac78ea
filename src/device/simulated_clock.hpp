/// @file
/// Modelled time of a simulated device.
#pragma once

#include "src/device/simulated_operation.hpp"

#include <heddle/device/simulated.hpp>

namespace heddle {

/// When the engines of one unit have done all that they were given so far, in modelled seconds.
struct simulated_clock {
  double work        = 0;
  double to_device   = 0;
  double from_device = 0;
};

/// Puts an operation on the engines it needs: it starts when they are free, but not before `ready`.
///
/// @param source the clock of the unit a peer copy reads from
/// @return when it ends
[[nodiscard]] double occupy(simulated_clock& clock, simulated_clock& source,
                            simulated_operation const& op, simulated_unit const& unit, double ready,
                            double cpu_seconds);

/// CPU time of the calling thread.
[[nodiscard]] double thread_cpu_seconds();

}  // namespace heddle
