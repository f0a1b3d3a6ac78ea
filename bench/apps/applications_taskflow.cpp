#include "bench/apps/application_benchmarks.hpp"
#include "bench/taskflow_threads.hpp"

#include <taskflow/algorithm/for_each.hpp>

namespace heddle::bench {
namespace {

class taskflow_loop {
 public:
  explicit taskflow_loop(int threads) : threads_{threads} {}

  template <class Body>
  void for_each(std::size_t count, load, Body const& body)
  {
    threads_.run([&](tf::Taskflow& graph) {
      graph.for_each_index(std::size_t{0}, count, std::size_t{1}, [&](std::size_t i) { body(i); });
    });
  }

 private:
  taskflow_threads threads_;
};

bool const is_added = [] {
  add_application_benchmarks<taskflow_loop>("taskflow");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
