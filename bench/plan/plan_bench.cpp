#include <heddle/plan/plan.hpp>

#include <benchmark/benchmark.h>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace {

// Of this program's one thread.
std::size_t bytes_in_use = 0;
std::size_t most_bytes   = 0;  // in use at a time

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

/// Cost model, bounds, fingerprint and schedule together, of tasks with four edges each on 64
/// nodes.
void plan_layered(benchmark::State& state, std::string const& algorithm, int tasks)
{
  auto const w = make_workflow(tasks, std::max(1, tasks / 20));
  auto const m = make_machine(64);
  for (auto _ : state) {
    benchmark::DoNotOptimize(heddle::plan(w, m, {algorithm, heddle::seconds{1}}).makespan_seconds);
  }
  state.SetItemsProcessed(state.iterations() * tasks);
  state.SetLabel("items are tasks");
}

/// The most memory in use at a time, beyond that of workflow and machine.
void memory_of_plan(benchmark::State& state, std::string const& algorithm, int tasks)
{
  auto const w = make_workflow(tasks, std::max(1, tasks / 20));
  auto const m = make_machine(64);
  for (auto _ : state) {
    most_bytes        = bytes_in_use;
    auto const before = bytes_in_use;
    benchmark::DoNotOptimize(heddle::plan(w, m, {algorithm, heddle::seconds{1}}).makespan_seconds);
    state.counters["value"] = static_cast<double>(most_bytes - before) / tasks;
  }
  state.SetLabel("value is bytes/task");
}

/// The largest workflow that is worth the time, where it is not a million tasks; 0: these are not
/// for such workflows.
int most_tasks_of(std::string_view algorithm)
{
  constexpr std::array few{
    std::pair{"chain", 0},          std::pair{"tree", 0},           std::pair{"exact", 0},
    std::pair{"hlp", 1'000},        std::pair{"lst", 10'000},       std::pair{"portfolio", 10'000},
    std::pair{"lookahead", 10'000}, std::pair{"sufferage", 10'000}, std::pair{"maxmin", 10'000},
    std::pair{"duplex", 10'000},    std::pair{"dls", 10'000},       std::pair{"hbmct", 10'000},
    std::pair{"bil", 10'000},       std::pair{"wba", 10'000},       std::pair{"placement", 100'000},
    std::pair{"etf", 100'000},      std::pair{"flb", 100'000},      std::pair{"minmin", 100'000},
    std::pair{"peft", 100'000}};
  for (auto const& [name, tasks] : few) {
    if (name == algorithm) return tasks;
  }
  return 1'000'000;
}

bool const is_added = [] {
  for (auto const& planner : heddle::planners()) {
    std::string const name{planner.name};
    for (int tasks = 100; tasks <= most_tasks_of(name); tasks *= 10) {
      auto const row = "/tasks:" + std::to_string(tasks);
      benchmark::RegisterBenchmark((name + row).c_str(), [=](benchmark::State& state) {
        plan_layered(state, name, tasks);
      })->UseRealTime();
      benchmark::RegisterBenchmark(("memory_" + name + row).c_str(), [=](benchmark::State& state) {
        memory_of_plan(state, name, tasks);
      })->Iterations(1);
    }
  }
  return true;
}();

}  // namespace

// Not inlined, for the compiler warns of `free` for what came from `new`.

[[gnu::noinline]] void* operator new(std::size_t size)
{
  auto* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc{};
  bytes_in_use += malloc_usable_size(memory);
  most_bytes = std::max(most_bytes, bytes_in_use);
  return memory;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept
{
  bytes_in_use -= malloc_usable_size(memory);
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
  operator delete(memory);
}
