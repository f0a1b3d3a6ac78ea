/// @file
/// Workflows and machines for tests of cost models and planners.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace heddle::test {

/// "t0", "t1", ...
inline std::string numbered(char const* prefix, std::size_t number)
{
  return std::string{prefix}.append(std::to_string(number));
}

/// Tasks "t0", "t1", ... of these CPU seconds, with these edges.
inline workflow make_workflow(std::vector<double> const& cpu_seconds,
                              std::vector<edge> const& edges)
{
  workflow w{"test"};
  for (auto const each : cpu_seconds) {
    task_info task;
    task.name        = numbered("t", w.num_tasks());
    task.cpu_seconds = each;
    w.add_task(std::move(task));
  }
  for (auto const& e : edges) w.add_edge(e);
  return w;
}

/// Nodes "n0", "n1", ... of these speeds, each with one CPU and its own memory, all linked.
inline machine make_nodes(std::vector<double> const& speeds,
                          double bandwidth = std::numeric_limits<double>::infinity())
{
  machine m;
  m.name = "test nodes";
  for (auto const speed : speeds) {
    auto const n = static_cast<int>(m.resources.size());
    m.resources.push_back({numbered("n", m.resources.size()), resource_kind::cpu, speed, n});
    m.memory_nodes.push_back({numbered("n", m.memory_nodes.size())});
  }
  m.links.bandwidth_bytes_per_second = bandwidth;
  return m;
}

/// Five tasks on a slow and a twice as fast node, one byte a second between them; the example that
/// every planner is worked by hand on.
///
///     task, cost:  t0 2, t1 6, t2 4, t3 2, t4 4
///     bytes:       t0->t1 3, t0->t2 6, t0->t3 3, t1->t4 3, t2->t4 3, t3->t4 6
inline workflow five_tasks()
{
  return make_workflow({2, 6, 4, 2, 4},
                       {{0, 1, 3}, {0, 2, 6}, {0, 3, 3}, {1, 4, 3}, {2, 4, 3}, {3, 4, 6}});
}
inline machine slow_and_fast()
{
  return make_nodes({1, 2}, 1);
}

/// So many tasks of up to `most` seconds, each after up to three others; bytes likewise.
inline workflow random_graph(std::mt19937_64& random, int tasks, std::uint64_t most = 100)
{
  std::vector<double> times;
  std::vector<edge> edges;
  for (int t = 0; t < tasks; ++t) {
    times.push_back(static_cast<double>(random() % most));
    for (auto e = random() % 4; e > 0 && t > 0; --e) {
      auto const before = random() % static_cast<std::uint64_t>(t);
      edges.push_back({static_cast<task_id>(before), t, static_cast<double>(random() % most)});
    }
  }
  return make_workflow(times, edges);
}

/// Linked nodes of speeds from 1 to 4.
inline machine random_nodes(std::mt19937_64& random, int count)
{
  std::vector<double> speeds;
  for (int n = 0; n < count; ++n) speeds.push_back(static_cast<double>(1 + random() % 4));
  return make_nodes(speeds, 1);
}

/// Gives each two memory nodes a link of their own. What moves whole bytes over it takes whole
/// seconds, and an even number of them on the slowest.
inline void link_pairs(std::mt19937_64& random, machine& m)
{
  for (std::size_t pair = 0; pair < m.memory_nodes.size() * m.memory_nodes.size(); ++pair) {
    m.links.pair_bandwidth_bytes_per_second.push_back(0.125 *
                                                      static_cast<double>(1 << random() % 3));
    m.links.pair_latency_seconds.push_back(2 * static_cast<double>(random() % 3));
  }
}

/// Nodes of a memory each; or CPUs and GPUs, some of which share theirs; with links that are equal
/// or, between 16 at most, are not.
inline machine random_places(std::mt19937_64& random, int count)
{
  constexpr int most_linked = 16;
  auto m                    = random_nodes(random, count);
  if (count <= most_linked && random() % 2 == 0) link_pairs(random, m);
  if (random() % 2 == 0) return m;
  for (auto& each : m.resources) {
    each.memory_node    = static_cast<int>(random() % static_cast<std::uint64_t>(count));
    bool const is_first = &each == &m.resources.front();
    if (random() % 3 == 0 && !is_first) each.kind = resource_kind::gpu;
  }
  return m;
}

/// A random workflow of at most 40 tasks: chains, wide ones, dense and sparse ones, some with tasks
/// that take no time, tasks of unknown time and edges without bytes; and, on GPUs, tasks for
/// either.
inline workflow random_workflow(std::mt19937_64& random)
{
  auto const below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  workflow w{"random"};
  int const tasks   = below(40);
  int const reach   = 1 + below(static_cast<std::uint64_t>(tasks) + 1);  // 1: a chain
  int const density = below(4);
  for (int t = 0; t < tasks; ++t) {
    task_info task;
    task.name = numbered("t", w.num_tasks());
    if (below(4) != 0) task.cpu_seconds = below(10);
    if (below(3) == 0) task.gpu_seconds = below(10) / 4.0;
    if (below(8) == 0) task.declare().analytic = work{1e9 * below(20), 1e9 * below(20)};
    if (std::isnan(task.cpu_seconds) && !std::isnan(task.gpu_seconds))
      task.declare().run = program{"true", {}};
    w.add_task(std::move(task));
    for (int e = 0; e < density && t > 0; ++e) {
      w.add_edge(
        {t - 1 - below(static_cast<std::uint64_t>(std::min(t, reach))), t, 1.0 * below(20)});
    }
  }
  return w;
}

/// A random machine of one to six resources, CPUs and GPUs, on one to four memory nodes, with equal
/// links or an own one for every pair.
inline machine random_machine(std::mt19937_64& random)
{
  auto const below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  machine m;
  m.name          = "random";
  int const nodes = 1 + below(4);
  for (int n = 0; n < nodes; ++n) m.memory_nodes.push_back({numbered("m", m.memory_nodes.size())});
  int const resources = 1 + below(6);
  for (int r = 0; r < resources; ++r) {
    auto const kind = r > 0 && below(4) == 0 ? resource_kind::gpu : resource_kind::cpu;
    m.resources.push_back({numbered("r", m.resources.size()), kind, 0.5 * (1 + below(6)),
                           below(static_cast<std::uint64_t>(nodes))});
  }
  m.links.bandwidth_bytes_per_second = 0.5 + below(5);
  m.links.latency_seconds            = below(2);
  if (below(2) == 0) return m;
  for (int pair = 0; pair < nodes * nodes; ++pair) {
    m.links.pair_bandwidth_bytes_per_second.push_back(0.5 + below(5));
    m.links.pair_latency_seconds.push_back(below(3));
  }
  return m;
}

}  // namespace heddle::test
