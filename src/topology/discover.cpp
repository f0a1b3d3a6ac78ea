#include "src/topology/cgroup_limits.hpp"
#include "src/topology/hwloc_devices.hpp"
#include "src/topology/hwloc_machine.hpp"

#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>

#include <fmt/format.h>
#include <hwloc/linux.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace heddle {
namespace {

constexpr int no_limit = std::numeric_limits<int>::max();

/// Where the main thread may run: worker threads, which are bound, do not narrow it.
bitmap_handle affinity_mask(hwloc_topology_t topology)
{
  bitmap_handle mask{hwloc_bitmap_alloc()};
  auto const allowed = hwloc_topology_get_allowed_cpuset(topology);
  if (hwloc_linux_get_tid_cpubind(topology, getpid(), mask.get()) != 0) {
    hwloc_bitmap_copy(mask.get(), allowed);
  }
  hwloc_bitmap_and(mask.get(), mask.get(), allowed);
  if (hwloc_bitmap_iszero(mask.get())) hwloc_bitmap_copy(mask.get(), allowed);
  return mask;
}

int slurm_limit()
{
  auto const text = std::getenv("SLURM_CPUS_PER_TASK");
  if (!text) return no_limit;
  std::string_view const digits{text};
  int cpus          = 0;
  auto const parsed = std::from_chars(digits.data(), digits.data() + digits.size(), cpus);
  if (parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size() && cpus > 0)
    return cpus;
  throw input_error{fmt::format(
    "SLURM_CPUS_PER_TASK: expected a number above 0, found \"{}\"; correct or unset it", digits)};
}

/// Memory that was plugged in later is missing in what Linux says of a node; a machine with a
/// single node has all of it there.
void count_all_memory(machine& m, hwloc_topology_t topology)
{
  if (hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE) != 1) return;
  auto const all =
    static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  auto& size = m.memory_nodes.at(0).size_bytes;
  size       = std::max(size, all);
}

machine discover_this_system(hwloc_topology_t topology)
{
  auto const limits = read_cgroup_limits("/");
  auto const mask   = affinity_mask(topology);
  auto m = make_machine(topology, mask.get(), std::min(slurm_limit(), cores_within(limits)));
  count_all_memory(m, topology);
  m.cpu_limit          = limits.cpus;
  m.memory_limit_bytes = limits.memory_bytes;
  add_disks_and_networks(m, topology);
  add_gpus_and_links(m, usable_gpus(topology));
  return m;
}

/// All of the machine that a topology of elsewhere describes.
machine describe(hwloc_topology_t topology, int max_cores)
{
  auto m = make_machine(topology, hwloc_topology_get_allowed_cpuset(topology), max_cores);
  add_disks_and_networks(m, topology);
  add_gpus_and_links(m, stored_gpus(topology));
  return m;
}

}  // namespace

machine machine::discover()
{
  auto const topology = load_topology();
  if (hwloc_topology_is_thissystem(topology.get())) return discover_this_system(topology.get());
  auto m = describe(topology.get(), slurm_limit());
  for (auto& r : m.resources) r.os_index = -1;
  return m;
}

machine read_hwloc_xml(std::string_view xml, std::string_view file)
{
  auto const topology = load_topology(xml, file);
  return describe(topology.get(), no_limit);
}

}  // namespace heddle
