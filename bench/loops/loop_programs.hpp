/// @file
/// Loops over arrays, written once for all peers.
#pragma once

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace heddle::bench {

/// What loops work on; as large as the largest.
class loop_data {
 public:
  explicit loop_data(std::size_t size) : x(size), y(size), bytes(size)
  {
    std::mt19937_64 random{1};
    for (auto& v : x) v = static_cast<double>(random() % 1000) * 1e-3;
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  }

  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::uint8_t> bytes;
};

constexpr std::size_t num_bins = 256;

/// Random numbers for `sort` to put in order in `y`.
inline void restore_order(loop_data& d)
{
  std::mt19937_64 random{2};
  for (auto& v : d.y) v = static_cast<double>(random()) * 0x1p-64;
}

/// `Peer` is made for a number of threads and has `for_each`, `transform`, `reduce`, `scan`,
/// `histogram` and `sort`, each of `loop_data&`, that give a number to check.
template <class Peer>
void add_loop_benchmarks(std::string const& peer)
{
  using program  = double (Peer::*)(loop_data&);
  auto const add = [&](std::string const& name, program p, void (*prepare)(loop_data&) = nullptr) {
    for (std::size_t const size :
         {std::size_t{10'000}, std::size_t{1'000'000}, std::size_t{20'000'000}}) {
      for (int const threads : {1, 2}) {
        auto const full = name + "/n:" + std::to_string(size) +
                          "/threads:" + std::to_string(threads) +
                          (peer.empty() ? std::string{} : "/peer:" + peer);
        benchmark::RegisterBenchmark(full.c_str(), [=](benchmark::State& state) {
          Peer on{threads};
          loop_data data{size};
          for (auto _ : state) {
            if (prepare != nullptr) {
              state.PauseTiming();
              prepare(data);
              state.ResumeTiming();
            }
            benchmark::DoNotOptimize((on.*p)(data));
          }
          state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(size));
          state.SetLabel("items are elements");
        })->UseRealTime();
      }
    }
  };
  add("for_each", &Peer::for_each);
  add("transform", &Peer::transform);
  add("reduce", &Peer::reduce);
  add("scan", &Peer::scan);
  add("histogram", &Peer::histogram);
  add("sort", &Peer::sort, &restore_order);
}

}  // namespace heddle::bench
