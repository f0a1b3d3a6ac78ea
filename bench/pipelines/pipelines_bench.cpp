/// Pipelines of four stages with hardly anything to do: all serial, and with two parallel ones.
#include "bench/pipelines/pipeline_programs.hpp"

#include <heddle/run/pipeline.hpp>

namespace heddle::bench {
namespace {

class heddle_pipeline {
 public:
  explicit heddle_pipeline(int threads) : executor_{threads - 1} {}

  std::uint64_t run(stages kind, std::uint64_t tokens)
  {
    std::uint64_t next = 0, sum = 0;
    auto const source = [&]() -> std::optional<std::uint64_t> {
      if (next == tokens) return std::nullopt;
      return step(next++);
    };
    auto const call_step = [](std::uint64_t t) { return step(t); };
    auto const add_up    = [&](std::uint64_t t) { sum = sum * 3 + t; };
    if (kind == stages::ssss) {
      run_pipeline(executor_, {}, source, serial(call_step), serial(call_step), serial(add_up));
    } else {
      run_pipeline(executor_, {}, source, parallel(call_step), parallel(call_step), serial(add_up));
    }
    return sum;
  }

 private:
  executor executor_;
};

bool const is_added = [] {
  add_pipeline_benchmarks<heddle_pipeline>("");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
