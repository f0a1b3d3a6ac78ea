#include "bench/apps/application_benchmarks.hpp"

namespace heddle::bench {
namespace {

bool const is_added = [] {
  add_application_benchmarks<serial_loop>("serial");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
