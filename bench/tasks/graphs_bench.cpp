/// Empty tasks in common shapes: re-runs of what was built once; `build_chain` builds, runs and
/// destroys; `launch` is a run of one task; `metg_<pattern>` is the least size of tasks that pays.
#include "bench/rows.hpp"
#include "bench/tasks/graph_peers.hpp"
#include "bench/tasks/metg.hpp"

#include <heddle/run/task_rows.hpp>

#include <fmt/format.h>

#include <atomic>

namespace heddle::bench {
namespace {

std::atomic<std::uint32_t> touched{0};

void run_again(benchmark::State& state, make_graph_peer const& make, int threads, shape const& s)
{
  auto const peer  = make(threads);
  auto const built = peer->build(s);
  built->run();
  for (auto _ : state) built->run();
  count_items(state, s.num_tasks, "tasks");
}

void build_and_run(benchmark::State& state, make_graph_peer const& make, int threads,
                   shape const& s)
{
  auto const peer = make(threads);
  for (auto _ : state) peer->build(s)->run();
  count_items(state, s.num_tasks, "tasks");
}

class heddle_workflow final : public built_workflow {
 public:
  /// @param body_of gives the body of a task by its number
  template <class BodyOf>
  heddle_workflow(executor& e, shape const& s, BodyOf body_of) : executor_{e}
  {
    for (std::uint32_t t = 0; t < s.num_tasks; ++t) rows_.add(body_of(t));
    for (auto const& [before, after] : s.orders) {
      rows_.order({static_cast<task_id>(before)}, {static_cast<task_id>(after)});
    }
  }
  void run() override { rows_.run(executor_); }

 private:
  executor& executor_;
  task_rows rows_{};
};

class heddle_peer final : public graph_peer {
 public:
  explicit heddle_peer(int threads) : executor_{threads - 1} {}
  std::unique_ptr<built_workflow> build(shape const& s) override
  {
    return std::make_unique<heddle_workflow>(executor_, s, [](std::uint32_t) { return touch; });
  }
  std::unique_ptr<built_workflow> build(shape const& s, void (*body)(void*, std::uint32_t),
                                        void* context) override
  {
    return std::make_unique<heddle_workflow>(
      executor_, s, [=](std::uint32_t t) { return [=] { body(context, t); }; });
  }

 private:
  executor executor_;
};

bool const is_added = [] {
  add_graph_benchmarks("", [](int threads) { return std::make_unique<heddle_peer>(threads); });
  return true;
}();

}  // namespace

void touch() noexcept
{
  touched.store(1, std::memory_order_relaxed);
}

void add_graph_benchmarks(std::string const& peer, make_graph_peer const& make)
{
  auto const add = [&](shape const& s, auto const& measure) {
    add_rows(fmt::format("{}/tasks:{}", s.name, s.num_tasks), peer,
             [=](benchmark::State& state, int threads) { measure(state, make, threads, s); });
  };
  for (auto const& s : all_shapes()) add(s, run_again);
  auto build_chain = chain(16384);
  build_chain.name = "build_chain";
  add(build_chain, build_and_run);
  auto launch = fan(1);
  launch.name = "launch";
  add(launch, run_again);
  add_metg_benchmarks(peer, make);
}

}  // namespace heddle::bench
