/// @file
/// Compares machines member by member, bit by bit.
#pragma once

#include <heddle/topology/machine.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

namespace heddle::test {

inline std::string written(machine const& m)
{
  std::ostringstream out;
  m.write(out);
  return out.str();
}

/// Equal, or both NaN.
inline bool same(double a, double b)
{
  return a == b || (std::isnan(a) && std::isnan(b));
}

inline bool same(std::vector<double> const& a, std::vector<double> const& b)
{
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return same(x, y); });
}

inline void expect_same_resources(machine const& a, machine const& b)
{
  auto const key = [](resource const& r) {
    return std::tuple{r.id, r.kind, r.speed, r.memory_node, r.os_index, r.package, r.core};
  };
  ASSERT_EQ(a.resources.size(), b.resources.size());
  for (std::size_t i = 0; i < a.resources.size(); ++i) {
    EXPECT_EQ(key(a.resources[i]), key(b.resources[i])) << a.resources[i].id;
  }
}

inline void expect_same_memories(machine const& a, machine const& b)
{
  ASSERT_EQ(a.memory_nodes.size(), b.memory_nodes.size());
  for (std::size_t i = 0; i < a.memory_nodes.size(); ++i) {
    EXPECT_EQ(a.memory_nodes[i].id, b.memory_nodes[i].id);
    EXPECT_EQ(a.memory_nodes[i].size_bytes, b.memory_nodes[i].size_bytes);
    EXPECT_EQ(a.memory_nodes[i].host, b.memory_nodes[i].host);
    EXPECT_EQ(a.memory_nodes[i].bandwidth_bytes_per_second,
              b.memory_nodes[i].bandwidth_bytes_per_second);
  }
}

inline void expect_same_gpus(machine const& a, machine const& b)
{
  auto const key = [](gpu_info const& g) {
    return std::tuple{g.name,
                      g.resource,
                      g.memory_bytes,
                      g.multiprocessors,
                      g.copy_engines,
                      g.compute_capability,
                      g.pci_bus_id,
                      g.numa_node,
                      g.to_device_bytes_per_second,
                      g.from_device_bytes_per_second};
  };
  ASSERT_EQ(a.gpus.size(), b.gpus.size());
  for (std::size_t i = 0; i < a.gpus.size(); ++i) EXPECT_EQ(key(a.gpus[i]), key(b.gpus[i]));
}

/// Pairs of a node with itself do not count: they are free.
inline void expect_same_links(machine const& a, machine const& b)
{
  EXPECT_TRUE(same(a.links.bandwidth_bytes_per_second, b.links.bandwidth_bytes_per_second));
  EXPECT_EQ(a.links.latency_seconds, b.links.latency_seconds);
  auto const between = [](std::vector<double> values, std::size_t nodes) {
    for (std::size_t i = 0; i < nodes && !values.empty(); ++i) values[i * nodes + i] = 0;
    return values;
  };
  auto const nodes = a.memory_nodes.size();
  EXPECT_TRUE(same(between(a.links.pair_bandwidth_bytes_per_second, nodes),
                   between(b.links.pair_bandwidth_bytes_per_second, nodes)));
  EXPECT_TRUE(same(between(a.links.pair_latency_seconds, nodes),
                   between(b.links.pair_latency_seconds, nodes)));
}

inline void expect_same_extras(machine const& a, machine const& b)
{
  ASSERT_EQ(a.caches.size(), b.caches.size());
  for (std::size_t i = 0; i < a.caches.size(); ++i) {
    EXPECT_EQ(a.caches[i].level, b.caches[i].level);
    EXPECT_EQ(a.caches[i].size_bytes, b.caches[i].size_bytes);
    EXPECT_EQ(a.caches[i].cores, b.caches[i].cores);
  }
  ASSERT_EQ(a.disks.size(), b.disks.size());
  for (std::size_t i = 0; i < a.disks.size(); ++i) {
    EXPECT_EQ(a.disks[i].name, b.disks[i].name);
    EXPECT_EQ(a.disks[i].size_bytes, b.disks[i].size_bytes);
    EXPECT_EQ(a.disks[i].read_bytes_per_second, b.disks[i].read_bytes_per_second);
    EXPECT_EQ(a.disks[i].write_bytes_per_second, b.disks[i].write_bytes_per_second);
  }
  ASSERT_EQ(a.networks.size(), b.networks.size());
  for (std::size_t i = 0; i < a.networks.size(); ++i) {
    EXPECT_EQ(a.networks[i].name, b.networks[i].name);
    EXPECT_EQ(a.networks[i].bytes_per_second, b.networks[i].bytes_per_second);
  }
}

inline void expect_same(machine const& a, machine const& b)
{
  auto const scalars = [](machine const& m) {
    return std::tuple{m.name,
                      m.processor,
                      m.least_task_seconds,
                      m.flops_per_second,
                      m.bytes_per_second,
                      m.memory_limit_bytes,
                      m.cpu_limit};
  };
  EXPECT_EQ(scalars(a), scalars(b));
  expect_same_resources(a, b);
  expect_same_memories(a, b);
  expect_same_gpus(a, b);
  expect_same_links(a, b);
  expect_same_extras(a, b);
}

/// What reading makes of what writing makes.
inline void expect_round_trip(machine const& m)
{
  expect_same(machine::read_text(written(m), "written"), m);
}

}  // namespace heddle::test
