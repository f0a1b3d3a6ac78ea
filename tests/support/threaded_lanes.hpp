/// @file
/// The lanes of a search group on real CPU threads. Built with ThreadSanitizer, it finds the races
/// that a warp would have.
#pragma once

#include "kernels/search_lanes.hpp"

#include <algorithm>
#include <array>
#include <barrier>
#include <cstdint>
#include <thread>
#include <vector>

namespace heddle::test {

/// Thread r has lanes r, r + threads and so on. Calls are as `kernels::serial_lanes` says.
template <int NumThreads>
class threaded_lanes {
 public:
  struct shared_state {
    std::barrier<> barrier{NumThreads};
    std::array<std::int64_t, kernels::search_lanes> value{};
  };

  threaded_lanes(shared_state& shared, int rank) : shared_{shared}, rank_{rank} {}

  template <class Fn>
  void each(Fn fn) const
  {
    for (int lane = rank_; lane < kernels::search_lanes; lane += NumThreads) fn(lane);
    sync();
  }

  template <class Map>
  std::int64_t sum(Map map) const
  {
    return fold(map, [](std::int64_t a, std::int64_t b) { return a + b; });
  }

  template <class Map>
  auto least(Map map) const
  {
    return static_cast<decltype(map(0))>(
      fold(map, [](std::int64_t a, std::int64_t b) { return std::min(a, b); }));
  }

  template <class Fn>
  void once(Fn fn) const
  {
    sync();
    if (rank_ == 0) fn();
    sync();
  }

 private:
  void sync() const { shared_.barrier.arrive_and_wait(); }

  template <class Map, class Combine>
  std::int64_t fold(Map map, Combine combine) const
  {
    each([&](int lane) {
      shared_.value[static_cast<std::size_t>(lane)] = static_cast<std::int64_t>(map(lane));
    });
    auto all = shared_.value[0];
    for (std::size_t lane = 1; lane < shared_.value.size(); ++lane) {
      all = combine(all, shared_.value[lane]);
    }
    sync();  // the values may be written again
    return all;
  }

  shared_state& shared_;
  int rank_;
};

/// Calls `body(lanes)` on every thread of one group, and waits for all of them.
template <int NumThreads, class Body>
void run_threaded_lanes(Body body)
{
  typename threaded_lanes<NumThreads>::shared_state shared;
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < NumThreads; ++rank) {
    threads.emplace_back([&, rank] { body(threaded_lanes<NumThreads>{shared, rank}); });
  }
}

}  // namespace heddle::test
