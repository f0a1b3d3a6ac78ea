#include <heddle/plan/upward_rank.hpp>

#include <benchmark/benchmark.h>

#include <numeric>
#include <vector>

namespace {

/// A layered workflow: `levels` levels of `width` tasks, each feeding the `degree` next ones.
void upward_ranks_layered(benchmark::State& state)
{
  auto const levels             = static_cast<std::int32_t>(state.range(0));
  auto const width              = static_cast<std::int32_t>(state.range(1));
  constexpr std::int32_t degree = 4;
  auto const tasks              = levels * width;

  std::vector<std::int32_t> first_edge{0}, successor, first_task,
    task(static_cast<std::size_t>(tasks));
  for (std::int32_t t = 0; t < tasks; ++t) {
    if (t / width + 1 < levels) {
      for (std::int32_t k = 0; k < degree; ++k)
        successor.push_back((t / width + 1) * width + (t + k) % width);
    }
    first_edge.push_back(static_cast<std::int32_t>(successor.size()));
  }
  for (std::int32_t level = 0; level <= levels; ++level) first_task.push_back(level * width);
  std::iota(task.begin(), task.end(), 0);
  std::vector<double> const execution(task.size(), 1.0), transfer(successor.size(), 0.5);
  std::vector<double> ranks(task.size());

  for (auto _ : state) {
    heddle::upward_ranks({first_edge, successor, execution, transfer}, {first_task, task}, ranks);
    benchmark::DoNotOptimize(ranks.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(successor.size()));
  state.SetLabel("items are edges");
}
BENCHMARK(upward_ranks_layered)
  ->ArgNames({"levels", "width"})
  ->ArgsProduct({{8, 64}, {16, 1024}})
  ->Unit(benchmark::kMicrosecond);

}  // namespace
