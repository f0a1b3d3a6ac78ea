/// @file
/// Which cores a task of several may take together.
#pragma once

#include <heddle/topology/machine.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle {

/// The cores that one task takes on CPUs.
struct core_demand {
  std::int32_t cores = 1;
  bool in_one_node   = false;  ///< because its place is a memory node
};

/// The CPUs of a machine by host and memory node. A task of several cores takes them of one memory
/// node, where a memory node of the host has as many; else of any of the host, as programs spread
/// over NUMA nodes. It never spans hosts (see `memory_node::host`).
///
/// Immutable, hence safe to share between threads.
class core_groups {
 public:
  /// @param usable [resources], whether it counts at all
  core_groups(machine const& m, std::vector<bool> const& usable);

  /// The CPUs of which a task takes all its cores, if it takes this one; by memory node, then id.
  [[nodiscard]] std::span<int const> around(int cpu, core_demand what) const;

 private:
  /// Positions in `cpus_`.
  struct stretch {
    std::size_t first = 0;
    std::size_t last  = 0;
    [[nodiscard]] std::size_t size() const { return last - first; }
  };

  struct node {
    stretch own{};
    stretch host{};
    std::size_t most_of_a_node = 0;  ///< CPUs, among the memory nodes of its host
  };

  void add_host(stretch host);

  std::vector<int> cpus_;     ///< by host, memory node and id
  std::vector<int> node_of_;  ///< [resources]
  std::vector<node> nodes_;   ///< [memory nodes]
};

}  // namespace heddle
