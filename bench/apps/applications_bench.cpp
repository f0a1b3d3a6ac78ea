/// Applications on CPUs: prices of options, the Mandelbrot set, a matrix product, a stencil.
#include "bench/apps/application_benchmarks.hpp"

#include <heddle/run/loops.hpp>

namespace heddle::bench {
namespace {

class heddle_loop {
 public:
  explicit heddle_loop(int threads) : executor_{threads - 1} {}

  template <class Body>
  void for_each(std::size_t count, load, Body const& body)
  {
    heddle::for_each(executor_, range{0, count}, body);
  }

 private:
  executor executor_;
};

bool const is_added = [] {
  add_application_benchmarks<heddle_loop>("");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
