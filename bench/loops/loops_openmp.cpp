#include "bench/loops/loop_programs.hpp"

#include <omp.h>

namespace heddle::bench {
namespace {

class openmp_loops {
 public:
  explicit openmp_loops(int threads) : threads_{threads} {}

  void for_each(loop_data& d)
  {
    auto const n = d.x.size();
#pragma omp parallel for num_threads(threads_)
    for (std::size_t i = 0; i < n; ++i) d.y[i] = std::tan(d.x[i]);
  }
  void transform(loop_data& d)
  {
    auto const n        = d.x.size();
    auto const* const x = d.x.data();
    auto* const y       = d.y.data();
#pragma omp parallel for simd num_threads(threads_)
    for (std::size_t i = 0; i < n; ++i) y[i] = 2 * x[i];
  }
  void reduce(loop_data& d)
  {
    auto const n        = d.x.size();
    auto const* const x = d.x.data();
    double sum          = 0;
#pragma omp parallel for simd num_threads(threads_) reduction(+ : sum)
    for (std::size_t i = 0; i < n; ++i) sum += x[i];
    d.y[0] = sum;
  }
  /// In two passes, sums of parts and then all: `omp scan` of GCC 12 takes a copy of the array, and
  /// three times as long.
  void scan(loop_data& d)
  {
    auto const n        = d.x.size();
    auto const* const x = d.x.data();
    auto* const y       = d.y.data();
    std::vector<double> sums(static_cast<std::size_t>(threads_));
#pragma omp parallel num_threads(threads_)
    {
      auto const threads = static_cast<std::size_t>(omp_get_num_threads());
      auto const me      = static_cast<std::size_t>(omp_get_thread_num());
      auto const first = n * me / threads, last = n * (me + 1) / threads;
      double sum = 0;
#pragma omp simd reduction(+ : sum)
      for (auto i = first; i < last; ++i) sum += x[i];
      sums[me] = sum;
#pragma omp barrier
      sum = std::accumulate(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(me), 0.0);
      for (auto i = first; i < last; ++i) y[i] = sum += x[i];
    }
  }
  void histogram(loop_data& d)
  {
    auto const n                 = d.bytes.size();
    std::size_t counts[num_bins] = {};
#pragma omp parallel for num_threads(threads_) reduction(+ : counts)
    for (std::size_t i = 0; i < n; ++i) ++counts[d.bytes[i]];
    d.y[0] = static_cast<double>(counts[1]);
  }

 private:
  int threads_;
};

bool const is_added = [] {
  add_loop_benchmarks<openmp_loops>("openmp");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
