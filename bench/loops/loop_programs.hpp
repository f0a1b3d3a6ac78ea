/// @file
/// Loops over arrays, written once for all peers.
#pragma once

#include "bench/rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace heddle::bench {

constexpr std::size_t num_bins = 256;

/// What loops work on: they read `x` or `bytes` and write `y`; its first element alone if their
/// result is a number.
class loop_data {
 public:
  explicit loop_data(std::size_t size) : x(size), y(size), bytes(size)
  {
    std::mt19937_64 random{1};
    for (auto& v : x) v = static_cast<double>(random() >> 11) * 0x1p-53;
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  }

  /// A number that tells whether `y` is right: the sum of some elements over all of it.
  [[nodiscard]] double sample() const
  {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); i += y.size() / 1000) sum += y[i];
    return sum + y.back();
  }

  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::uint8_t> bytes;
};

/// One of each size for a whole program, since it takes longer to make the large than to measure.
inline loop_data& data_of(std::size_t size)
{
  static std::map<std::size_t, loop_data> all;
  return all.try_emplace(size, size).first->second;
}

/// Plain loops and the standard library's algorithms; what others compute is compared with theirs.
class serial_loops {
 public:
  explicit serial_loops(int) {}

  /// tan of each.
  void for_each(loop_data& d)
  {
    for (std::size_t i = 0; i < d.x.size(); ++i) d.y[i] = std::tan(d.x[i]);
  }
  /// Twice each.
  void transform(loop_data& d)
  {
    std::ranges::transform(d.x, d.y.begin(), [](double v) { return 2 * v; });
  }
  void reduce(loop_data& d) { d.y[0] = std::accumulate(d.x.begin(), d.x.end(), 0.0); }
  /// Inclusive sums.
  void scan(loop_data& d) { std::inclusive_scan(d.x.begin(), d.x.end(), d.y.begin()); }
  /// Of `y`, which holds what `x` does.
  void sort(loop_data& d) { std::ranges::sort(d.y); }
  /// How often each byte occurs, or at least one of them.
  void histogram(loop_data& d)
  {
    std::vector<std::size_t> counts(num_bins);
    for (auto const b : d.bytes) ++counts[b];
    d.y[0] = static_cast<double>(counts[1]);
  }
};

/// A loop of a peer beside the serial one.
template <class Peer>
struct loop_program {
  std::string name;
  std::function<void(Peer&, loop_data&)> loop;
  std::function<void(serial_loops&, loop_data&)> serial;
  bool needs_copy = false;  ///< works on a copy of `x` in `y`, which is made outside of the time

  void prepare(loop_data& d) const
  {
    if (needs_copy) {
      d.y = d.x;
    } else {
      std::ranges::fill(d.y, 0);
    }
  }
  [[nodiscard]] double expected_of(loop_data& d) const
  {
    static std::map<std::pair<std::string, std::size_t>, double> known;
    auto const [at, is_new] = known.try_emplace({name, d.x.size()});
    if (is_new) {
      prepare(d);
      serial_loops plain{1};
      serial(plain, d);
      at->second = d.sample();
    }
    return at->second;
  }
};

template <class Peer>
void run_program(benchmark::State& state, Peer& on, loop_program<Peer> const& program, loop_data& d)
{
  double const expected = program.expected_of(d);
  program.prepare(d);
  for (auto _ : state) {
    if (program.needs_copy) {
      state.PauseTiming();
      program.prepare(d);
      state.ResumeTiming();
    }
    program.loop(on, d);
    benchmark::ClobberMemory();
  }
  bool const is_right = std::abs(d.sample() - expected) <= 1e-9 * std::abs(expected);
  if (!is_right) state.SkipWithError("wrong result");
}

/// `Peer` is made for a number of threads and has some of the loops of `serial_loops`.
template <class Peer>
void add_loop_benchmarks(std::string const& peer)
{
  auto const add = [&](loop_program<Peer> const& program) {
    for (std::size_t const size :
         {std::size_t{10'000}, std::size_t{1'000'000}, std::size_t{20'000'000}}) {
      add_rows(program.name + "/n:" + std::to_string(size), peer,
               [=](benchmark::State& state, int threads) {
                 Peer on{threads};
                 run_program(state, on, program, data_of(size));
                 count_items(state, static_cast<std::int64_t>(size), "elements");
               });
    }
  };
  using serial = serial_loops;
  add({"for_each", &Peer::for_each, &serial::for_each});
  add({"transform", &Peer::transform, &serial::transform});
  add({"reduce", &Peer::reduce, &serial::reduce});
  add({"scan", &Peer::scan, &serial::scan});
  if constexpr (requires { &Peer::sort; }) add({"sort", &Peer::sort, &serial::sort, true});
  if constexpr (requires { &Peer::histogram; }) {
    add({"histogram", &Peer::histogram, &serial::histogram});
  }
}

}  // namespace heddle::bench
