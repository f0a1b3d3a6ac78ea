#include "bench/apps/application_benchmarks.hpp"
#include "bench/tbb_threads.hpp"

#include <tbb/parallel_for.h>

namespace heddle::bench {
namespace {

class tbb_loop {
 public:
  explicit tbb_loop(int threads) : threads_{threads} {}

  template <class Body>
  void for_each(std::size_t count, load, Body const& body)
  {
    threads_.run([&] { tbb::parallel_for(std::size_t{0}, count, body); });
  }

 private:
  tbb_threads threads_;
};

bool const is_added = [] {
  add_application_benchmarks<tbb_loop>("tbb");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
