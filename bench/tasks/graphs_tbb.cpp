#include "bench/tasks/graph_peers.hpp"
#include "bench/tbb_threads.hpp"

#include <tbb/flow_graph.h>

#include <deque>
#include <optional>

namespace heddle::bench {
namespace {

using node = tbb::flow::continue_node<tbb::flow::continue_msg>;

class tbb_workflow final : public built_workflow {
 public:
  /// @param body_of gives the body of a task by its number
  template <class BodyOf>
  tbb_workflow(tbb_threads& threads, shape const& s, BodyOf body_of) : threads_{threads}
  {
    threads_.run([this] { graph_.emplace(); });
    for (std::uint32_t t = 0; t < s.num_tasks; ++t) {
      nodes_.emplace_back(*graph_, [body = body_of(t)](tbb::flow::continue_msg const&) { body(); });
    }
    std::vector<char> has_predecessor(s.num_tasks);
    for (auto const& [before, after] : s.orders) {
      tbb::flow::make_edge(nodes_[before], nodes_[after]);
      has_predecessor[after] = 1;
    }
    for (std::uint32_t t = 0; t < s.num_tasks; ++t) {
      if (has_predecessor[t] == 0) entries_.push_back(&nodes_[t]);
    }
  }

  void run() override
  {
    threads_.run([this] {
      for (auto* const entry : entries_) entry->try_put(tbb::flow::continue_msg{});
      graph_->wait_for_all();
    });
  }

 private:
  tbb_threads& threads_;
  std::optional<tbb::flow::graph> graph_{};
  std::deque<node> nodes_{};
  std::vector<node*> entries_{};
};

class tbb_peer final : public graph_peer {
 public:
  explicit tbb_peer(int threads) : threads_{threads} {}
  std::unique_ptr<built_workflow> build(shape const& s) override
  {
    return std::make_unique<tbb_workflow>(threads_, s, [](std::uint32_t) { return touch; });
  }
  std::unique_ptr<built_workflow> build(shape const& s, void (*body)(void*, std::uint32_t),
                                        void* context) override
  {
    return std::make_unique<tbb_workflow>(
      threads_, s, [=](std::uint32_t t) { return [=] { body(context, t); }; });
  }

 private:
  tbb_threads threads_;
};

bool const is_added = [] {
  add_graph_benchmarks("tbb", [](int threads) { return std::make_unique<tbb_peer>(threads); });
  return true;
}();

}  // namespace
}  // namespace heddle::bench
