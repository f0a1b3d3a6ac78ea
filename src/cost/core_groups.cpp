#include <heddle/cost/core_groups.hpp>

#include <algorithm>
#include <tuple>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

core_groups::core_groups(machine const& m, std::vector<bool> const& usable)
  : nodes_(m.memory_nodes.size())
{
  for (std::size_t r = 0; r < m.resources.size(); ++r) {
    node_of_.push_back(m.resources[r].memory_node);
    if (usable[r] && m.resources[r].kind == resource_kind::cpu)
      cpus_.push_back(static_cast<int>(r));
  }
  auto const host_of = [&](int cpu) {
    auto const own  = node_of_[index(cpu)];
    auto const host = m.memory_nodes[index(own)].host;
    return host >= 0 ? std::pair{0, host} : std::pair{1, own};
  };
  std::ranges::sort(cpus_, {}, [&](int cpu) {
    return std::tuple{host_of(cpu), node_of_[index(cpu)], cpu};
  });
  for (std::size_t first = 0, last = 0; first < cpus_.size(); first = last) {
    last = first;
    while (last < cpus_.size() && host_of(cpus_[last]) == host_of(cpus_[first])) ++last;
    add_host({first, last});
  }
}

void core_groups::add_host(stretch host)
{
  std::size_t most = 0;
  for (auto i = host.first; i < host.last; ++i) {
    auto& here = nodes_[index(node_of_[index(cpus_[i])])];
    if (here.own.size() == 0) here.own.first = i;
    here.own.last = i + 1;
    most          = std::max(most, here.own.size());
  }
  for (auto i = host.first; i < host.last; ++i) {
    auto& here          = nodes_[index(node_of_[index(cpus_[i])])];
    here.host           = host;
    here.most_of_a_node = most;
  }
}

std::span<int const> core_groups::around(int cpu, core_demand what) const
{
  auto const& here    = nodes_[index(node_of_[index(cpu)])];
  bool const one_node = what.in_one_node || index(what.cores) <= here.most_of_a_node;
  auto const& from    = one_node ? here.own : here.host;
  return std::span{cpus_}.subspan(from.first, from.size());
}

}  // namespace heddle
