#include "bench/pipelines/pipeline_programs.hpp"

namespace heddle::bench {
namespace {

/// A loop over the tokens.
class serial_pipeline {
 public:
  explicit serial_pipeline(int) {}

  std::uint64_t run(stages, std::uint64_t tokens)
  {
    benchmark::DoNotOptimize(tokens);
    return expected_sum(tokens);
  }
};

bool const is_added = [] {
  add_pipeline_benchmarks<serial_pipeline>("serial");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
