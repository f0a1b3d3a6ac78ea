/// @file
/// Machines of equal CPUs and simulated GPUs, for tests of the engine.
#pragma once

#include "tests/support/flat_machine.hpp"

#include <heddle/device/simulated.hpp>

#include <fmt/format.h>

#include <span>

namespace heddle::test {

/// One GPU a unit, with its speed; transfers take no time in the plan.
inline machine machine_with_devices(int cpus, std::span<simulated_unit const> units)
{
  auto m = flat_machine(cpus);
  for (std::size_t u = 0; u < units.size(); ++u) {
    resource r;
    r.id          = fmt::format("gpu{}", u);
    r.kind        = resource_kind::gpu;
    r.speed       = units[u].speed;
    r.memory_node = static_cast<int>(m.memory_nodes.size());
    m.memory_nodes.push_back({fmt::format("gpu{} memory", u), 0, 0});
    m.resources.push_back(r);
  }
  return m;
}

}  // namespace heddle::test
