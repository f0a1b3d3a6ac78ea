/// @file
/// Bandwidths and latencies of host memory.
#pragma once

#include <cstddef>
#include <vector>

namespace heddle {

/// Bytes per second that the units read and write together in a triad, a[i] = b[i] + s * c[i], over
/// arrays of `total_bytes` in all, each touched first by the thread that uses it (McCalpin, "Memory
/// Bandwidth and Machine Balance in Current High Performance Computers", 1995). Best of 5 sweeps.
///
/// @param units processing units, one thread each; -1 binds nothing
[[nodiscard]] double triad_bytes_per_second(std::vector<int> const& units, std::size_t total_bytes);

/// One way between two memories.
struct memory_path {
  double bytes_per_second = 0;
  double latency_seconds  = 0;
};

/// How unit `to` reads memory that unit `from` touched first: the bandwidth of a copy into its own
/// memory, and the latency of one dependent load out of `total_bytes`.
[[nodiscard]] memory_path measure_path(int from, int to, std::size_t total_bytes);

}  // namespace heddle
