/// Loops over doubles: tan of each, twice each, sum, inclusive sums, sorting; and counting bytes.
#include "bench/loops/loop_programs.hpp"

#include <heddle/run/loops.hpp>
#include <heddle/run/scan.hpp>
#include <heddle/run/sort.hpp>

namespace heddle::bench {
namespace {

class heddle_loops {
 public:
  explicit heddle_loops(int threads) : executor_{threads - 1} {}

  void for_each(loop_data& d)
  {
    heddle::for_each(executor_, range{0, d.x.size()},
                     [&](std::size_t i) { d.y[i] = std::tan(d.x[i]); });
  }
  void transform(loop_data& d)
  {
    heddle::transform(executor_, std::span<double const>{d.x}, std::span{d.y},
                      [](double v) { return 2 * v; });
  }
  void reduce(loop_data& d) { d.y[0] = heddle::reduce(executor_, std::span<double const>{d.x}); }
  void scan(loop_data& d)
  {
    inclusive_scan(executor_, std::span<double const>{d.x}, std::span{d.y});
  }
  void sort(loop_data& d) { heddle::sort(executor_, std::span{d.y}); }
  void histogram(loop_data& d)
  {
    d.y[0] = static_cast<double>(heddle::histogram(executor_, range{0, d.bytes.size()}, num_bins,
                                                   [&](std::size_t i) { return d.bytes[i]; })[1]);
  }

 private:
  executor executor_;
};

bool const is_added = [] {
  add_loop_benchmarks<heddle_loops>("");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
