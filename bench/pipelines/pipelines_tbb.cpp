#include "bench/pipelines/pipeline_programs.hpp"
#include "bench/tbb_threads.hpp"

#include <tbb/parallel_pipeline.h>

namespace heddle::bench {
namespace {

class tbb_pipeline {
 public:
  explicit tbb_pipeline(int threads) : threads_{threads} {}

  std::uint64_t run(stages kind, std::uint64_t tokens)
  {
    constexpr std::size_t in_flight = 16;
    std::uint64_t next = 0, sum = 0;
    auto const middle =
      kind == stages::ssss ? tbb::filter_mode::serial_in_order : tbb::filter_mode::parallel;
    auto const source = [&](tbb::flow_control& control) -> std::uint64_t {
      if (next == tokens) {
        control.stop();
        return 0;
      }
      return step(next++);
    };
    auto const call_step = [](std::uint64_t t) { return step(t); };
    threads_.run([&] {
      tbb::parallel_pipeline(
        in_flight,
        tbb::make_filter<void, std::uint64_t>(tbb::filter_mode::serial_in_order, source) &
          tbb::make_filter<std::uint64_t, std::uint64_t>(middle, call_step) &
          tbb::make_filter<std::uint64_t, std::uint64_t>(middle, call_step) &
          tbb::make_filter<std::uint64_t, void>(tbb::filter_mode::serial_in_order,
                                                [&](std::uint64_t t) { sum = sum * 3 + t; }));
    });
    return sum;
  }

 private:
  tbb_threads threads_;
};

bool const is_added = [] {
  add_pipeline_benchmarks<tbb_pipeline>("tbb");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
