#include "src/topology/hwloc_devices.hpp"

#include "src/topology/cuda_devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>

namespace heddle {
namespace {

constexpr double kib                 = 1024;
constexpr double numa_bandwidth      = 20e9;
constexpr double numa_latency        = 1e-7;
constexpr double device_bandwidth    = 16e9;
constexpr double device_latency      = 1e-5;
constexpr unsigned nvidia_vendor     = 0x10de;
constexpr unsigned vga_class         = 0x0300;
constexpr unsigned accelerator_class = 0x0302;

double number_of(hwloc_obj_t object, char const* key)
{
  return std::strtod(info_of(object, key).c_str(), nullptr);
}

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes)
{
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

/// The number that a file of the kernel begins with; 0 if there is none.
double number_in(std::string const& path)
{
  std::ifstream file{path};
  double value = 0;
  return file >> value && value > 0 ? value : 0;
}

void add_disk(machine& m, hwloc_obj_t device)
{
  if (starts_with_any(device->name, {"loop", "ram", "zram", "sr", "fd"})) return;
  m.disks.push_back({device->name, number_of(device, "Size") * kib});
}

void add_network(machine& m, hwloc_obj_t device, bool this_system)
{
  std::string const name = device->name;
  if (name == "lo") return;
  auto const megabits = number_in(fmt::format("/sys/class/net/{}/speed", name));
  m.networks.push_back({name, this_system ? megabits * 1e6 / 8 : 0});
}

void add_fabric(machine& m, hwloc_obj_t device, bool this_system)
{
  std::string const name = device->name;
  auto const gigabits    = number_in(fmt::format("/sys/class/infiniband/{}/ports/1/rate", name));
  m.networks.push_back({name, this_system ? gigabits * 1e9 / 8 : 0});
}

/// The NUMA node that an I/O object hangs below, if it is a single one.
hwloc_obj_t numa_above(hwloc_topology_t topology, hwloc_obj_t io)
{
  auto const above = hwloc_get_non_io_ancestor_obj(topology, io);
  if (!above || !above->nodeset || hwloc_bitmap_weight(above->nodeset) != 1) return nullptr;
  auto const os_index = static_cast<unsigned>(hwloc_bitmap_first(above->nodeset));
  return hwloc_get_numanode_obj_by_os_index(topology, os_index);
}

std::string bus_id_of(hwloc_obj_t pci)
{
  auto const& at = pci->attr->pcidev;
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", +at.domain, +at.bus, +at.dev, +at.func);
}

bool is_cuda(hwloc_obj_t device)
{
  auto const type = device->attr->osdev.type;
  if (type != HWLOC_OBJ_OSDEV_COPROC && type != HWLOC_OBJ_OSDEV_GPU) return false;
  return std::string_view{device->subtype ? device->subtype : ""} == "CUDA" ||
         info_of(device, "Backend") == "CUDA";
}

/// N of "cudaN".
int ordinal_of(hwloc_obj_t device)
{
  int ordinal = -1;
  return device->name && std::sscanf(device->name, "cuda%d", &ordinal) == 1 ? ordinal : -1;
}

attached_gpu cuda_gpu(hwloc_topology_t topology, hwloc_obj_t device)
{
  attached_gpu gpu;
  gpu.info.name            = info_of(device, "GPUModel");
  gpu.info.memory_bytes    = number_of(device, "CUDAGlobalMemorySize") * kib;
  gpu.info.multiprocessors = static_cast<int>(number_of(device, "CUDAMultiProcessors"));
  if (device->parent && device->parent->type == HWLOC_OBJ_PCI_DEVICE) {
    gpu.info.pci_bus_id = bus_id_of(device->parent);
  }
  gpu.cuda_ordinal = ordinal_of(device);
  gpu.numa         = numa_above(topology, device);
  return gpu;
}

bool is_nvidia_gpu(hwloc_obj_t pci)
{
  auto const& at = pci->attr->pcidev;
  return at.vendor_id == nvidia_vendor &&
         (at.class_id == vga_class || at.class_id == accelerator_class);
}

/// What a PCI device that CUDA did not see tells: its name, its own or that of a management device.
attached_gpu plain_gpu(hwloc_topology_t topology, hwloc_obj_t pci)
{
  attached_gpu gpu;
  gpu.info.name       = info_of(pci, "PCIDevice");
  gpu.info.pci_bus_id = bus_id_of(pci);
  gpu.numa            = numa_above(topology, pci);
  for (auto child = pci->io_first_child; child; child = child->next_sibling) {
    if (auto const model = info_of(child, "GPUModel"); !model.empty()) gpu.info.name = model;
  }
  if (gpu.info.name.empty()) gpu.info.name = "NVIDIA GPU";
  return gpu;
}

/// Links of their own for all pairs, so that those with a GPU differ from those without.
void set_default_links(machine& m, std::size_t num_hosts)
{
  m.links.bandwidth_bytes_per_second = numa_bandwidth;
  m.links.latency_seconds            = numa_latency;
  auto const nodes                   = m.memory_nodes.size();
  if (nodes == num_hosts) return;
  m.links.pair_bandwidth_bytes_per_second.assign(nodes * nodes, device_bandwidth);
  m.links.pair_latency_seconds.assign(nodes * nodes, device_latency);
  for (std::size_t from = 0; from < num_hosts; ++from) {
    for (std::size_t to = 0; to < num_hosts; ++to) {
      m.links.pair_bandwidth_bytes_per_second[from * nodes + to] = numa_bandwidth;
      m.links.pair_latency_seconds[from * nodes + to]            = numa_latency;
    }
  }
  for (std::size_t node = 0; node < nodes; ++node) {
    m.links.pair_bandwidth_bytes_per_second[node * nodes + node] = numa_bandwidth;
    m.links.pair_latency_seconds[node * nodes + node]            = numa_latency;
  }
}

void add_gpu(machine& m, attached_gpu const& gpu, int numa_node)
{
  auto const id   = fmt::format("gpu{}", m.gpus.size());
  auto const node = static_cast<int>(m.memory_nodes.size());
  m.memory_nodes.push_back({id + ".memory", gpu.info.memory_bytes});
  m.gpus.push_back(gpu.info);
  m.gpus.back().resource  = static_cast<int>(m.resources.size());
  m.gpus.back().numa_node = numa_node;
  m.resources.push_back(
    {.id = id, .kind = resource_kind::gpu, .memory_node = node, .os_index = gpu.cuda_ordinal});
}

}  // namespace

void add_disks_and_networks(machine& m, hwloc_topology_t topology)
{
  auto const here    = hwloc_topology_is_thissystem(topology) != 0;
  hwloc_obj_t device = nullptr;
  while ((device = hwloc_get_next_osdev(topology, device))) {
    if (!device->name) continue;
    auto const type = device->attr->osdev.type;
    if (type == HWLOC_OBJ_OSDEV_BLOCK) add_disk(m, device);
    if (type == HWLOC_OBJ_OSDEV_NETWORK) add_network(m, device, here);
    if (type == HWLOC_OBJ_OSDEV_OPENFABRICS) add_fabric(m, device, here);
  }
}

std::vector<attached_gpu> stored_gpus(hwloc_topology_t topology)
{
  std::vector<attached_gpu> result;
  hwloc_obj_t device = nullptr;
  while ((device = hwloc_get_next_osdev(topology, device))) {
    if (is_cuda(device)) result.push_back(cuda_gpu(topology, device));
  }
  auto const num_cuda = result.size();
  hwloc_obj_t pci     = nullptr;
  while ((pci = hwloc_get_next_pcidev(topology, pci))) {
    if (!is_nvidia_gpu(pci)) continue;
    auto const seen =
      std::any_of(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(num_cuda),
                  [&](auto const& gpu) { return gpu.info.pci_bus_id == bus_id_of(pci); });
    if (!seen) result.push_back(plain_gpu(topology, pci));
  }
  return result;
}

std::vector<attached_gpu> usable_gpus(hwloc_topology_t topology)
{
  std::vector<attached_gpu> result;
  for (auto& device : visible_gpus()) {
    auto const ordinal = static_cast<int>(result.size());
    auto const pci     = hwloc_get_pcidev_by_busidstring(topology, device.pci_bus_id.c_str());
    result.push_back({std::move(device), ordinal, pci ? numa_above(topology, pci) : nullptr});
  }
  return result;
}

void add_gpus_and_links(machine& m, std::vector<attached_gpu> const& gpus)
{
  std::vector<int> numa_nodes;
  for (auto const& gpu : gpus) {
    numa_nodes.push_back(gpu.numa ? find_or_add_memory_node(m, gpu.numa) : -1);
  }
  auto const num_hosts = m.memory_nodes.size();
  for (std::size_t i = 0; i < gpus.size(); ++i) add_gpu(m, gpus[i], numa_nodes[i]);
  set_default_links(m, num_hosts);
}

}  // namespace heddle
