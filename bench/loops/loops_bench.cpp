/// Loops over doubles: tan of each in place, twice each, sum, inclusive sum; counting bytes; and
/// sorting doubles.
/// `peer:serial` is a plain loop, and the standard library's algorithm.
#include "bench/loops/loop_programs.hpp"

#include <heddle/run/loops.hpp>
#include <heddle/run/scan.hpp>
#include <heddle/run/sort.hpp>

#include <algorithm>

namespace heddle::bench {
namespace {

class heddle_loops {
 public:
  explicit heddle_loops(int threads) : executor_{threads - 1} {}

  double for_each(loop_data& d)
  {
    heddle::for_each(executor_, range{0, d.x.size()},
                     [&](std::size_t i) { d.y[i] = std::tan(d.x[i]); });
    return d.y[1];
  }
  double transform(loop_data& d)
  {
    heddle::transform(executor_, std::span<double const>{d.x}, std::span{d.y},
                      [](double v) { return 2 * v; });
    return d.y[1];
  }
  double reduce(loop_data& d) { return heddle::reduce(executor_, std::span<double const>{d.x}); }
  double scan(loop_data& d)
  {
    inclusive_scan(executor_, std::span<double const>{d.x}, std::span{d.y});
    return d.y.back();
  }
  double histogram(loop_data& d)
  {
    return static_cast<double>(heddle::histogram(executor_, range{0, d.bytes.size()}, num_bins,
                                                 [&](std::size_t i) { return d.bytes[i]; })[1]);
  }
  double sort(loop_data& d)
  {
    heddle::sort(executor_, std::span{d.y});
    return d.y[1];
  }

 private:
  executor executor_;
};

class serial_loops {
 public:
  explicit serial_loops(int) {}

  double for_each(loop_data& d)
  {
    for (std::size_t i = 0; i < d.x.size(); ++i) d.y[i] = std::tan(d.x[i]);
    return d.y[1];
  }
  double transform(loop_data& d)
  {
    std::ranges::transform(d.x, d.y.begin(), [](double v) { return 2 * v; });
    return d.y[1];
  }
  double reduce(loop_data& d) { return std::accumulate(d.x.begin(), d.x.end(), 0.0); }
  double scan(loop_data& d)
  {
    std::inclusive_scan(d.x.begin(), d.x.end(), d.y.begin());
    return d.y.back();
  }
  double histogram(loop_data& d)
  {
    std::vector<std::size_t> counts(num_bins);
    for (auto const b : d.bytes) ++counts[b];
    return static_cast<double>(counts[1]);
  }
  double sort(loop_data& d)
  {
    std::sort(d.y.begin(), d.y.end());
    return d.y[1];
  }
};

bool const is_added = [] {
  add_loop_benchmarks<heddle_loops>("");
  add_loop_benchmarks<serial_loops>("serial");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
