/// @file
/// Programs that make tasks as they go, written once for all peers.
#pragma once

#include "bench/rows.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace heddle::bench {

constexpr int fib_of             = 25;
constexpr std::int64_t fib_forks = 242784;  ///< calls of fib(25) that fork

/// `Peer` is made for a number of threads and has
///   run(f)           calls f on a thread of the peer and returns when it has ended;
///   fork_join(f, g)  calls both, maybe at once;
///   group            is made from a Peer&; add(f) spawns, wait() waits for all.
template <class Peer>
class spawn_programs {
 public:
  static std::uint64_t fib(Peer& p, int n)
  {
    if (n < 2) return static_cast<std::uint64_t>(n);
    std::uint64_t a = 0, b = 0;
    p.fork_join([&] { a = fib(p, n - 1); }, [&] { b = fib(p, n - 2); });
    return a + b;
  }

  static void spawn_many(Peer& p, int count)
  {
    static std::atomic<int> touched{0};
    typename Peer::group group{p};
    for (int i = 0; i < count; ++i) {
      group.add([] { touched.store(1, std::memory_order_relaxed); });
    }
    group.wait();
  }

  /// The sum of the numbers from `first`, by a tree of ten children a task (as in the benchmark
  /// "skynet").
  static std::uint64_t skynet(Peer& p, std::uint64_t first, std::uint64_t size)
  {
    if (size == 1) return first;
    std::array<std::uint64_t, 10> sums{};
    typename Peer::group group{p};
    for (std::uint64_t i = 0; i < 10; ++i) {
      group.add(
        [&p, &sums, first, size, i] { sums[i] = skynet(p, first + i * size / 10, size / 10); });
    }
    group.wait();
    std::uint64_t sum = 0;
    for (auto const s : sums) sum += s;
    return sum;
  }

  /// How many ways there are to put queens on the remaining rows: one task a way to put the next.
  static std::uint64_t queens(Peer& p, unsigned all, unsigned columns, unsigned left,
                              unsigned right)
  {
    if (columns == all) return 1;
    std::atomic<std::uint64_t> ways{0};
    typename Peer::group group{p};
    for (unsigned free = all & ~(columns | left | right); free != 0; free &= free - 1) {
      unsigned const queen = free & -free;
      group.add([&p, &ways, all, columns, left, right, queen] {
        ways += queens(p, all, columns | queen, (left | queen) << 1, (right | queen) >> 1);
      });
    }
    group.wait();
    return ways;
  }
};

template <class Peer>
void add_spawn_benchmarks(std::string const& peer)
{
  using programs = spawn_programs<Peer>;
  auto const add = [&](std::string const& name, std::int64_t items, std::uint64_t expected,
                       std::function<std::uint64_t(Peer&)> const& program) {
    add_rows(name, peer, [=](benchmark::State& state, int threads) {
      Peer p{threads};
      for (auto _ : state) {
        std::uint64_t result = 0;
        p.run([&] { result = program(p); });
        if (result != expected) return state.SkipWithError("wrong result");
      }
      count_items(state, items, "tasks");
    });
  };
  add("fib/n:25", fib_forks, 75025, [](Peer& p) { return programs::fib(p, fib_of); });
  add("async/tasks:100000", 100000, 0, [](Peer& p) {
    programs::spawn_many(p, 100000);
    return std::uint64_t{0};
  });
  add("skynet/leaves:100000", 111110, 4999950000,
      [](Peer& p) { return programs::skynet(p, 0, 100000); });
  add("nqueens/n:9", 8393, 352, [](Peer& p) { return programs::queens(p, 0x1ff, 0, 0, 0); });
}

}  // namespace heddle::bench
