/// @file
/// The machine that an hwloc topology describes.
#pragma once

#include <heddle/topology/machine.hpp>

#include <hwloc.h>

#include <memory>
#include <string>
#include <string_view>

namespace heddle {

struct destroy_topology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using topology_handle = std::unique_ptr<hwloc_topology, destroy_topology>;

struct free_bitmap {
  void operator()(hwloc_bitmap_t set) const { hwloc_bitmap_free(set); }
};
using bitmap_handle = std::unique_ptr<hwloc_bitmap_s, free_bitmap>;

/// What hwloc sees here, or where `HWLOC_SYNTHETIC` or `HWLOC_XMLFILE` send it.
///
/// @throw system_error
[[nodiscard]] topology_handle load_topology();

/// What an hwloc XML document describes.
///
/// @throw input_error naming `file`
[[nodiscard]] topology_handle load_topology(std::string_view xml, std::string_view file);

/// The machine without its devices: one resource for each core that has a processing unit in
/// `usable`, at most `max_cores`; the NUMA nodes and caches of these.
[[nodiscard]] machine make_machine(hwloc_topology_t topology, hwloc_const_cpuset_t usable,
                                   int max_cores);

/// The machine that an hwloc XML document describes, with the GPUs in it.
///
/// @throw input_error naming `file`
[[nodiscard]] machine read_hwloc_xml(std::string_view xml, std::string_view file);

/// Index of the memory node that stands for a NUMA node, which is added if it is not there yet.
int find_or_add_memory_node(machine& m, hwloc_obj_t numa);

/// The value of an info attribute, or an empty string.
[[nodiscard]] std::string info_of(hwloc_obj_t object, char const* key);

}  // namespace heddle
