#include "bench/loops/loop_programs.hpp"
#include "bench/taskflow_threads.hpp"

#include <taskflow/algorithm/for_each.hpp>
#include <taskflow/algorithm/reduce.hpp>
#include <taskflow/algorithm/scan.hpp>
#include <taskflow/algorithm/sort.hpp>
#include <taskflow/algorithm/transform.hpp>

#include <functional>

namespace heddle::bench {
namespace {

/// Taskflow's algorithms, which have no histogram.
class taskflow_loops {
 public:
  explicit taskflow_loops(int threads) : threads_{threads} {}

  void for_each(loop_data& d)
  {
    threads_.run([&](tf::Taskflow& graph) {
      graph.for_each_index(std::size_t{0}, d.x.size(), std::size_t{1},
                           [&](std::size_t i) { d.y[i] = std::tan(d.x[i]); });
    });
  }
  void transform(loop_data& d)
  {
    threads_.run([&](tf::Taskflow& graph) {
      graph.transform(d.x.begin(), d.x.end(), d.y.begin(), [](double v) { return 2 * v; });
    });
  }
  void reduce(loop_data& d)
  {
    double sum = 0;
    threads_.run(
      [&](tf::Taskflow& graph) { graph.reduce(d.x.begin(), d.x.end(), sum, std::plus<>{}); });
    d.y[0] = sum;
  }
  void scan(loop_data& d)
  {
    threads_.run([&](tf::Taskflow& graph) {
      graph.inclusive_scan(d.x.begin(), d.x.end(), d.y.begin(), std::plus<>{});
    });
  }
  void sort(loop_data& d)
  {
    threads_.run([&](tf::Taskflow& graph) { graph.sort(d.y.begin(), d.y.end()); });
  }

 private:
  taskflow_threads threads_;
};

bool const is_added = [] {
  add_loop_benchmarks<taskflow_loops>("taskflow");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
