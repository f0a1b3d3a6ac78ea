#include <heddle/topology/machine.hpp>

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace heddle {
namespace {

constexpr int max_nodes = 100'000;

/// A copy of a CPU that is used for the `round`-th time, from 2 on, under an id that is not taken.
resource used_again(resource cpu, std::size_t round, std::set<std::string>& taken)
{
  auto id = fmt::format("{}#{}", cpu.id, round);
  while (!taken.insert(id).second) id = fmt::format("{}#{}", cpu.id, ++round);
  cpu.id = id;
  return cpu;
}

std::vector<resource> of_kind(std::vector<resource> const& all, resource_kind kind)
{
  std::vector<resource> result;
  std::copy_if(all.begin(), all.end(), std::back_inserter(result),
               [kind](resource const& r) { return r.kind == kind; });
  return result;
}

}  // namespace

machine machine::identical(int count)
{
  if (count < 1 || count > max_nodes) {
    throw input_error{fmt::format("{} identical nodes: must be from 1 to {}", count, max_nodes)};
  }
  machine m;
  m.name = fmt::format("identical {}", count);
  for (int i = 0; i < count; ++i) {
    auto const id = fmt::format("p{}", i);
    m.resources.push_back({.id = id, .memory_node = i, .package = i, .core = i});
    m.memory_nodes.push_back({.id = id, .host = 0});
  }
  return m;
}

machine machine::with_cpus(int count) const
{
  auto const cpus = of_kind(resources, resource_kind::cpu);
  if (count < 1) throw invalid_argument{fmt::format("with_cpus({}): must be at least 1", count)};
  if (cpus.empty()) throw invalid_argument{"with_cpus: machine " + name + " has no CPU"};
  machine m = *this;
  m.resources.clear();
  std::set<std::string> taken;
  for (auto const& r : resources) taken.insert(r.id);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    auto const& cpu = cpus[i % cpus.size()];
    m.resources.push_back(i < cpus.size() ? cpu : used_again(cpu, i / cpus.size() + 1, taken));
  }
  auto const gpus_of_this = of_kind(resources, resource_kind::gpu);
  m.resources.insert(m.resources.end(), gpus_of_this.begin(), gpus_of_this.end());
  for (auto& gpu : m.gpus) {
    auto const& id = resources.at(static_cast<std::size_t>(gpu.resource)).id;
    gpu.resource   = static_cast<int>(std::find_if(m.resources.begin(), m.resources.end(),
                                                   [&](resource const& r) { return r.id == id; }) -
                                    m.resources.begin());
  }
  return m;
}

double machine::transfer_seconds(double bytes, int from, int to) const
{
  if (from == to || bytes == 0) return 0;
  auto const pair =
    static_cast<std::size_t>(from) * memory_nodes.size() + static_cast<std::size_t>(to);
  auto const& bandwidths = links.pair_bandwidth_bytes_per_second;
  auto const& latencies  = links.pair_latency_seconds;
  auto const bandwidth =
    bandwidths.empty() ? links.bandwidth_bytes_per_second : bandwidths.at(pair);
  auto const latency = latencies.empty() ? links.latency_seconds : latencies.at(pair);
  return latency + bytes / bandwidth;
}

}  // namespace heddle
