/// @file
/// Machines of equal CPUs for tests of the engine: no binding, no transfer times.
#pragma once

#include <heddle/topology/machine.hpp>

#include <string>

namespace heddle::test {

inline machine flat_machine(int cpus)
{
  machine m;
  m.name         = "flat";
  m.memory_nodes = {{"memory"}};
  for (int i = 0; i < cpus; ++i) {
    resource r;
    r.id   = "cpu" + std::to_string(i);
    r.core = i;
    m.resources.push_back(r);
  }
  return m;
}

}  // namespace heddle::test
