#include "bench/tasks/graph_peers.hpp"

namespace heddle::bench {
namespace {

/// OpenMP has no workflows that are built once: each run makes its tasks anew, in the order of
/// their numbers, in which no task comes before one that it waits for.
class openmp_workflow final : public built_workflow {
 public:
  openmp_workflow(int threads, shape const& s, void (*body)(void*, std::uint32_t), void* context)
    : threads_{threads}, body_{body}, context_{context}, before_(s.num_tasks), ends_(s.num_tasks)
  {
    for (auto const& [before, after] : s.orders) before_[after].push_back(before);
  }

  void run() override
  {
#pragma omp parallel num_threads(threads_)
#pragma omp single
    for (std::uint32_t t = 0; t < before_.size(); ++t) add(t);
  }

 private:
  void add(std::uint32_t t)
  {
    auto const* const before          = before_[t].data();
    auto const count                  = before_[t].size();
    [[maybe_unused]] auto* const ends = ends_.data();
// clang-format off
#pragma omp task depend(iterator(std::size_t i = 0 : count), in : ends[before[i]]) \
                 depend(out : ends[t])
    // clang-format on
    body_(context_, t);
  }

  int threads_;
  void (*body_)(void*, std::uint32_t);
  void* context_;
  std::vector<std::vector<std::uint32_t>> before_;
  std::vector<char> ends_;  ///< stand for the tasks' ends
};

class openmp_peer final : public graph_peer {
 public:
  explicit openmp_peer(int threads) : threads_{threads} {}
  std::unique_ptr<built_workflow> build(shape const& s) override
  {
    return build(
      s, [](void*, std::uint32_t) { touch(); }, nullptr);
  }
  std::unique_ptr<built_workflow> build(shape const& s, void (*body)(void*, std::uint32_t),
                                        void* context) override
  {
    return std::make_unique<openmp_workflow>(threads_, s, body, context);
  }

 private:
  int threads_;
};

bool const is_added = [] {
  add_graph_benchmarks("openmp",
                       [](int threads) { return std::make_unique<openmp_peer>(threads); });
  return true;
}();

}  // namespace
}  // namespace heddle::bench
