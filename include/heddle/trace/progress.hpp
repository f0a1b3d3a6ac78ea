/// @file
/// One line on a terminal that says how far a run is.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>

namespace heddle {

/// What a progress line shows.
struct progress_state {
  std::size_t done          = 0;
  std::size_t failed        = 0;
  std::size_t running       = 0;
  std::size_t total         = 0;
  double elapsed_seconds    = 0;
  double work_done_seconds  = 0;  ///< expected seconds of the tasks done
  double work_total_seconds = 0;
};

/// Seconds left, from the share of expected work done so far; negative: unknown yet.
[[nodiscard]] double seconds_left(progress_state const& state);

/// "37/120 tasks, 2 running, 12.3 s, about 27 s left"; at most `columns` wide.
[[nodiscard]] std::string progress_line(progress_state const& state, std::size_t columns);

}  // namespace heddle
