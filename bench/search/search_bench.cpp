// Rates of the search's group: whole decodes, on equal links and on those of pairs (`links`), and
// move evaluations, by the instructions they use. A row is a thread's; the peer is the same body
// with fewer or no vectors. And whole searches on GPUs.

#include "bench/rows.hpp"
#include "bench/search/port_limit.hpp"
#include "src/plan/search/device_search.hpp"
#include "src/plan/search/order_group.hpp"

#include <heddle/plan/plan.hpp>
#include <heddle/topology/machine.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace heddle::bench {
namespace {

/// Like the measured instances: so many edges, and levels that are some tasks wide.
struct size {
  int tasks;
  int edges;
};
constexpr size sizes[] = {{104, 103}, {405, 728}, {902, 1166}, {2122, 6000}};

workflow make_workflow(size const& of)
{
  std::mt19937_64 random{1};
  workflow w{"search"};
  for (int t = 0; t < of.tasks; ++t) {
    task_info task;
    task.name        = "t" + std::to_string(t);
    task.cpu_seconds = 1 + static_cast<double>(random() % 1000) / 10;
    w.add_task(std::move(task));
  }
  for (int e = 0; e < of.edges; ++e) {
    auto const to   = 1 + static_cast<task_id>(random() % static_cast<unsigned>(of.tasks - 1));
    auto const back = 1 + static_cast<task_id>(random() % 50);
    w.add_edge({std::max(to - back, 0), to, static_cast<double>(random() % 1000)});
  }
  return w;
}

/// Of each eight nodes four of speed 1, two of 2, two of 4.
machine make_machine(int nodes)
{
  constexpr double speeds[] = {1, 1, 1, 1, 2, 2, 4, 4};
  machine m;
  m.name = "nodes";
  for (int n = 0; n < nodes; ++n) {
    m.resources.push_back({"n" + std::to_string(n), resource_kind::cpu, speeds[n % 8], n});
    m.memory_nodes.push_back({"n" + std::to_string(n)});
  }
  return m;
}

/// Two switches of four nodes, between which data moves a fifth as fast.
void link_pairs(machine& m)
{
  auto& links = m.links;
  for (int from = 0; from < 8; ++from) {
    for (int to = 0; to < 8; ++to) {
      auto const share = from / 4 == to / 4 ? 1.0 : 0.2;
      links.pair_bandwidth_bytes_per_second.push_back(share * links.bandwidth_bytes_per_second);
      links.pair_latency_seconds.push_back(1e-3 / share);
    }
  }
}

enum class machine_kind {
  equal_links,  ///< 8 nodes
  own_links,    ///< the same, a link for each two
  many_nodes    ///< 64
};

/// A workflow on a machine, in ticks, with a schedule to begin with.
template <class Tick>
struct instance {
  explicit instance(size const& of, machine_kind kind = machine_kind::equal_links)
    : w{make_workflow(of)}, m{make_machine(kind == machine_kind::many_nodes ? 64 : 8)}
  {
    set_bandwidth_by_ccr(m, w, 1);
    if (kind == machine_kind::own_links) link_pairs(m);
    costs.emplace(w, m);
    from = solution_of(*costs, plan(w, m, {"heft"}).tasks);
    problem.emplace(*costs,
                    seconds_per_tick(1.6 * from.makespan_seconds, kernels::search_limit<Tick>));
  }

  workflow w;
  machine m;
  std::optional<cost_model> costs{};
  solution from{};
  std::optional<tick_problem<Tick>> problem{};
};

/// Places tasks of all lanes at random.
template <class Tick>
void fill(lane_decoder<Tick>& decoder, instance<Tick> const& in)
{
  std::mt19937_64 random{1};
  auto const& problem = in.problem->view();
  auto const places   = static_cast<std::size_t>(problem.num_places);
  for (std::size_t t = 0; t < in.from.order.size(); ++t) {
    decoder.state().order[t] = in.from.order[t];
    for (std::size_t lane = 0; lane < kernels::search_lanes; ++lane) {
      decoder.state().place[t * kernels::search_lanes + lane] = problem.code[random() % places];
    }
  }
}

/// All of the order, without windows.
template <class Tick>
void measure_decodes(benchmark::State& state, instance<Tick> const& in, lane_target target)
{
  lane_decoder<Tick> decoder{in.problem->view(), target};
  fill(decoder, in);
  for (auto _ : state) {
    decoder.decode_from(0);
    benchmark::DoNotOptimize(decoder.state().new_makespan);
  }
  count_items(state, kernels::search_lanes, "decodes");
}

/// What share of the most that the vector units can do a decode does, in percent: each decode of
/// some beside additions that take as long.
void measure_port_share(benchmark::State& state, size const& of, lane_target target)
{
  instance<std::uint16_t> const in{of};
  lane_decoder<std::uint16_t> decoder{in.problem->view(), target};
  fill(decoder, in);
  auto const each       = *operations_of(target);
  auto const tasks      = static_cast<double>(in.costs->num_tasks());
  auto const edges      = static_cast<double>(in.costs->edges().num_edges());
  auto const done       = each.vectors * (each.of_task * tasks + each.of_edge * edges);
  constexpr int decodes = 256;
  std::vector<double> shares;
  for (auto _ : state) {
    auto const most  = operations_a_second(target);
    auto const began = thread_seconds();
    for (int i = 0; i < decodes; ++i) decoder.decode_from(0);
    shares.push_back(decodes * done / (thread_seconds() - began) / most);
  }
  auto const middle = shares.begin() + std::ssize(shares) / 2;
  std::nth_element(shares.begin(), middle, shares.end());
  state.counters["value"] = 100 * *middle;
  state.SetLabel("value is % of the vector units");
}

template <class Tick>
void measure_moves(benchmark::State& state, size const& of, lane_target target)
{
  constexpr std::uint64_t evaluations = 1 << 15;
  instance<Tick> const in{of};
  order_group<Tick> group{{*in.costs, 0}, *in.problem, target, in.from, {}, 1};
  std::int64_t made = 0;
  for (auto _ : state) {
    auto pace = search_pace::of_evaluations(evaluations);
    group.run(pace);
    made += static_cast<std::int64_t>(pace.evaluations());
  }
  state.SetItemsProcessed(made);
  state.SetLabel("items are move evaluations");
}

/// A whole search on a GPU, with all that the host does for it.
template <class Tick>
void measure_device(benchmark::State& state, size const& of, std::shared_ptr<device> const& on)
{
  instance<Tick> const in{of};
  search_setting const setting{*in.costs};
  auto const groups_sweeps = std::uint64_t{4096} * kernels::search_lanes * 64;
  planning_limits const limits{.evaluations = 4 * groups_sweeps};
  std::int64_t made = 0;
  for (auto _ : state) {
    auto const found = search_on_device(on, setting, *in.problem, limits, std::span{&in.from, 1});
    if (!found.failure.empty()) return state.SkipWithError(found.failure.c_str());
    made += static_cast<std::int64_t>(found.evaluations);
  }
  state.SetItemsProcessed(made);
  state.SetLabel("items are move evaluations");
}

struct peer {
  lane_target target;
  char const* name;
};
constexpr peer peers[] = {{lane_target::widest, ""},
                          {lane_target::avx512, "avx512"},
                          {lane_target::avx2, "avx2"},
                          {lane_target::portable, "portable"},
                          {lane_target::scalar, "scalar"}};

template <class Tick>
void add(std::string const& ticks)
{
  for (auto const& of : sizes) {
    for (auto const& gpu : cuda_devices()) {
      auto const number = std::to_string(of.tasks);
      benchmark::RegisterBenchmark(
        row_name("gpu_moves_" + number + ticks + "/tasks:" + number, 1, "").c_str(),
        [=](benchmark::State& s) { measure_device<Tick>(s, of, gpu); });
    }
    for (auto const& each : peers) {
      if (!bodies_for<Tick>(8, each.target).decode) continue;
      auto const named = [&](std::string const& what) {
        auto const number = std::to_string(of.tasks);
        return row_name(what + "_" + number + ticks + "/tasks:" + number, 1, each.name);
      };
      auto const target = each.target;
      benchmark::RegisterBenchmark(named("decodes").c_str(), [=](benchmark::State& s) {
        measure_decodes<Tick>(s, instance<Tick>{of}, target);
      });
      benchmark::RegisterBenchmark(named("links").c_str(), [=](benchmark::State& s) {
        measure_decodes<Tick>(s, instance<Tick>{of, machine_kind::own_links}, target);
      });
      benchmark::RegisterBenchmark(named("many_nodes").c_str(), [=](benchmark::State& s) {
        measure_decodes<Tick>(s, instance<Tick>{of, machine_kind::many_nodes}, target);
      });
      benchmark::RegisterBenchmark(
        named("moves").c_str(), [=](benchmark::State& s) { measure_moves<Tick>(s, of, target); });
    }
  }
}

void add_port_shares()
{
  if (!knows_port_limit) return;
  for (auto const& of : sizes) {
    for (auto const& each : peers) {
      if (!operations_of(each.target) || !bodies_for<std::uint16_t>(8, each.target).decode)
        continue;
      auto const number = std::to_string(of.tasks);
      auto const row    = "port_share_" + number + "_" + each.name + "/tasks:" + number;
      auto const target = each.target;
      benchmark::RegisterBenchmark(row_name(row, 1, "").c_str(),
                                   [=](benchmark::State& s) { measure_port_share(s, of, target); });
    }
  }
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv)
{
  heddle::bench::add<std::uint16_t>("");
  heddle::bench::add<std::uint32_t>("_wide");
  heddle::bench::add_port_shares();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
