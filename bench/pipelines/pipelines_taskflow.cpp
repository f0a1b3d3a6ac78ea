#include "bench/pipelines/pipeline_programs.hpp"
#include "bench/taskflow_threads.hpp"

#include <taskflow/algorithm/pipeline.hpp>

#include <array>
#include <utility>

namespace heddle::bench {
namespace {

class taskflow_pipeline {
 public:
  explicit taskflow_pipeline(int threads) : threads_{threads} {}

  std::uint64_t run(stages kind, std::uint64_t tokens)
  {
    constexpr std::size_t in_flight = 16;
    std::array<std::uint64_t, in_flight> token_of{};  // by line
    std::uint64_t next = 0, sum = 0;
    auto const middle = kind == stages::ssss ? tf::PipeType::SERIAL : tf::PipeType::PARALLEL;
    auto source       = [&](tf::Pipeflow& flow) {
      if (next == tokens) return flow.stop();
      token_of[flow.line()] = step(next++);
    };
    auto call_step = [&](tf::Pipeflow& flow) {
      token_of[flow.line()] = step(token_of[flow.line()]);
    };
    auto add_up     = [&](tf::Pipeflow& flow) { sum = sum * 3 + token_of[flow.line()]; };
    auto call_again = call_step;
    tf::Pipeline pipeline{in_flight, tf::Pipe{tf::PipeType::SERIAL, std::move(source)},
                          tf::Pipe{middle, std::move(call_step)},
                          tf::Pipe{middle, std::move(call_again)},
                          tf::Pipe{tf::PipeType::SERIAL, std::move(add_up)}};
    threads_.run([&](tf::Taskflow& graph) { graph.composed_of(pipeline); });
    return sum;
  }

 private:
  taskflow_threads threads_;
};

bool const is_added = [] {
  add_pipeline_benchmarks<taskflow_pipeline>("taskflow");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
