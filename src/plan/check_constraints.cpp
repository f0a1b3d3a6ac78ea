#include "src/plan/check_constraints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

constraints::constraints(workflow const& w, machine const& m, machine_state const& began)
  : workflow_{w}, machine_{m}, state_{began}
{
  find_located_files();
  find_located_items();
}

std::string constraints::why_not(task_info const& task, std::vector<int> const& resources) const
{
  auto const& needs  = task.declared().needs;
  bool const on_cpu  = machine_.resources[index(resources[0])].kind == resource_kind::cpu;
  bool const ignored = machine_.least_task_seconds > 0;
  auto const wanted  = on_cpu && !ignored ? index(std::max(needs.cores, 1)) : 1;
  if (resources.size() != wanted) {
    return fmt::format("takes {} cores; it needs {}", resources.size(), wanted);
  }
  for (auto const r : resources) {
    auto const why = why_not_at(task, r);
    if (!why.empty()) return why;
  }
  auto const why =
    ignored ? std::string{} : why_not_in_memory(needs, machine_.resources[index(resources[0])]);
  if (!why.empty()) return why;
  return resources.size() > 1 ? why_not_together(resources) : "";
}

std::string constraints::why_not_at(task_info const& task, int resource) const
{
  auto const& place = task.declared().place;
  auto const& r     = machine_.resources[index(resource)];
  auto const& node  = machine_.memory_nodes[index(r.memory_node)];
  if (!place.empty() && r.id != place && node.id != place) {
    return fmt::format("runs on \"{}\" in \"{}\"; its place is \"{}\"", r.id, node.id, place);
  }
  if (std::isinf(free_from(resource))) return fmt::format("runs on \"{}\", never free", r.id);
  return {};
}

/// With this as its first core.
std::string constraints::why_not_in_memory(resources const& needs, resource const& r) const
{
  auto const size  = machine_.memory_nodes[index(r.memory_node)].size_bytes;
  bool const gpu   = r.kind == resource_kind::gpu;
  auto const bytes = static_cast<double>(gpu ? needs.device_memory_bytes : needs.memory_bytes);
  bool const fits  = gpu ? size == 0 || bytes <= size : has_memory(bytes, r.memory_node);
  if (fits) return {};
  return fmt::format("runs on \"{}\" with {} bytes of memory; it needs {}", r.id, size, bytes);
}

/// More than one, on CPUs.
std::string constraints::why_not_together(std::vector<int> const& cores) const
{
  if (std::set<int>{cores.begin(), cores.end()}.size() < cores.size()) {
    return "takes a core twice";
  }
  std::set<int> nodes;
  for (auto const core : cores) {
    auto const& r = machine_.resources[index(core)];
    if (r.kind != resource_kind::cpu) return fmt::format("takes \"{}\" as a core", r.id);
    nodes.insert(r.memory_node);
  }
  if (nodes.size() == 1) return {};
  auto const host = nodes_of_host(*nodes.begin());
  for (auto const node : nodes) {
    if (std::ranges::count(host, node) == 0) return "takes cores of several hosts";
  }
  for (auto const node : host) {
    if (num_cpus(node) >= cores.size()) {
      return fmt::format("takes cores of several memory nodes; \"{}\" has enough",
                         machine_.memory_nodes[index(node)].id);
    }
  }
  return {};
}

/// Of the memory node, or, where no memory node of the host has so much, of the host.
bool constraints::has_memory(double bytes, int node) const
{
  auto const size_of = [this](int n) { return machine_.memory_nodes[index(n)].size_bytes; };
  if (size_of(node) == 0 || bytes <= size_of(node)) return true;
  double sum = 0;
  for (auto const other : nodes_of_host(node)) {
    if (size_of(other) == 0 || bytes <= size_of(other)) return false;
    sum += size_of(other);
  }
  return bytes <= sum;
}

std::vector<int> constraints::nodes_of_host(int node) const
{
  auto const host = machine_.memory_nodes[index(node)].host;
  if (host < 0) return {node};
  std::vector<int> found;
  for (std::size_t n = 0; n < machine_.memory_nodes.size(); ++n) {
    if (machine_.memory_nodes[n].host == host) found.push_back(static_cast<int>(n));
  }
  return found;
}

/// Those that are ever free.
std::size_t constraints::num_cpus(int node) const
{
  std::size_t count = 0;
  for (std::size_t r = 0; r < machine_.resources.size(); ++r) {
    auto const& here  = machine_.resources[r];
    bool const counts = here.kind == resource_kind::cpu && here.memory_node == node;
    if (counts && std::isfinite(free_from(static_cast<int>(r)))) ++count;
  }
  return count;
}

double constraints::free_from(int resource) const
{
  auto const& all = state_.free_from_seconds;
  return index(resource) < all.size() ? all[index(resource)] : 0;
}

double constraints::transfer(double bytes, int from, int to) const
{
  if (from == to || bytes == 0) return 0;
  auto const& links          = machine_.links;
  auto const pair            = index(from) * machine_.memory_nodes.size() + index(to);
  auto const& pair_latency   = links.pair_latency_seconds;
  auto const& pair_bandwidth = links.pair_bandwidth_bytes_per_second;
  return (pair_latency.empty() ? links.latency_seconds : pair_latency.at(pair)) +
         bytes /
           (pair_bandwidth.empty() ? links.bandwidth_bytes_per_second : pair_bandwidth.at(pair));
}

void constraints::find_located_files()
{
  std::map<file_id, std::vector<copy>> copies;
  for (auto const& f : state_.files) copies[f.file].push_back({f.memory_node, f.from_seconds});
  if (copies.empty()) return;
  for (std::size_t t = 0; t < workflow_.num_tasks(); ++t) {
    for (auto const file : workflow_.tasks()[t].inputs) {
      if (!copies.contains(file)) continue;
      located_[static_cast<task_id>(t)].push_back({workflow_.file(file).size_bytes, copies[file]});
    }
  }
}

/// Whoever reads an item before any task has written it reads what lies there.
void constraints::find_located_items()
{
  std::map<data_item const*, std::vector<copy>> copies;
  for (auto const& i : state_.items) copies[i.item].push_back({i.memory_node, i.from_seconds});
  for (std::size_t t = 0; t < workflow_.num_tasks(); ++t) {
    for (auto const& [item, how] : workflow_.tasks()[t].declared().accesses) {
      auto const found = copies.find(item.get());
      if (found == copies.end()) continue;
      auto const bytes = static_cast<double>(item->size_bytes());
      if (reads(how)) located_[static_cast<task_id>(t)].push_back({bytes, found->second});
      if (writes(how)) copies.erase(found);
    }
  }
}

double constraints::earliest_start(task_id task, int memory_node) const
{
  double earliest  = workflow_.at(task).declared().release_seconds;
  auto const found = located_.find(task);
  if (found == located_.end()) return earliest;
  for (auto const& [bytes, copies] : found->second) {
    auto arrival = std::numeric_limits<double>::infinity();
    for (auto const& [from, at] : copies)
      arrival = std::min(arrival, at + transfer(bytes, from, memory_node));
    earliest = std::max(earliest, arrival);
  }
  return earliest;
}

}  // namespace heddle
