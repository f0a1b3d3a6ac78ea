#include "src/topology/json_cursor.hpp"
#include "src/topology/platform_file.hpp"
#include "src/topology/platform_parts.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace heddle {
namespace {

constexpr std::size_t max_resources = 100'000;

constexpr auto own_schema        = "heddle-platform/1";
constexpr auto evaluation_schema = "heddle-eval-platform/1";

/// A value for each kind of resource.
struct speeds {
  double cpu = 1;
  double gpu = 1;
};

speeds read_speeds(json_cursor const& node)
{
  auto const speed = node.find("speed");
  if (!speed) return {};
  if (!speed->is_object()) return {speed->positive(), 1};
  speed->expect_members({"cpu", "gpu"});
  return {value_or(*speed, "cpu", 1.0, &json_cursor::positive),
          value_or(*speed, "gpu", 1.0, &json_cursor::positive)};
}

int integer_or(json_cursor const& at, char const* key, int fallback, int least)
{
  auto const found = at.find(key);
  return found ? found->integer(least) : fallback;
}

/// Reads one document of heddle's own schema. The nodes come first, then the GPUs, because their
/// memories follow those of the nodes; what refers to them by id comes last.
class platform_reader {
 public:
  explicit platform_reader(json_cursor const& root) : root_{root} {}

  machine read() &&
  {
    root_.expect_members({"schema", "name", "least_task_seconds", "rates", "limits", "nodes",
                          "gpus", "links", "caches", "disks", "networks", "processor"});
    read_simple_members(machine_, root_);
    read_nodes();
    read_gpus();
    apply_indices();
    read_links(machine_, memories_, root_);
    return std::move(machine_);
  }

 private:
  void read_nodes()
  {
    auto const nodes = root_["nodes"];
    if (nodes.size() == 0) nodes.fail("is empty; a machine needs at least one node");
    for (std::size_t i = 0; i < nodes.size(); ++i) read_node(nodes.element(i), static_cast<int>(i));
  }

  void read_node(json_cursor const& node, int index)
  {
    node.expect_members({"id", "speed", "memory", "cores", "gpus", "host"});
    auto const id = node["id"];
    auto& memory  = add_memory(id, id.non_empty_text());
    memory.host   = integer_or(node, "host", -1, -1);
    if (auto const content = node.find("memory")) {
      content->expect_members({"bytes", "bandwidth"});
      read_memory(*content, memory);
    }
    speeds_.push_back(read_speeds(node));
    read_cores(node, index);
  }

  memory_node& add_memory(json_cursor const& at, std::string const& id)
  {
    if (!memories_.emplace(id, static_cast<int>(machine_.memory_nodes.size())).second) {
      at.fail(fmt::format("the id \"{}\" is taken already; ids must differ", id));
    }
    return machine_.memory_nodes.emplace_back(memory_node{.id = id});
  }

  static void read_memory(json_cursor const& content, memory_node& memory)
  {
    memory.size_bytes = value_or(content, "bytes", 0.0, &json_cursor::non_negative);
    memory.bandwidth_bytes_per_second =
      value_or(content, "bandwidth", 0.0, &json_cursor::non_negative);
  }

  void read_cores(json_cursor const& node, int index)
  {
    auto const cores = node.find("cores");
    if (!cores) {
      add_core(node["id"], machine_.memory_nodes.back().id, index);
    } else if (cores->is_number()) {
      auto const count = cores->integer(0, max_resources);
      for (int i = 0; i < count; ++i) {
        add_core(*cores, fmt::format("{}.core{}", machine_.memory_nodes.back().id, i), index);
      }
    } else {
      for (std::size_t i = 0; i < cores->size(); ++i) read_core(cores->element(i), index);
    }
  }

  void read_core(json_cursor const& at, int node)
  {
    at.expect_members({"id", "speed", "package", "core", "os_index", "index"});
    auto const id = at["id"];
    auto& core    = add_core(id, id.non_empty_text(), node);
    core.speed    = value_or(at, "speed", core.speed, &json_cursor::positive);
    core.package  = integer_or(at, "package", core.package, 0);
    core.core     = integer_or(at, "core", core.core, 0);
    core.os_index = integer_or(at, "os_index", -1, -1);
    read_index(at);
  }

  /// A core of node `node`, which is the last one so far; also its own package, if not told better.
  resource& add_core(json_cursor const& at, std::string const& id, int node)
  {
    auto const core = static_cast<int>(machine_.resources.size());
    return add_resource(
      at,
      {.id = id, .speed = speeds_.back().cpu, .memory_node = node, .package = node, .core = core});
  }

  resource& add_resource(json_cursor const& at, resource added)
  {
    if (!resource_ids_.insert(added.id).second) {
      at.fail(fmt::format("the id \"{}\" is taken already; ids must differ", added.id));
    }
    if (machine_.resources.size() == max_resources) {
      at.fail(fmt::format("more than {} cores and GPUs; leave some out", max_resources));
    }
    return machine_.resources.emplace_back(std::move(added));
  }

  void read_index(json_cursor const& at)
  {
    if (auto const index = at.find("index")) indices_.push_back(index->integer(0));
  }

  /// A GPU of the file and the node it is attached to.
  struct found_gpu {
    json_cursor at;
    int node;
  };

  void read_gpus()
  {
    std::vector<found_gpu> found;
    auto const nodes = root_["nodes"];
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      find_gpus(nodes.element(i), static_cast<int>(i), found);
    }
    find_gpus(root_, -1, found);
    auto const index = [](found_gpu const& gpu) {
      auto const given = gpu.at.find("index");
      return given ? given->integer(0) : 0;
    };
    std::stable_sort(found.begin(), found.end(),
                     [&](auto const& a, auto const& b) { return index(a) < index(b); });
    for (auto const& gpu : found) read_gpu(gpu.at, gpu.node);
  }

  static void find_gpus(json_cursor const& holder, int node, std::vector<found_gpu>& found)
  {
    auto const gpus = holder.find("gpus");
    for (std::size_t i = 0; gpus && i < gpus->size(); ++i)
      found.push_back({gpus->element(i), node});
  }

  void read_gpu(json_cursor const& at, int node)
  {
    at.expect_members({"id", "name", "speed", "os_index", "memory", "multiprocessors",
                       "copy_engines", "compute_capability", "pci_bus_id", "to_device",
                       "from_device", "index", "package", "core"});
    auto const id       = at["id"].non_empty_text();
    auto const memory   = read_gpu_memory(at, id);
    auto const usual    = node < 0 ? 1.0 : speeds_[static_cast<std::size_t>(node)].gpu;
    auto const position = static_cast<int>(machine_.resources.size());
    auto& gpu =
      add_resource(at["id"], {.id = id, .kind = resource_kind::gpu, .memory_node = memory});
    gpu.speed    = value_or(at, "speed", usual, &json_cursor::positive);
    gpu.os_index = integer_or(at, "os_index", -1, -1);
    gpu.package  = integer_or(at, "package", 0, 0);
    gpu.core     = integer_or(at, "core", 0, 0);
    read_index(at);
    add_gpu_info(at, node, position);
  }

  int read_gpu_memory(json_cursor const& at, std::string const& gpu)
  {
    auto const memory = at.find("memory");
    if (memory && memory->is_text()) return find_memory(memories_, *memory);
    auto const named = memory ? memory->find("id") : std::nullopt;
    auto const id    = named ? named->non_empty_text() : gpu + ".memory";
    auto& added      = add_memory(named ? *named : at["id"], id);
    if (memory) {
      memory->expect_members({"id", "bytes", "bandwidth"});
      read_memory(*memory, added);
    }
    return static_cast<int>(machine_.memory_nodes.size()) - 1;
  }

  void add_gpu_info(json_cursor const& at, int node, int position)
  {
    auto const memory = machine_.resources.back().memory_node;
    auto const count  = [&](char const* key) { return integer_or(at, key, 0, 0); };
    machine_.gpus.push_back(
      {.name               = value_or(at, "name", std::string{}, &json_cursor::text),
       .resource           = position,
       .memory_bytes       = machine_.memory_nodes[static_cast<std::size_t>(memory)].size_bytes,
       .multiprocessors    = count("multiprocessors"),
       .copy_engines       = count("copy_engines"),
       .compute_capability = count("compute_capability"),
       .pci_bus_id         = value_or(at, "pci_bus_id", std::string{}, &json_cursor::text),
       .numa_node          = node,
       .to_device_bytes_per_second = value_or(at, "to_device", 0.0, &json_cursor::non_negative),
       .from_device_bytes_per_second =
         value_or(at, "from_device", 0.0, &json_cursor::non_negative)});
  }

  /// Puts the resources where their `index` says, if they have one.
  void apply_indices()
  {
    if (indices_.empty()) return;
    auto const count = machine_.resources.size();
    auto const nodes = root_["nodes"];
    if (indices_.size() != count) nodes.fail("some cores and GPUs have an \"index\"; give all one");
    std::vector<resource> sorted(count);
    std::vector<bool> taken(count);
    for (std::size_t i = 0; i < count; ++i) {
      auto const index = static_cast<std::size_t>(indices_[i]);
      if (index >= count || taken[index]) {
        nodes.fail(
          fmt::format("\"index\" {} of {} is too large or occurs twice; number cores and "
                      "GPUs from 0",
                      index, machine_.resources[i].id));
      }
      taken[index]  = true;
      sorted[index] = std::move(machine_.resources[i]);
    }
    machine_.resources = std::move(sorted);
    for (auto& gpu : machine_.gpus) {
      gpu.resource = indices_[static_cast<std::size_t>(gpu.resource)];
    }
  }

  json_cursor root_;
  machine machine_{};
  std::vector<speeds> speeds_{};  ///< [nodes]
  std::vector<int> indices_{};    ///< [resources], or empty
  std::set<std::string> resource_ids_{};
  memory_index memories_{};
};

/// The members that evaluation platforms must have and heddle's own may leave out.
void expect_evaluation_members(json_cursor const& root)
{
  auto const nodes = root["nodes"];
  for (std::size_t i = 0; i < nodes.size(); ++i)
    static_cast<void>(nodes.element(i)["speed"].positive());
  static_cast<void>(root["links"]["topology"].text());
  static_cast<void>(root["links"]["bandwidth"].is_null());
}

}  // namespace

machine read_platform_json(std::string_view text, std::string_view file)
{
  auto const document = parse_strictly(text, file);
  json_cursor const root{document, file};
  auto const schema = root["schema"].text();
  if (schema == own_schema) return platform_reader{root}.read();
  if (schema != evaluation_schema) {
    root["schema"].fail(fmt::format("unknown schema \"{}\"; known are \"{}\" and \"{}\"", schema,
                                    own_schema, evaluation_schema));
  }
  expect_evaluation_members(root);
  auto m               = platform_reader{root}.read();
  m.least_task_seconds = 0.001;
  return m;
}

}  // namespace heddle
