/// @file
/// Random workflows with needs, places, releases, located inputs, busy resources and little memory.
#pragma once

#include "tests/support/small_workflows.hpp"

#include <heddle/base/error.hpp>
#include <heddle/cost/cost_model.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace heddle::test {

/// One host with the NUMA nodes "numa0" (CPUs 0 and 1) and "numa1" (CPU 2), one with the node "big"
/// (CPUs 3 to 5), and a GPU (6). Sizes of memory are 100, 50, 200 and 80 bytes.
inline machine two_hosts()
{
  machine m;
  m.name         = "hosts";
  m.memory_nodes = {{"numa0", 100, 0, 7}, {"numa1", 50, 0, 7}, {"big", 200}, {"gpu memory", 80}};
  for (auto const node : {0, 0, 1, 2, 2, 2}) {
    m.resources.push_back({numbered("c", m.resources.size()), resource_kind::cpu, 1, node});
  }
  m.resources.push_back({"gpu", resource_kind::gpu, 1, 3});
  return m;
}

/// A workflow, a machine and the state in which it is found; every task can run.
struct constrained_case {
  workflow w;
  machine m;
  machine_state began{};
};

/// Nodes of several cores, some of them NUMA nodes of one host, of known and unknown memory, some
/// with a GPU.
inline machine random_cluster(std::mt19937_64& random)
{
  auto const below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  machine m;
  m.name           = "cluster";
  int const nodes  = 1 + below(4);
  bool const equal = below(2) == 0;
  for (int n = 0; n < nodes; ++n) {
    auto const id = numbered("node", static_cast<std::size_t>(n));
    m.memory_nodes.push_back({id, 100.0 * below(4), 0, below(3) == 0 ? below(2) : -1});
    for (int core = below(5); core >= 0; --core) {
      m.resources.push_back({id + numbered(".core", static_cast<std::size_t>(core)),
                             resource_kind::cpu, equal ? 1 : 0.5 * (1 + below(3)), n});
    }
  }
  if (below(3) == 0) {
    m.resources.push_back({"gpu", resource_kind::gpu, 2, nodes});
    m.memory_nodes.push_back({"gpu memory", 100});
  }
  m.links.bandwidth_bytes_per_second = 1 + below(9);
  m.links.latency_seconds            = below(2);
  return m;
}

namespace detail {

inline void constrain(task_info& task, machine const& m, std::mt19937_64& random)
{
  auto const below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  auto& declared   = task.declare();
  if (below(2) == 0) declared.needs.cores = 1 + below(6);
  if (below(3) == 0) declared.needs.memory_bytes = static_cast<std::size_t>(below(400));
  if (below(6) == 0) declared.needs.device_memory_bytes = static_cast<std::size_t>(below(150));
  if (below(3) == 0) declared.release_seconds = below(20);
  if (below(6) == 0) declared.place = m.memory_nodes[random() % m.memory_nodes.size()].id;
  if (below(8) == 0) declared.place = m.resources[random() % m.resources.size()].id;
}

inline bool is_feasible(constrained_case const& c)
{
  try {
    cost_model const costs{c.w, c.m, c.began};
    return true;
  } catch (input_error const&) {
    return false;
  }
}

inline machine_state random_state(workflow& w, machine const& m, std::mt19937_64& random)
{
  auto const below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  machine_state began;
  if (below(2) == 0) {
    for (std::size_t r = 0; r < m.resources.size(); ++r) {
      bool const never = r > 0 && below(8) == 0;
      began.free_from_seconds.push_back(never ? std::numeric_limits<double>::infinity()
                                              : below(3) * below(10));
    }
  }
  for (int f = below(4); f > 0; --f) {
    auto const file = w.add_file({numbered("file", w.files().size()), 1.0 * below(30)});
    for (std::size_t t = 0; t < w.num_tasks(); ++t) {
      if (below(3) == 0) w.at(static_cast<task_id>(t)).inputs.push_back(file);
    }
    for (int copy = 1 + below(2); copy > 0; --copy) {
      began.files.push_back({file, below(m.memory_nodes.size()), 1.0 * below(10)});
    }
  }
  return began;
}

}  // namespace detail

/// What no resource could run is left as it was.
inline constrained_case random_constrained_case(std::mt19937_64& random)
{
  constrained_case c{random_workflow(random), random_cluster(random)};
  c.began = detail::random_state(c.w, c.m, random);
  if (!detail::is_feasible(c)) c.began.free_from_seconds.clear();
  for (std::size_t t = 0; t < c.w.num_tasks(); ++t) {
    auto& task              = c.w.at(static_cast<task_id>(t));
    auto const needs_before = task.declared().needs;
    detail::constrain(task, c.m, random);
    if (detail::is_feasible(c)) continue;
    task.declare().needs = needs_before;
    task.declare().place.clear();
  }
  return c;
}

}  // namespace heddle::test
