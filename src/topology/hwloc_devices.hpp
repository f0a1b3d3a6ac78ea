/// @file
/// Disks, networks and GPUs of an hwloc topology.
#pragma once

#include "src/topology/hwloc_machine.hpp"

#include <heddle/topology/machine.hpp>

#include <vector>

namespace heddle {

/// A GPU, its CUDA ordinal (-1: none) and the NUMA node it is attached to (null: not known).
struct attached_gpu {
  gpu_info info{};
  int cuda_ordinal = -1;
  hwloc_obj_t numa = nullptr;
};

/// Adds disks and networks. Of this system, their speeds are what it tells.
void add_disks_and_networks(machine& m, hwloc_topology_t topology);

/// The CUDA devices and the other NVIDIA GPUs that the topology knows by itself.
[[nodiscard]] std::vector<attached_gpu> stored_gpus(hwloc_topology_t topology);

/// The CUDA devices of this process, with their places in the topology.
[[nodiscard]] std::vector<attached_gpu> usable_gpus(hwloc_topology_t topology);

/// Adds GPUs, their memories, and links with documented defaults: 20 GB/s and 0.1 us between NUMA
/// nodes, 16 GB/s and 10 us to and from a GPU (about what PCI Express 3 with 16 lanes gives).
void add_gpus_and_links(machine& m, std::vector<attached_gpu> const& gpus);

}  // namespace heddle
