#include <heddle/topology/machine.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace heddle {
namespace {

using json = nlohmann::ordered_json;

/// Adds a member unless it has the value that the reader takes for a missing one.
template <class T>
void add_unless(json& object, char const* key, T const& value, T const& missing)
{
  if (value != missing) object[key] = value;
}

json bandwidth_json(double bytes_per_second)
{
  if (std::isnan(bytes_per_second)) return nullptr;
  if (std::isinf(bytes_per_second)) return "infinite";
  return bytes_per_second;
}

json memory_json(memory_node const& memory)
{
  json result = json::object();
  add_unless(result, "bytes", memory.size_bytes, 0.0);
  add_unless(result, "bandwidth", memory.bandwidth_bytes_per_second, 0.0);
  return result;
}

gpu_info without_details(int resource)
{
  gpu_info gpu;
  gpu.resource = resource;
  return gpu;
}

/// What the machine knows of every GPU among its resources, in the order of the resources.
std::vector<gpu_info> gpus_by_resource(machine const& m)
{
  std::vector<gpu_info> result;
  for (int r = 0; r < static_cast<int>(m.resources.size()); ++r) {
    if (m.resources[static_cast<std::size_t>(r)].kind != resource_kind::gpu) continue;
    auto const known = std::find_if(m.gpus.begin(), m.gpus.end(),
                                    [r](gpu_info const& gpu) { return gpu.resource == r; });
    result.push_back(known == m.gpus.end() ? without_details(r) : *known);
  }
  return result;
}

/// Writes nodes, cores and GPUs of one machine.
///
/// Usually the memories of the GPUs come after all others, in the order of the GPUs; then each GPU
/// carries its memory in the file. Otherwise all memories are nodes, and GPUs name theirs.
/// Resources say their index if the order of the file is not theirs.
class node_writer {
 public:
  explicit node_writer(machine const& m) : m_{m}, gpus_{gpus_by_resource(m)}
  {
    if (gpus_have_last_memories()) num_nodes_ -= gpus_.size();
    for (std::size_t node = 0; node < num_nodes_; ++node) list(cores_of(node));
    for (std::size_t node = 0; node < num_nodes_; ++node) list(gpus_of(static_cast<int>(node)));
    list(gpus_of(-1));
    indexed_ = !std::is_sorted(order_.begin(), order_.end());
  }

  [[nodiscard]] json nodes() const
  {
    json result = json::array();
    for (std::size_t i = 0; i < num_nodes_; ++i) result.push_back(node(i));
    return result;
  }

  /// The GPUs attached to a node, -1: to none.
  [[nodiscard]] json gpus(int node) const
  {
    json result = json::array();
    for (auto const r : gpus_of(node)) result.push_back(gpu(r));
    return result;
  }

 private:
  [[nodiscard]] bool gpus_have_last_memories() const
  {
    auto const nodes = num_nodes_ - std::min(num_nodes_, gpus_.size());
    for (std::size_t i = 0; i < gpus_.size(); ++i) {
      auto const memory = m_.resources[static_cast<std::size_t>(gpus_[i].resource)].memory_node;
      if (static_cast<std::size_t>(memory) != nodes + i) return false;
      if (gpus_[i].numa_node >= static_cast<int>(nodes)) return false;
    }
    return nodes > 0 && std::all_of(m_.resources.begin(), m_.resources.end(), [&](auto const& r) {
             return r.kind == resource_kind::gpu || static_cast<std::size_t>(r.memory_node) < nodes;
           });
  }

  [[nodiscard]] std::vector<std::size_t> cores_of(std::size_t node) const
  {
    std::vector<std::size_t> result;
    for (std::size_t r = 0; r < m_.resources.size(); ++r) {
      auto const& it = m_.resources[r];
      if (it.kind == resource_kind::cpu && static_cast<std::size_t>(it.memory_node) == node) {
        result.push_back(r);
      }
    }
    return result;
  }

  [[nodiscard]] std::vector<std::size_t> gpus_of(int node) const
  {
    std::vector<std::size_t> result;
    for (auto const& gpu : gpus_) {
      if (gpu.numa_node == node) result.push_back(static_cast<std::size_t>(gpu.resource));
    }
    return result;
  }

  void list(std::vector<std::size_t> const& resources)
  {
    order_.insert(order_.end(), resources.begin(), resources.end());
  }

  [[nodiscard]] json node(std::size_t i) const
  {
    auto const& memory = m_.memory_nodes[i];
    json result{{"id", memory.id}};
    if (auto content = memory_json(memory); !content.empty()) result["memory"] = std::move(content);
    add_unless(result, "host", memory.host, -1);
    auto const cores = cores_of(i);
    result["speed"]  = cores.empty() ? 1.0 : m_.resources[cores[0]].speed;
    if (cores.size() != 1 || !is_plain(cores[0], i)) {
      result["cores"] = json::array();
      for (auto const r : cores) result["cores"].push_back(core(r));
    }
    if (auto list = gpus(static_cast<int>(i)); !list.empty()) result["gpus"] = std::move(list);
    return result;
  }

  /// Whether the reader would make this core of a node that lists no cores.
  [[nodiscard]] bool is_plain(std::size_t r, std::size_t node) const
  {
    auto const& it = m_.resources[r];
    return !indexed_ && it.id == m_.memory_nodes[node].id && it.os_index == -1 &&
           it.package == static_cast<int>(node) && it.core == static_cast<int>(r);
  }

  [[nodiscard]] json core(std::size_t r) const
  {
    auto const& it = m_.resources[r];
    json result{{"id", it.id}, {"speed", it.speed}, {"package", it.package}, {"core", it.core}};
    add_place(result, r);
    return result;
  }

  void add_place(json& result, std::size_t r) const
  {
    add_unless(result, "os_index", m_.resources[r].os_index, -1);
    if (indexed_) result["index"] = r;
  }

  [[nodiscard]] json gpu(std::size_t r) const
  {
    auto const& it   = m_.resources[r];
    auto const& info = *std::find_if(gpus_.begin(), gpus_.end(), [r](gpu_info const& g) {
      return static_cast<std::size_t>(g.resource) == r;
    });
    json result{{"id", it.id}};
    add_unless(result, "name", info.name, std::string{});
    result["speed"]  = it.speed;
    result["memory"] = gpu_memory(static_cast<std::size_t>(it.memory_node));
    add_place(result, r);
    add_unless(result, "package", it.package, 0);
    add_unless(result, "core", it.core, 0);
    add_unless(result, "multiprocessors", info.multiprocessors, 0);
    add_unless(result, "copy_engines", info.copy_engines, 0);
    add_unless(result, "compute_capability", info.compute_capability, 0);
    add_unless(result, "pci_bus_id", info.pci_bus_id, std::string{});
    add_unless(result, "to_device", info.to_device_bytes_per_second, 0.0);
    add_unless(result, "from_device", info.from_device_bytes_per_second, 0.0);
    return result;
  }

  [[nodiscard]] json gpu_memory(std::size_t node) const
  {
    auto const& memory = m_.memory_nodes[node];
    if (node < num_nodes_) return memory.id;
    json result{{"id", memory.id}};
    result.update(memory_json(memory));
    return result;
  }

  machine const& m_;
  std::vector<gpu_info> gpus_;                      ///< as among the resources
  std::size_t num_nodes_ = m_.memory_nodes.size();  ///< memories that the file shows as nodes
  std::vector<std::size_t> order_{};                ///< [resources], as the file shows them
  bool indexed_ = false;
};

json pairs_json(machine const& m)
{
  auto const& bandwidths = m.links.pair_bandwidth_bytes_per_second;
  auto const& latencies  = m.links.pair_latency_seconds;
  json result            = json::array();
  auto const nodes       = bandwidths.empty() && latencies.empty() ? 0 : m.memory_nodes.size();
  for (std::size_t from = 0; from < nodes; ++from) {
    for (std::size_t to = 0; to < nodes; ++to) {
      if (from == to) continue;
      json pair{{"from", m.memory_nodes[from].id}, {"to", m.memory_nodes[to].id}};
      if (!bandwidths.empty()) pair["bandwidth"] = bandwidth_json(bandwidths[from * nodes + to]);
      if (!latencies.empty()) pair["latency"] = latencies[from * nodes + to];
      result.push_back(std::move(pair));
    }
  }
  return result;
}

json links_json(machine const& m)
{
  json result{{"topology", "full"}, {"symmetric", true}};
  result["bandwidth"] = bandwidth_json(m.links.bandwidth_bytes_per_second);
  if (result["bandwidth"].is_null()) result["bandwidth_rule"] = "ccr";
  result["latency"]    = m.links.latency_seconds;
  result["contention"] = "none";
  result["intra_node"] = "free";
  if (auto pairs = pairs_json(m); !pairs.empty()) result["pairs"] = std::move(pairs);
  return result;
}

void add_extras(json& result, machine const& m)
{
  for (auto const& cache : m.caches) {
    result["caches"].push_back(
      {{"level", cache.level}, {"bytes", cache.size_bytes}, {"cores", cache.cores}});
  }
  for (auto const& disk : m.disks) {
    json shown{{"name", disk.name}};
    add_unless(shown, "bytes", disk.size_bytes, 0.0);
    add_unless(shown, "read", disk.read_bytes_per_second, 0.0);
    add_unless(shown, "write", disk.write_bytes_per_second, 0.0);
    result["disks"].push_back(std::move(shown));
  }
  for (auto const& network : m.networks) {
    json shown{{"name", network.name}};
    add_unless(shown, "bandwidth", network.bytes_per_second, 0.0);
    result["networks"].push_back(std::move(shown));
  }
}

}  // namespace

void machine::write(std::ostream& out) const
{
  json result{{"schema", "heddle-platform/1"}, {"name", name}};
  add_unless(result, "processor", processor, std::string{});
  add_unless(result, "least_task_seconds", least_task_seconds, 0.0);
  result["rates"]  = {{"flops_per_second", flops_per_second},
                      {"bytes_per_second", bytes_per_second}};
  result["limits"] = {{"memory_bytes", memory_limit_bytes}, {"cpus", cpu_limit}};
  node_writer const writer{*this};
  result["nodes"] = writer.nodes();
  if (auto gpus_of_no_node = writer.gpus(-1); !gpus_of_no_node.empty()) {
    result["gpus"] = std::move(gpus_of_no_node);
  }
  result["links"] = links_json(*this);
  add_extras(result, *this);
  out << result.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace heddle
