#include "bench/loops/loop_programs.hpp"

#include <tbb/global_control.h>

#include <algorithm>
#include <execution>
#include <functional>

namespace heddle::bench {
namespace {

/// The standard library's parallel algorithms, which have no histogram. Those of libstdc++ run on
/// oneTBB, in the calling thread's arena.
class std_loops {
 public:
  explicit std_loops(int threads)
    : limit_{tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)}
  {
  }

  void for_each(loop_data& d)
  {
    std::for_each(std::execution::par, d.x.begin(), d.x.end(), [&](double const& v) {
      d.y[static_cast<std::size_t>(&v - d.x.data())] = std::tan(v);
    });
  }
  void transform(loop_data& d)
  {
    std::transform(std::execution::par, d.x.begin(), d.x.end(), d.y.begin(),
                   [](double v) { return 2 * v; });
  }
  void reduce(loop_data& d)
  {
    d.y[0] = std::reduce(std::execution::par, d.x.begin(), d.x.end(), 0.0);
  }
  void scan(loop_data& d)
  {
    std::inclusive_scan(std::execution::par, d.x.begin(), d.x.end(), d.y.begin());
  }
  void sort(loop_data& d) { std::sort(std::execution::par, d.y.begin(), d.y.end()); }

 private:
  tbb::global_control limit_;
};

bool const is_added = [] {
  add_loop_benchmarks<std_loops>("std_par");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
