#include <heddle/plan/plan.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>

namespace {

/// Each task is fed by four of the `window` before it.
heddle::workflow make_workflow(int tasks, int window)
{
  std::mt19937_64 random{1};
  heddle::workflow w{"bench"};
  for (int t = 0; t < tasks; ++t) {
    heddle::task_info task;
    task.name        = std::string{"t"}.append(std::to_string(t));
    task.cpu_seconds = 0.01 + static_cast<double>(random() % 1000) / 100;
    w.add_task(std::move(task));
    for (int e = 0; e < 4 && t > 0; ++e) {
      auto const back = 1 + random() % static_cast<std::uint64_t>(std::min(t, window));
      w.add_edge({t - static_cast<int>(back), t, static_cast<double>(random() % 100)});
    }
  }
  return w;
}

heddle::machine make_machine(int nodes)
{
  heddle::machine m;
  for (int n = 0; n < nodes; ++n) {
    m.resources.push_back({std::string{"n"}.append(std::to_string(n)), heddle::resource_kind::cpu,
                           static_cast<double>(1 << (n % 3)), n});
    m.memory_nodes.push_back({std::string{"n"}.append(std::to_string(n))});
  }
  m.links.bandwidth_bytes_per_second = 100;
  return m;
}

/// Cost model, bound, fingerprint and schedule together.
void plan_layered(benchmark::State& state, std::string_view algorithm)
{
  auto const tasks = static_cast<int>(state.range(0));
  auto const w     = make_workflow(tasks, std::max(1, tasks / 20));
  auto const m     = make_machine(static_cast<int>(state.range(1)));
  for (auto _ : state) benchmark::DoNotOptimize(heddle::plan(w, m, {algorithm}).makespan_seconds);
  state.SetItemsProcessed(state.iterations() * tasks);
  state.SetLabel("items are tasks");
}

void sizes(benchmark::internal::Benchmark* b)
{
  b->ArgNames({"tasks", "nodes"})
    ->ArgsProduct({{100, 2000, 50000}, {8, 64}})
    ->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(plan_layered, heft, "heft")->Apply(sizes);
BENCHMARK_CAPTURE(plan_layered, cpop, "cpop")->Apply(sizes);
BENCHMARK_CAPTURE(plan_layered, minmin, "minmin")->Apply(sizes);
BENCHMARK_CAPTURE(plan_layered, mct, "mct")->Apply(sizes);
BENCHMARK_CAPTURE(plan_layered, locality, "locality")->Apply(sizes);

}  // namespace
