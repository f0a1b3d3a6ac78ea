#include "src/topology/machine_tree.hpp"

#include "src/topology/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <span>
#include <string>

namespace heddle {
namespace {

using cores = std::vector<resource const*>;

/// "core0 .. core3", or the one id.
std::string from_to(std::string const& first, std::string const& last)
{
  return first == last ? first : first + " .. " + last;
}

std::string counted(std::size_t count, std::string const& what)
{
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

cores cpus_of(machine const& m)
{
  cores result;
  for (auto const& r : m.resources) {
    if (r.kind == resource_kind::cpu) result.push_back(&r);
  }
  return result;
}

template <class Condition>
cores select(cores const& all, Condition condition)
{
  cores result;
  std::copy_if(all.begin(), all.end(), std::back_inserter(result),
               [&](resource const* r) { return condition(*r); });
  return result;
}

/// Calls `one(first, last)` for each longest run of neighbours for which `same` holds.
template <class Items, class Same, class One>
void for_each_run(Items const& items, Same same, One one)
{
  for (auto first = items.begin(); first != items.end();) {
    auto const last =
      std::find_if_not(first, items.end(), [&](auto const& item) { return same(*first, item); });
    one(first, last);
    first = last;
  }
}

bool shares(cache_info const& cache, resource const& core)
{
  return std::find(cache.cores.begin(), cache.cores.end(), core.core) != cache.cores.end();
}

/// Speed and inner caches of a core.
std::vector<std::string> details_of(machine const& m, resource const& core)
{
  std::vector<std::string> result;
  if (core.speed != 1) result.push_back(fmt::format("speed {:.4g}", core.speed));
  for (auto const& cache : m.caches) {
    if (cache.level >= 3 || !shares(cache, core)) continue;
    auto const by = cache.cores.size() > 1 ? fmt::format(" for {} cores", cache.cores.size()) : "";
    result.push_back(fmt::format("L{} {}{}", cache.level, bytes_text(cache.size_bytes), by));
  }
  return result;
}

/// "units 0-3", or "units 0 .. 12" if there are gaps; nothing if they are not bound.
std::string units_text(cores::const_iterator first, cores::const_iterator last)
{
  auto const from = (*first)->os_index;
  auto const to   = (*(last - 1))->os_index;
  if (from < 0) return "";
  if (last - first == 1) return fmt::format("unit {}", from);
  auto const dense = to - from == last - first - 1;
  return fmt::format("units {}{}{}", from, dense ? "-" : " .. ", to);
}

/// One line for each run of cores that do not differ.
void add_cores(text_tree& tree, machine const& m, cores const& list)
{
  auto const same = [&](auto a, auto b) { return details_of(m, *a) == details_of(m, *b); };
  for_each_run(list, same, [&](auto first, auto last) {
    auto const count = static_cast<std::size_t>(last - first);
    auto parts       = details_of(m, **first);
    if (count > 1 && !parts.empty()) parts.back() += " each";
    if (auto units = units_text(first, last); !units.empty()) parts.insert(parts.begin(), units);
    if (count > 1) parts.insert(parts.begin(), counted(count, "core"));
    auto const ids = from_to((*first)->id, (*(last - 1))->id);
    tree.children.push_back(
      {fmt::format("{}{}{}", ids, parts.empty() ? "" : ": ", fmt::join(parts, ", "))});
  });
}

/// The outermost cache of a core that is worth a line of its own, or null.
cache_info const* outer_cache(machine const& m, resource const& core)
{
  auto const found = std::find_if(m.caches.begin(), m.caches.end(), [&](cache_info const& cache) {
    return cache.level >= 3 && shares(cache, core);
  });
  return found == m.caches.end() ? nullptr : &*found;
}

void add_caches_and_cores(text_tree& tree, machine const& m, cores const& list)
{
  auto const same = [&](auto a, auto b) { return outer_cache(m, *a) == outer_cache(m, *b); };
  for_each_run(list, same, [&](auto first, auto last) {
    auto const cache = outer_cache(m, **first);
    if (!cache) return add_cores(tree, m, {first, last});
    text_tree below{fmt::format("L{} {}", cache->level, bytes_text(cache->size_bytes))};
    add_cores(below, m, {first, last});
    tree.children.push_back(std::move(below));
  });
}

std::string gpu_text(machine const& m, gpu_info const& gpu)
{
  auto const& it     = m.resources[static_cast<std::size_t>(gpu.resource)];
  auto const& memory = m.memory_nodes[static_cast<std::size_t>(it.memory_node)];
  std::vector<std::string> parts;
  auto const add = [&](bool known, std::string const& text) {
    if (known) parts.push_back(text);
  };
  add(!gpu.name.empty(), gpu.name);
  add(it.speed != 1, fmt::format("speed {:.4g}", it.speed));
  add(memory.size_bytes > 0, bytes_text(memory.size_bytes));
  add(memory.bandwidth_bytes_per_second > 0, rate_text(memory.bandwidth_bytes_per_second));
  add(gpu.multiprocessors > 0, fmt::format("{} SMs", gpu.multiprocessors));
  add(gpu.compute_capability > 0, fmt::format("sm_{}", gpu.compute_capability));
  add(gpu.copy_engines > 0, counted(static_cast<std::size_t>(gpu.copy_engines), "copy engine"));
  add(!gpu.pci_bus_id.empty(), "PCI " + gpu.pci_bus_id);
  add(gpu.to_device_bytes_per_second > 0, rate_text(gpu.to_device_bytes_per_second) + " in");
  add(gpu.from_device_bytes_per_second > 0, rate_text(gpu.from_device_bytes_per_second) + " out");
  return fmt::format("{}{}{}", it.id, parts.empty() ? "" : ": ", fmt::join(parts, ", "));
}

void add_gpus(text_tree& tree, machine const& m, int numa_node)
{
  for (auto const& gpu : m.gpus) {
    if (gpu.numa_node == numa_node) tree.children.push_back({gpu_text(m, gpu)});
  }
}

std::string memory_text(memory_node const& memory)
{
  std::string result = memory.id;
  if (memory.size_bytes > 0) result += ": " + bytes_text(memory.size_bytes);
  if (memory.bandwidth_bytes_per_second > 0) {
    result += (memory.size_bytes > 0 ? ", " : ": ") + rate_text(memory.bandwidth_bytes_per_second);
  }
  return result;
}

bool has_gpus(machine const& m, int node)
{
  return std::any_of(m.gpus.begin(), m.gpus.end(),
                     [node](gpu_info const& gpu) { return gpu.numa_node == node; });
}

/// Whether a core is all there is to its memory node, as in platform files of clusters.
bool is_plain(machine const& m, resource const& core)
{
  auto const& memory = m.memory_nodes[static_cast<std::size_t>(core.memory_node)];
  return core.id == memory.id && memory.size_bytes == 0 && !has_gpus(m, core.memory_node);
}

void add_plain_nodes(text_tree& tree, cores const& list)
{
  auto const same = [](auto a, auto b) { return a->speed == b->speed; };
  for_each_run(list, same, [&](auto first, auto last) {
    tree.children.push_back(
      {fmt::format("{}: {} of speed {:.4g}", from_to((*first)->id, (*(last - 1))->id),
                   counted(static_cast<std::size_t>(last - first), "node"), (*first)->speed)});
  });
}

/// The memory nodes of some cores, in their order, each with the cores of it.
void add_memories(text_tree& tree, machine const& m, cores const& list, std::set<int>& shown)
{
  for (auto const* r : list) {
    if (!shown.insert(r->memory_node).second) continue;
    text_tree node{memory_text(m.memory_nodes[static_cast<std::size_t>(r->memory_node)])};
    auto const here = [r](resource const& other) { return other.memory_node == r->memory_node; };
    add_caches_and_cores(node, m, select(list, here));
    add_gpus(node, m, r->memory_node);
    tree.children.push_back(std::move(node));
  }
}

void add_packages(text_tree& tree, machine const& m, cores const& list)
{
  std::set<int> packages;
  std::set<int> shown;
  for (auto const* r : list) packages.insert(r->package);
  for (auto const package : packages) {
    text_tree below{fmt::format("package {}", package)};
    add_memories(below, m, select(list, [=](auto const& r) { return r.package == package; }),
                 shown);
    if (!below.children.empty()) tree.children.push_back(std::move(below));
  }
}

void add_disks_and_networks(text_tree& tree, machine const& m)
{
  for (auto const& disk : m.disks) {
    auto text = "disk " + disk.name;
    if (disk.size_bytes > 0) text += ": " + bytes_text(disk.size_bytes);
    if (disk.read_bytes_per_second > 0) {
      text +=
        fmt::format("{} read {}, write {}", disk.size_bytes > 0 ? "," : ":",
                    rate_text(disk.read_bytes_per_second), rate_text(disk.write_bytes_per_second));
    }
    tree.children.push_back({text});
  }
  for (auto const& network : m.networks) {
    auto const rate = network.bytes_per_second;
    tree.children.push_back({"network " + network.name + (rate > 0 ? ": " + rate_text(rate) : "")});
  }
}

std::string link_text(double bytes_per_second, double latency_seconds)
{
  if (std::isnan(bytes_per_second)) return "bandwidth not set, to be given by --ccr or --bandwidth";
  auto const rate = std::isinf(bytes_per_second) ? "no limit" : rate_text(bytes_per_second);
  return latency_seconds > 0 ? rate + ", " + seconds_text(latency_seconds) : rate;
}

/// The links of pairs that have cores on both ends, unless they are too many to read.
void add_links(text_tree& tree, machine const& m)
{
  if (m.memory_nodes.size() < 2) return;
  text_tree links{"links: " +
                  link_text(m.links.bandwidth_bytes_per_second, m.links.latency_seconds)};
  std::set<int> hosts;
  for (auto const* r : cpus_of(m)) hosts.insert(r->memory_node);
  auto const& rates = m.links.pair_bandwidth_bytes_per_second;
  auto const& waits = m.links.pair_latency_seconds;
  for (auto const from : hosts) {
    for (auto const to : hosts) {
      auto const pair =
        static_cast<std::size_t>(from) * m.memory_nodes.size() + static_cast<std::size_t>(to);
      if (from == to || rates.empty() || waits.empty() || hosts.size() > 4) continue;
      if (rates[pair] == m.links.bandwidth_bytes_per_second) continue;
      links.children.push_back({fmt::format(
        "{} to {}: {}", m.memory_nodes[static_cast<std::size_t>(from)].id,
        m.memory_nodes[static_cast<std::size_t>(to)].id, link_text(rates[pair], waits[pair]))});
    }
  }
  tree.children.push_back(std::move(links));
}

void add_limits(text_tree& tree, machine const& m)
{
  std::vector<std::string> parts;
  if (m.cpu_limit > 0) parts.push_back(fmt::format("CPU time of {:.4g} cores", m.cpu_limit));
  if (m.memory_limit_bytes > 0) parts.push_back(bytes_text(m.memory_limit_bytes) + " of memory");
  if (parts.empty()) return;
  tree.children.push_back({fmt::format("limits of this process: {}", fmt::join(parts, ", "))});
}

std::string title(machine const& m)
{
  std::vector<std::string> parts{counted(cpus_of(m).size(), "core")};
  if (!m.gpus.empty()) parts.push_back(counted(m.gpus.size(), "GPU"));
  if (!m.processor.empty()) parts.push_back(m.processor);
  return fmt::format("{}: {}", m.name.empty() ? "machine" : m.name, fmt::join(parts, ", "));
}

}  // namespace

text_tree machine_tree(machine const& m)
{
  text_tree tree{title(m)};
  auto const all = cpus_of(m);
  add_plain_nodes(tree, select(all, [&](auto const& r) { return is_plain(m, r); }));
  add_packages(tree, m, select(all, [&](auto const& r) { return !is_plain(m, r); }));
  add_gpus(tree, m, -1);
  add_disks_and_networks(tree, m);
  add_links(tree, m);
  add_limits(tree, m);
  return tree;
}

}  // namespace heddle
