#include "src/plan/search/aligned_array.hpp"

#include <heddle/plan/placement_score.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace {

using heddle::aligned_array;

/// Four edges a task to later tasks, each with its own volume; every pair of places its own link.
void placement_scores_random(benchmark::State& state)
{
  auto const tasks              = static_cast<std::int32_t>(state.range(0));
  auto const places             = static_cast<std::int32_t>(state.range(1));
  auto const scenarios          = static_cast<std::int32_t>(state.range(2));
  constexpr std::int32_t degree = 4;
  constexpr std::int32_t width  = 50;

  std::mt19937 random{1};
  std::vector<std::int32_t> first_edge{0}, successor, first_task, task;
  for (std::int32_t t = 0; t < tasks; ++t) {
    auto const next_level = (t / width + 1) * width;
    for (std::int32_t e = 0; e < degree && next_level < tasks; ++e) {
      successor.push_back(next_level + static_cast<std::int32_t>(random() % width));
    }
    first_edge.push_back(static_cast<std::int32_t>(successor.size()));
  }
  for (std::int32_t t = 0; t <= tasks; t += width) first_task.push_back(t);
  task.resize(static_cast<std::size_t>(tasks));
  std::iota(task.begin(), task.end(), 0);

  auto const numbers = [](std::int64_t count) { return static_cast<std::size_t>(count); };
  auto const cells   = std::int64_t{tasks} * places;
  aligned_array<heddle::ticks> const execution{numbers(cells)}, score{numbers(cells * scenarios)};
  aligned_array<float> const share{successor.size()}, links{numbers(2 * places * places)};
  for (auto& each : execution.span()) each = static_cast<heddle::ticks>(random() % 10000);
  for (auto& each : share.span()) each = static_cast<float>(1 + random() % 1000) / 1000;
  for (auto& each : links.span()) each = static_cast<float>(random() % 10000);

  for (auto _ : state) {
    heddle::placement_scores(
      {places, first_edge, successor, execution.span(), share.span(), links.span()},
      {first_task, task}, score.span());
    benchmark::DoNotOptimize(score.span().data());
  }
  auto const additions = static_cast<std::int64_t>(successor.size()) * places * places * scenarios;
  state.SetItemsProcessed(state.iterations() * additions);
  state.SetLabel("items are additions, edge x place x place");
}
BENCHMARK(placement_scores_random)
  ->ArgNames({"tasks", "places", "scenarios"})
  ->ArgsProduct({{1000}, {3, 8, 16, 64}, {1}})
  ->Args({10000, 16, 1})
  ->Args({1000, 16, 16})
  ->Unit(benchmark::kMicrosecond);

}  // namespace
