// What the search finds in how much time: makespan over lower bound after 0.1 s to a minute, beside
// the best of the list schedulers, from which it begins, and beside simulated annealing of one
// schedule, from there, too. Real workflows are those of HEDDLE_TEST_DATA, where that is set.

#include "bench/rows.hpp"
#include "src/plan/search/general_group.hpp"
#include "src/plan/search/starts.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/lower_bound.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/workflow/file_formats.hpp>
#include <heddle/workflow/generate.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace heddle::bench {
namespace {

constexpr int limits_ms[] = {100, 300, 1000, 3000, 10'000, 60'000};

/// A workflow on four nodes of speed 1, two of 2 and two of 4, with transfers that take `ccr` times
/// as long as tasks on average.
struct instance {
  instance(std::string name_, workflow work_, double ccr)
    : name{std::move(name_)}, work{std::move(work_)}
  {
    for (double const speed : {1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0}) {
      auto const n = static_cast<int>(nodes.resources.size());
      nodes.resources.push_back({"n" + std::to_string(n), resource_kind::cpu, speed, n});
      nodes.memory_nodes.push_back({"n" + std::to_string(n)});
    }
    set_bandwidth_by_ccr(nodes, work, ccr);
  }

  std::string name;
  workflow work;
  machine nodes{};
};

using shared_instance = std::shared_ptr<instance const>;

std::vector<shared_instance> instances()
{
  std::vector<shared_instance> all;
  for (char const* const kind : {"montage", "random"}) {
    auto work = generate_workflow(kind, {.tasks = 300});
    all.push_back(std::make_shared<instance>(kind, std::move(work), 5));
  }
  auto const* const folder = std::getenv("HEDDLE_TEST_DATA");
  if (folder == nullptr) return all;
  for (std::string const name : {"airrflow-dirt02-001", "montage-chameleon-dss-10d-001"}) {
    auto file = read_workflow(folder + ("/workflows/" + name + ".json"));
    all.push_back(std::make_shared<instance>(name, std::move(file.workflow), 5));
  }
  return all;
}

using finder = double (*)(instance const& in, cost_model const& costs, double time_limit);

double by_search(instance const& in, cost_model const& /*costs*/, double time_limit)
{
  return plan(in.work, in.nodes, {"search", seconds{time_limit}}).makespan_seconds;
}

double by_portfolio(instance const& in, cost_model const& /*costs*/, double time_limit)
{
  return plan(in.work, in.nodes, {"portfolio", seconds{time_limit}}).makespan_seconds;
}

double by_annealing(instance const& /*in*/, cost_model const& costs, double time_limit)
{
  auto const end =
    std::chrono::steady_clock::now() +
    std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{time_limit});
  auto const starts = make_starts(costs, {.end = end});
  general_group group{{costs}, starts.solutions.front(), 1};
  auto pace = search_pace::until(end);
  group.run(pace);
  return group.best().makespan_seconds;
}

void add(shared_instance const& in, int limit_ms, finder find, std::string const& peer)
{
  auto const what    = "quality_" + in->name + "/ms:" + std::to_string(limit_ms);
  auto const measure = [=](benchmark::State& state) {
    cost_model const costs{in->work, in->nodes};
    double makespan = 0;
    for (auto _ : state) makespan = find(*in, costs, limit_ms / 1000.0);
    state.counters["value"] = makespan / lower_bound_seconds(costs);
    state.SetLabel("value is makespan/bound");
  };
  benchmark::RegisterBenchmark(row_name(what, 1, peer).c_str(), measure)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(1);
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv)
try {
  using namespace heddle::bench;
  for (auto const& in : instances()) {
    for (int const limit_ms : limits_ms) {
      add(in, limit_ms, by_search, "");
      add(in, limit_ms, by_portfolio, "portfolio");
      add(in, limit_ms, by_annealing, "annealing");
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
} catch (heddle::error const& e) {
  fmt::print(stderr, "quality_bench: {}; is HEDDLE_TEST_DATA the right folder?\n", e.what());
  return 1;
}
