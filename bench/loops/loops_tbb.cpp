#include "bench/loops/loop_programs.hpp"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_reduce.h>
#include <tbb/parallel_scan.h>
#include <tbb/parallel_sort.h>
#include <tbb/task_arena.h>

namespace heddle::bench {
namespace {

using indices = tbb::blocked_range<std::size_t>;

class tbb_loops {
 public:
  explicit tbb_loops(int threads)
    : limit_{tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)},
      arena_{threads}
  {
  }

  double for_each(loop_data& d)
  {
    arena_.execute([&] {
      tbb::parallel_for(indices{0, d.x.size()}, [&](indices const& part) {
        for (auto i = part.begin(); i < part.end(); ++i) d.y[i] = std::tan(d.x[i]);
      });
    });
    return d.y[1];
  }
  double transform(loop_data& d)
  {
    arena_.execute([&] {
      tbb::parallel_for(indices{0, d.x.size()}, [&](indices const& part) {
        for (auto i = part.begin(); i < part.end(); ++i) d.y[i] = 2 * d.x[i];
      });
    });
    return d.y[1];
  }
  double reduce(loop_data& d)
  {
    return arena_.execute([&] {
      return tbb::parallel_reduce(
        indices{0, d.x.size()}, 0.0,
        [&](indices const& part, double sum) {
          for (auto i = part.begin(); i < part.end(); ++i) sum += d.x[i];
          return sum;
        },
        std::plus<>{});
    });
  }
  double scan(loop_data& d)
  {
    return arena_.execute([&] {
      return tbb::parallel_scan(
        indices{0, d.x.size()}, 0.0,
        [&](indices const& part, double sum, bool is_final) {
          for (auto i = part.begin(); i < part.end(); ++i) {
            sum += d.x[i];
            if (is_final) d.y[i] = sum;
          }
          return sum;
        },
        std::plus<>{});
    });
  }
  double histogram(loop_data& d)
  {
    return arena_.execute([&] {
      tbb::enumerable_thread_specific<std::vector<std::size_t>> own{num_bins};
      tbb::parallel_for(indices{0, d.bytes.size()}, [&](indices const& part) {
        auto& counts = own.local();
        for (auto i = part.begin(); i < part.end(); ++i) ++counts[d.bytes[i]];
      });
      std::size_t ones = 0;
      for (auto const& counts : own) ones += counts[1];
      return static_cast<double>(ones);
    });
  }
  double sort(loop_data& d)
  {
    arena_.execute([&] { tbb::parallel_sort(d.y.begin(), d.y.end()); });
    return d.y[1];
  }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

bool const is_added = [] {
  add_loop_benchmarks<tbb_loops>("tbb");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
