#include "bench/taskflow_threads.hpp"
#include "bench/tasks/graph_peers.hpp"

namespace heddle::bench {
namespace {

class taskflow_workflow final : public built_workflow {
 public:
  /// @param body_of gives the body of a task by its number
  template <class BodyOf>
  taskflow_workflow(tf::Executor& executor, shape const& s, BodyOf body_of) : executor_{executor}
  {
    std::vector<tf::Task> tasks;
    for (std::uint32_t t = 0; t < s.num_tasks; ++t) tasks.push_back(graph_.emplace(body_of(t)));
    for (auto const& [before, after] : s.orders) tasks[before].precede(tasks[after]);
  }
  void run() override { executor_.run(graph_).wait(); }

 private:
  tf::Executor& executor_;
  tf::Taskflow graph_{};
};

class taskflow_peer final : public graph_peer {
 public:
  explicit taskflow_peer(int threads) : threads_{threads} {}
  std::unique_ptr<built_workflow> build(shape const& s) override
  {
    return std::make_unique<taskflow_workflow>(threads_.executor(), s,
                                               [](std::uint32_t) { return touch; });
  }
  std::unique_ptr<built_workflow> build(shape const& s, void (*body)(void*, std::uint32_t),
                                        void* context) override
  {
    return std::make_unique<taskflow_workflow>(
      threads_.executor(), s, [=](std::uint32_t t) { return [=] { body(context, t); }; });
  }

 private:
  taskflow_threads threads_;
};

bool const is_added = [] {
  add_graph_benchmarks("taskflow",
                       [](int threads) { return std::make_unique<taskflow_peer>(threads); });
  return true;
}();

}  // namespace
}  // namespace heddle::bench
