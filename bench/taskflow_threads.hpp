/// @file
/// So many threads of Taskflow, beside the calling one, which only waits.
#pragma once

#include <taskflow/taskflow.hpp>

#include <cstddef>

namespace heddle::bench {

class taskflow_threads {
 public:
  explicit taskflow_threads(int threads) : executor_{static_cast<std::size_t>(threads)} {}

  [[nodiscard]] tf::Executor& executor() noexcept { return executor_; }

  /// Makes a graph by `build(tf::Taskflow&)` and runs it.
  template <class Build>
  void run(Build const& build)
  {
    tf::Taskflow graph;
    build(graph);
    executor_.run(graph).wait();
  }

 private:
  tf::Executor executor_;
};

}  // namespace heddle::bench
