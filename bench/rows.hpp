/// @file
/// How benchmarks that have peers are named and counted, so that scripts/bench makes rows of them.
#pragma once

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>

namespace heddle::bench {

constexpr std::array thread_counts{1, 2};

/// `what` is `<workload>/<name of the size>:<size>`; the peer is empty for heddle itself.
inline std::string row_name(std::string const& what, int threads, std::string const& peer)
{
  return what + "/threads:" + std::to_string(threads) + (peer.empty() ? "" : "/peer:" + peer);
}

/// Adds a benchmark of wall time for each number of threads: `measure(state, threads)`.
template <class Measure>
void add_rows(std::string const& what, std::string const& peer, Measure const& measure)
{
  for (int const threads : thread_counts) {
    benchmark::RegisterBenchmark(row_name(what, threads, peer).c_str(), [=](
                                                                          benchmark::State& state) {
      measure(state, threads);
    })->UseRealTime();
  }
}

/// Each iteration did so many of `things`.
inline void count_items(benchmark::State& state, std::int64_t count, std::string const& things)
{
  state.SetItemsProcessed(state.iterations() * count);
  state.SetLabel("items are " + things);
}

}  // namespace heddle::bench
