#include "src/cost/feasibility.hpp"
#include "src/topology/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

/// `CPU "n0"`, `3 CPUs ("n0", ..., "n2")`.
std::string ids_text(resource_kind kind, std::vector<std::size_t> const& resources,
                     machine const& m)
{
  auto const name   = kind == resource_kind::cpu ? "CPU" : "GPU";
  auto const& first = m.resources[resources.front()].id;
  if (resources.size() == 1) return fmt::format("{} \"{}\"", name, first);
  return fmt::format("{} {}s (\"{}\", {}\"{}\")", resources.size(), name, first,
                     resources.size() == 2 ? "" : "..., ", m.resources[resources.back()].id);
}

std::string kind_text(resource_kind kind, task_info const& task)
{
  auto const& declared = task.declared();
  if (kind == resource_kind::cpu) {
    return declared.gpu ? "its body is for GPUs only" : "it declares seconds on GPUs only";
  }
  if (declared.gpu) return "declare its GPU seconds";
  return declared.cpu ? "its body is for CPUs only" : "it declares no GPU seconds";
}

/// Exact where rounded texts would be equal.
std::string memory_text(std::string_view what, double needed, double has)
{
  auto const rounded = std::pair{bytes_text(needed), bytes_text(has)};
  bool const differ  = rounded.first != rounded.second;
  return fmt::format("it needs {} of {}, the largest has {}",
                     differ ? rounded.first : fmt::format("{:.0f} bytes", needed), what,
                     differ ? rounded.second : fmt::format("{:.0f} bytes", has));
}

}  // namespace

/// What the resources have, for a task that none of them can run for that reason.
std::string feasibility::text(obstacle why, std::vector<std::size_t> const& resources,
                              task_info const& task) const
{
  auto const& needs = task.declared().needs;
  auto const most   = [&](auto amount) {
    double result = 0;
    for (auto const r : resources) result = std::max(result, static_cast<double>(amount(r)));
    return result;
  };
  auto const node_of = [&](std::size_t r) { return index(machine_.resources[r].memory_node); };
  switch (why) {
    case obstacle::kind:
      return kind_text(machine_.resources[resources.front()].kind, task);
    case obstacle::place:
      return fmt::format("not at its place \"{}\"", task.declared().place);
    case obstacle::busy:
      return "never free";
    case obstacle::cores:
      return fmt::format(
        "it needs {} cores, the largest node has {}", needs.cores,
        most([&](auto r) { return groups_.around(static_cast<int>(r), cores(task)).size(); }));
    case obstacle::memory:
      return memory_text("memory", static_cast<double>(needs.memory_bytes), most([&](auto r) {
                           return most_memory(static_cast<double>(needs.memory_bytes), node_of(r));
                         }));
    case obstacle::device_memory:
      return memory_text("device memory", static_cast<double>(needs.device_memory_bytes),
                         most([&](auto r) { return size_of(machine_.memory_nodes[node_of(r)]); }));
    case obstacle::none:
      break;
  }
  return {};
}

/// The resources by kind and reason, in the order in which they first come up.
std::string feasibility::all_texts(task_info const& task) const
{
  struct group {
    std::pair<resource_kind, obstacle> key;
    std::vector<std::size_t> resources;
  };
  std::vector<group> groups;
  for (std::size_t r = 0; r < machine_.resources.size(); ++r) {
    auto const key   = std::pair{machine_.resources[r].kind, to(task, r)};
    auto const found = std::ranges::find(groups, key, &group::key);
    if (found == groups.end()) {
      groups.push_back({key, {r}});
    } else {
      found->resources.push_back(r);
    }
  }
  std::string all;
  for (auto const& [key, resources] : groups) {
    all += fmt::format("{}{}: {}", all.empty() ? "" : "; ",
                       ids_text(key.first, resources, machine_), text(key.second, resources, task));
  }
  return all + (gpus_ == 0 ? "; it has no GPUs" : cpus_ == 0 ? "; it has no CPUs" : "");
}

}  // namespace heddle
