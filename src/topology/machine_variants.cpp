// The same machine with more or fewer nodes or GPUs, or other links.

#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace heddle {
namespace {

constexpr int max_copies = 100'000;

/// A memory node of the new machine: the original or a copy of one of the old one.
struct node_source {
  int node;  ///< of the old machine
  int copy;  ///< 0: the original
};

/// Ids of copies: "n3#2" is the second copy of n3, unless there is one already.
class copied_ids {
 public:
  explicit copied_ids(machine const& m)
  {
    for (auto const& node : m.memory_nodes) taken_.insert(node.id);
    for (auto const& r : m.resources) taken_.insert(r.id);
  }

  std::string of(std::string const& id, int copy)
  {
    if (copy == 0) return id;
    auto copied = fmt::format("{}#{}", id, copy + 1);
    while (taken_.contains(copied)) copied += '\'';
    return copied;
  }

 private:
  std::set<std::string> taken_;
};

bool holds(machine const& m, int node, resource_kind kind)
{
  return std::any_of(m.resources.begin(), m.resources.end(),
                     [&](resource const& r) { return r.memory_node == node && r.kind == kind; });
}

/// Memory nodes by whether they hold CPUs.
struct split_nodes {
  explicit split_nodes(machine const& m)
  {
    for (int n = 0; n < static_cast<int>(m.memory_nodes.size()); ++n) {
      auto& group = holds(m, n, resource_kind::cpu)   ? with_cpus
                    : holds(m, n, resource_kind::gpu) ? with_gpus
                                                      : empty;
      group.push_back(n);
    }
  }

  std::vector<int> with_cpus{};
  std::vector<int> with_gpus{};  ///< and no CPU
  std::vector<int> empty{};
};

/// `count` of them, used again if they are too few.
std::vector<node_source> take(std::vector<int> const& nodes, int count)
{
  std::vector<node_source> taken;
  auto const size = static_cast<int>(nodes.size());
  for (int i = 0; i < count; ++i) {
    taken.push_back({nodes[static_cast<std::size_t>(i % size)], i / size});
  }
  return taken;
}

/// [new nodes x new nodes]; between a node and its copies what the old machine has at the most.
std::vector<double> pairs_of(std::vector<double> const& old, std::size_t old_nodes,
                             std::vector<node_source> const& sources, double among_copies)
{
  if (old.empty()) return {};
  std::vector<double> pairs;
  for (auto const& from : sources) {
    for (auto const& to : sources) {
      auto const pair =
        static_cast<std::size_t>(from.node) * old_nodes + static_cast<std::size_t>(to.node);
      pairs.push_back(from.node == to.node && from.copy != to.copy ? among_copies : old[pair]);
    }
  }
  return pairs;
}

/// Of all links between different nodes.
double mean_of_links(std::vector<double> const& pairs, std::size_t nodes, double otherwise)
{
  double sum = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) sum += i / nodes == i % nodes ? 0 : pairs[i];
  auto const links = static_cast<double>(nodes * nodes - nodes);
  return links > 0 ? sum / links : otherwise;
}

/// The machine that has these memory nodes, each with the resources of the one it comes from.
class rebuilt {
 public:
  rebuilt(machine const& m, std::vector<node_source> const& sources) : old_{m}, made_{m}, ids_{m}
  {
    made_.memory_nodes.clear();
    made_.resources.clear();
    made_.gpus.clear();
    for (auto const& source : sources) add(source);
    for (auto& gpu : made_.gpus) gpu.numa_node = position_of(gpu.numa_node, sources);
    link(sources);
  }

  [[nodiscard]] machine take() && { return std::move(made_); }

 private:
  void add(node_source const& source)
  {
    auto node = old_.memory_nodes[static_cast<std::size_t>(source.node)];
    node.id   = ids_.of(node.id, source.copy);
    made_.memory_nodes.push_back(node);
    for (std::size_t r = 0; r < old_.resources.size(); ++r) {
      if (old_.resources[r].memory_node == source.node) add_resource(r, source.copy);
    }
  }

  void add_resource(std::size_t old, int copy)
  {
    auto r        = old_.resources[old];
    r.id          = ids_.of(r.id, copy);
    r.memory_node = static_cast<int>(made_.memory_nodes.size()) - 1;
    if (copy > 0) r.os_index = -1;
    for (auto const& gpu : old_.gpus) {
      if (gpu.resource != static_cast<int>(old)) continue;
      made_.gpus.push_back(gpu);
      made_.gpus.back().resource = static_cast<int>(made_.resources.size());
    }
    made_.resources.push_back(r);
  }

  static int position_of(int old_node, std::vector<node_source> const& sources)
  {
    auto const found = std::find_if(sources.begin(), sources.end(),
                                    [&](auto const& source) { return source.node == old_node; });
    return found == sources.end() ? -1 : static_cast<int>(found - sources.begin());
  }

  void link(std::vector<node_source> const& sources)
  {
    auto const nodes  = old_.memory_nodes.size();
    auto const& links = old_.links;
    auto& bandwidth   = made_.links.pair_bandwidth_bytes_per_second;
    auto& latency     = made_.links.pair_latency_seconds;
    bandwidth         = pairs_of(bandwidth, nodes, sources,
                                 mean_of_links(bandwidth, nodes, links.bandwidth_bytes_per_second));
    latency =
      pairs_of(latency, nodes, sources, mean_of_links(latency, nodes, links.latency_seconds));
  }

  machine const& old_;
  machine made_;
  copied_ids ids_;
};

void expect_count(char const* what, int count, int least)
{
  if (count >= least && count <= max_copies) return;
  throw input_error{fmt::format("{} {}: must be from {} to {}", count, what, least, max_copies)};
}

template <class... Groups>
std::vector<node_source> joined(Groups const&... groups)
{
  std::vector<node_source> all;
  (all.insert(all.end(), groups.begin(), groups.end()), ...);
  return all;
}

std::vector<node_source> all_of(std::vector<int> const& nodes)
{
  return take(nodes, static_cast<int>(nodes.size()));
}

}  // namespace

machine machine::with_nodes(int count) const
{
  expect_count("nodes", count, 1);
  split_nodes const nodes{*this};
  if (nodes.with_cpus.empty()) {
    throw input_error{
      fmt::format("machine \"{}\" has no node with CPUs to take {} of", name, count)};
  }
  return rebuilt{*this,
                 joined(take(nodes.with_cpus, count), all_of(nodes.with_gpus), all_of(nodes.empty))}
    .take();
}

machine machine::with_gpus(int count) const
{
  expect_count("GPUs", count, 0);
  split_nodes const nodes{*this};
  for (auto const node : nodes.with_cpus) {
    if (!holds(*this, node, resource_kind::gpu)) continue;
    throw input_error{
      fmt::format("machine \"{}\": GPUs in the memory of CPUs ({}) cannot be added or left out",
                  name, memory_nodes[static_cast<std::size_t>(node)].id)};
  }
  if (count > 0 && nodes.with_gpus.empty()) {
    throw input_error{fmt::format("machine \"{}\" has no GPU to take {} of", name, count)};
  }
  return rebuilt{*this,
                 joined(all_of(nodes.with_cpus), take(nodes.with_gpus, count), all_of(nodes.empty))}
    .take();
}

machine machine::with_bandwidth(double bandwidth) const
{
  if (!(bandwidth > 0)) {
    throw input_error{
      fmt::format("a bandwidth of {} bytes per second: must be positive", bandwidth)};
  }
  auto m                             = *this;
  m.links.bandwidth_bytes_per_second = bandwidth;
  m.links.pair_bandwidth_bytes_per_second.clear();
  return m;
}

}  // namespace heddle
