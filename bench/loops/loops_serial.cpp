#include "bench/loops/loop_programs.hpp"

namespace heddle::bench {
namespace {

bool const is_added = [] {
  add_loop_benchmarks<serial_loops>("serial");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
