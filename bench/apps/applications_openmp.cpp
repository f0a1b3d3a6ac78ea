#include "bench/apps/application_benchmarks.hpp"

namespace heddle::bench {
namespace {

class openmp_loop {
 public:
  explicit openmp_loop(int threads) : threads_{threads} {}

  template <class Body>
  void for_each(std::size_t count, load kind, Body const& body)
  {
    if (kind == load::even) {
#pragma omp parallel for num_threads(threads_)
      for (std::size_t i = 0; i < count; ++i) body(i);
    } else {
#pragma omp parallel for num_threads(threads_) schedule(dynamic)
      for (std::size_t i = 0; i < count; ++i) body(i);
    }
  }

 private:
  int threads_;
};

bool const is_added = [] {
  add_application_benchmarks<openmp_loop>("openmp");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
