#include <heddle/topology/measure.hpp>

#include "src/topology/bound_thread.hpp"
#include "src/topology/measure_device.hpp"
#include "src/topology/measure_disk.hpp"
#include "src/topology/measure_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace heddle {
namespace {

constexpr std::size_t min_memory_bytes  = 192u << 20;
constexpr std::size_t max_memory_bytes  = 1u << 30;
constexpr std::size_t path_bytes        = 64u << 20;
constexpr std::size_t measured_on_disk  = 256u << 20;
constexpr double caches_of_memory_bytes = 4;  ///< arrays of so many times all last-level caches

/// The processing units of the CPUs of a memory node; -1 for those that are not bound.
std::vector<int> units_of(machine const& m, std::size_t node)
{
  std::vector<int> result;
  for (auto const& r : m.resources) {
    if (r.kind == resource_kind::cpu && static_cast<std::size_t>(r.memory_node) == node) {
      result.push_back(r.os_index);
    }
  }
  return result;
}

/// Enough to leave the caches behind, but at most 1 GiB.
std::size_t memory_to_measure(machine const& m)
{
  double cached = 0;
  for (auto const& cache : m.caches) {
    if (cache.level >= 3) cached += cache.size_bytes;
  }
  auto const wanted = static_cast<std::size_t>(std::min(caches_of_memory_bytes * cached, 1e12));
  return std::clamp(wanted, min_memory_bytes, max_memory_bytes);
}

/// Gives all pairs of memory nodes values of their own, the common ones to begin with.
void make_pairs(machine& m)
{
  auto const pairs = m.memory_nodes.size() * m.memory_nodes.size();
  auto& links      = m.links;
  if (links.pair_bandwidth_bytes_per_second.empty()) {
    links.pair_bandwidth_bytes_per_second.assign(pairs, links.bandwidth_bytes_per_second);
  }
  if (links.pair_latency_seconds.empty()) {
    links.pair_latency_seconds.assign(pairs, links.latency_seconds);
  }
}

void set_pair(machine& m, std::size_t from, std::size_t to, memory_path const& path)
{
  auto const pair                               = from * m.memory_nodes.size() + to;
  m.links.pair_bandwidth_bytes_per_second[pair] = path.bytes_per_second;
  m.links.pair_latency_seconds[pair]            = path.latency_seconds;
}

/// The nodes that have CPUs.
std::vector<std::size_t> hosts_of(machine const& m)
{
  std::vector<std::size_t> result;
  for (std::size_t node = 0; node < m.memory_nodes.size(); ++node) {
    if (!units_of(m, node).empty()) result.push_back(node);
  }
  return result;
}

void measure_memory(machine& m)
{
  auto const bytes = memory_to_measure(m);
  for (auto const node : hosts_of(m)) {
    m.memory_nodes[node].bandwidth_bytes_per_second =
      triad_bytes_per_second(units_of(m, node), bytes);
  }
}

void measure_paths(machine& m)
{
  auto const hosts = hosts_of(m);
  if (hosts.size() < 2) return;
  make_pairs(m);
  for (auto const from : hosts) {
    for (auto const to : hosts) {
      if (from == to) continue;
      set_pair(m, from, to, measure_path(units_of(m, from)[0], units_of(m, to)[0], path_bytes));
    }
  }
}

void measure_gpu(machine& m, gpu_info& gpu)
{
  auto const& it = m.resources[static_cast<std::size_t>(gpu.resource)];
  auto const near =
    gpu.numa_node < 0 ? std::vector<int>{} : units_of(m, static_cast<std::size_t>(gpu.numa_node));
  device_rates rates;
  run_bound(near.empty() ? -1 : near[0], [&] { rates = measure_device(it.os_index); });
  gpu.to_device_bytes_per_second                    = rates.to_device_bytes_per_second;
  gpu.from_device_bytes_per_second                  = rates.from_device_bytes_per_second;
  auto const memory                                 = static_cast<std::size_t>(it.memory_node);
  m.memory_nodes[memory].bandwidth_bytes_per_second = rates.within_bytes_per_second;
  make_pairs(m);
  for (auto const host : hosts_of(m)) {
    set_pair(m, host, memory, {rates.to_device_bytes_per_second, rates.latency_seconds});
    set_pair(m, memory, host, {rates.from_device_bytes_per_second, rates.latency_seconds});
  }
}

void measure_folder(machine& m, std::filesystem::path const& folder)
{
  auto const rates = measure_disk(folder, measured_on_disk);
  auto name        = disk_of(folder);
  if (name.empty()) name = folder.string();
  auto disk = std::find_if(m.disks.begin(), m.disks.end(),
                           [&](disk_info const& known) { return known.name == name; });
  if (disk == m.disks.end()) disk = m.disks.insert(disk, disk_info{name});
  disk->read_bytes_per_second  = rates.read_bytes_per_second;
  disk->write_bytes_per_second = rates.write_bytes_per_second;
}

}  // namespace

void measure_bandwidths(machine& here, std::filesystem::path const& folder)
{
  measure_folder(here, folder);
  measure_memory(here);
  measure_paths(here);
  for (auto& gpu : here.gpus) {
    if (here.resources[static_cast<std::size_t>(gpu.resource)].os_index >= 0)
      measure_gpu(here, gpu);
  }
}

}  // namespace heddle
