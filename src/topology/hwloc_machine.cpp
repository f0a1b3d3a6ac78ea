#include "src/topology/hwloc_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace heddle {
namespace {

/// The objects of one type, in logical order.
std::vector<hwloc_obj_t> objects(hwloc_topology_t topology, hwloc_obj_type_t type)
{
  std::vector<hwloc_obj_t> result;
  hwloc_obj_t object = nullptr;
  while ((object = hwloc_get_next_obj_by_type(topology, type, object))) result.push_back(object);
  return result;
}

/// The cores; on systems that show none, the processing units.
std::vector<hwloc_obj_t> cores_of(hwloc_topology_t topology)
{
  auto cores = objects(topology, HWLOC_OBJ_CORE);
  return cores.empty() ? objects(topology, HWLOC_OBJ_PU) : cores;
}

/// The operating system's number of the first unit in both sets, -1 if there is none.
int first_common(hwloc_const_bitmap_t a, hwloc_const_bitmap_t b)
{
  bitmap_handle const both{hwloc_bitmap_alloc()};
  hwloc_bitmap_and(both.get(), a, b);
  return hwloc_bitmap_first(both.get());
}

int package_of(hwloc_topology_t topology, hwloc_obj_t core)
{
  auto const package = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, core);
  return package ? static_cast<int>(package->logical_index) : 0;
}

hwloc_obj_t numa_of(hwloc_topology_t topology, hwloc_obj_t object)
{
  auto const first = hwloc_bitmap_first(object->nodeset);
  return first < 0 ? hwloc_get_obj_by_type(topology, HWLOC_OBJ_NUMANODE, 0)
                   : hwloc_get_numanode_obj_by_os_index(topology, static_cast<unsigned>(first));
}

void add_cores(machine& m, hwloc_topology_t topology, hwloc_const_cpuset_t usable, int max_cores)
{
  for (auto const core : cores_of(topology)) {
    auto const unit = first_common(core->cpuset, usable);
    if (unit < 0) continue;
    if (static_cast<int>(m.resources.size()) == max_cores) return;
    auto const index = static_cast<int>(core->logical_index);
    m.resources.push_back({.id          = fmt::format("core{}", index),
                           .memory_node = find_or_add_memory_node(m, numa_of(topology, core)),
                           .os_index    = unit,
                           .package     = package_of(topology, core),
                           .core        = index});
  }
}

/// The machine's cores that lie below a cache.
std::vector<int> cores_below(machine const& m, hwloc_topology_t topology, hwloc_obj_t cache)
{
  std::vector<int> result;
  for (auto const core : cores_of(topology)) {
    auto const index = static_cast<int>(core->logical_index);
    auto const kept  = std::any_of(m.resources.begin(), m.resources.end(),
                                   [&](resource const& r) { return r.core == index; });
    if (kept && hwloc_bitmap_intersects(core->cpuset, cache->cpuset)) result.push_back(index);
  }
  return result;
}

void add_caches(machine& m, hwloc_topology_t topology)
{
  for (auto const type : {HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L1CACHE}) {
    for (auto const cache : objects(topology, type)) {
      auto cores = cores_below(m, topology, cache);
      if (cores.empty()) continue;
      auto const& known = cache->attr->cache;
      m.caches.push_back(
        {static_cast<int>(known.depth), static_cast<double>(known.size), std::move(cores)});
    }
  }
}

std::string name_of(hwloc_topology_t topology)
{
  auto const root = hwloc_get_root_obj(topology);
  auto const host = info_of(root, "HostName");
  if (!host.empty()) return host;
  return info_of(root, "Backend") == "Synthetic" ? "synthetic machine" : "machine";
}

std::string processor_of(hwloc_topology_t topology)
{
  auto const package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
  return info_of(package ? package : hwloc_get_root_obj(topology), "CPUModel");
}

}  // namespace

std::string info_of(hwloc_obj_t object, char const* key)
{
  auto const value = hwloc_obj_get_info_by_name(object, key);
  return value ? value : "";
}

int find_or_add_memory_node(machine& m, hwloc_obj_t numa)
{
  auto const id    = fmt::format("numa{}", numa->logical_index);
  auto const known = std::find_if(m.memory_nodes.begin(), m.memory_nodes.end(),
                                  [&](memory_node const& node) { return node.id == id; });
  if (known == m.memory_nodes.end()) {
    m.memory_nodes.push_back(
      {.id = id, .size_bytes = static_cast<double>(numa->attr->numanode.local_memory), .host = 0});
    return static_cast<int>(m.memory_nodes.size()) - 1;
  }
  return static_cast<int>(known - m.memory_nodes.begin());
}

machine make_machine(hwloc_topology_t topology, hwloc_const_cpuset_t usable, int max_cores)
{
  machine m;
  m.name      = name_of(topology);
  m.processor = processor_of(topology);
  add_cores(m, topology, usable, max_cores);
  add_caches(m, topology);
  return m;
}

}  // namespace heddle
