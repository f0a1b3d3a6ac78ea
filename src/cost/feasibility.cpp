#include "src/cost/feasibility.hpp"

#include "src/cost/task_seconds.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

feasibility::feasibility(machine const& m, core_groups const& groups, std::vector<bool> usable)
  : machine_{m},
    groups_{groups},
    usable_{std::move(usable)},
    checks_needs_{m.least_task_seconds == 0}
{
  for (std::size_t r = 0; r < m.resources.size(); ++r) {
    bool const is_cpu = m.resources[r].kind == resource_kind::cpu;
    ++(is_cpu ? cpus_ : gpus_);
    if (usable_[r]) (is_cpu ? usable_cpu_ : usable_gpu_) = true;
  }
  add_row({usable_.begin(), usable_.end()});
  std::map<int, std::pair<double, double>> of_host;  // all, largest
  for (auto const& node : m.memory_nodes) {
    auto& [all, largest] = of_host[node.host];
    all += size_of(node);
    largest = std::max(largest, size_of(node));
  }
  for (auto const& node : m.memory_nodes) {
    auto const alone           = std::pair{size_of(node), size_of(node)};
    auto const& [all, largest] = node.host >= 0 ? of_host[node.host] : alone;
    host_memory_bytes_.push_back(all);
    largest_memory_bytes_.push_back(largest);
  }
}

feasibility::verdict feasibility::judge(task_info const& task)
{
  if (!is_ordinary(task.declared())) return judge_closely(task);
  verdict const found{usable_cpu_ && runs_on(resource_kind::cpu, task),
                      usable_gpu_ && runs_on(resource_kind::gpu, task),
                      0,
                      {}};
  if (!found.on_cpus && !found.on_gpus) reject(task);
  return found;
}

/// Whether it depends on its kind alone where the task can run.
bool feasibility::is_ordinary(task_details const& declared) const
{
  auto const& needs      = declared.needs;
  bool const needs_least = needs.cores <= 1 && needs.memory_bytes == 0 &&
                           needs.device_memory_bytes == 0 && needs.gpus == 0;
  return declared.place.empty() && (needs_least || !checks_needs_);
}

core_demand feasibility::cores(task_info const& task) const
{
  auto const& declared = task.declared();
  return {checks_needs_ ? declared.needs.cores : 1, !declared.place.empty()};
}

/// Most workflows have a few sorts of tasks: what is known of one holds for all that are alike.
feasibility::verdict feasibility::judge_closely(task_info const& task)
{
  constexpr std::size_t most_known = 4096;
  auto const& needs                = task.declared().needs;
  sort const key{task.declared().place,
                 needs.cores,
                 needs.memory_bytes,
                 needs.device_memory_bytes,
                 needs.gpus,
                 runs_on(resource_kind::cpu, task),
                 runs_on(resource_kind::gpu, task)};
  if (auto const known = known_.find(key); known != known_.end()) return known->second;
  auto const found = judge_anew(task);
  if (known_.size() < most_known) known_.emplace(key, found);
  return found;
}

feasibility::verdict feasibility::judge_anew(task_info const& task)
{
  expect_place(task);
  expect_gpus(task);
  verdict found{false, false, 0, cores(task)};
  std::vector<char> row(machine_.resources.size());
  for (std::size_t r = 0; r < row.size(); ++r) {
    auto const why = to(task, r);
    row[r]         = why == obstacle::none || why == obstacle::kind;
    if (why != obstacle::none) continue;
    (machine_.resources[r].kind == resource_kind::cpu ? found.on_cpus : found.on_gpus) = true;
  }
  if (!found.on_cpus && !found.on_gpus) reject(task);
  found.row = add_row(row);
  return found;
}

std::int32_t feasibility::add_row(std::vector<char> const& row)
{
  auto const next            = static_cast<std::int32_t>(known_rows_.size());
  auto const [known, is_new] = known_rows_.try_emplace(row, next);
  if (is_new) rows_.insert(rows_.end(), row.begin(), row.end());
  return known->second;
}

void feasibility::reject(task_info const& task) const
{
  throw input_error{fmt::format("task \"{}\" can run on no resource of machine \"{}\": {}",
                                task.name, machine_.name, all_texts(task))};
}

feasibility::obstacle feasibility::to(task_info const& task, std::size_t resource) const
{
  auto const& here     = machine_.resources[resource];
  auto const& declared = task.declared();
  if (!runs_on(here.kind, task)) return obstacle::kind;
  if (!is_at(declared.place, here)) return obstacle::place;
  if (!usable_[resource]) return obstacle::busy;
  if (!checks_needs_) return obstacle::none;
  auto const& needs = declared.needs;
  if (here.kind == resource_kind::gpu) {
    bool const fits = static_cast<double>(needs.device_memory_bytes) <=
                      size_of(machine_.memory_nodes[index(here.memory_node)]);
    return fits ? obstacle::none : obstacle::device_memory;
  }
  auto const memory = static_cast<double>(needs.memory_bytes);
  bool const fits   = memory <= most_memory(memory, index(here.memory_node));
  if (!fits) return obstacle::memory;
  return has_cores(cores(task), static_cast<int>(resource)) ? obstacle::none : obstacle::cores;
}

bool feasibility::is_at(std::string_view place, resource const& r) const
{
  return place.empty() || place == r.id || place == machine_.memory_nodes[index(r.memory_node)].id;
}

bool feasibility::is_memory_node(std::string_view place) const
{
  return std::ranges::find(machine_.memory_nodes, place, &memory_node::id) !=
         machine_.memory_nodes.end();
}

/// With this one as the slowest.
bool feasibility::has_cores(core_demand what, int cpu) const
{
  if (what.cores <= 1) return true;
  auto const speed  = machine_.resources[index(cpu)].speed;
  auto const usable = std::ranges::count_if(groups_.around(cpu, what), [&](int other) {
    return machine_.resources[index(other)].speed >= speed;
  });
  return usable >= what.cores;
}

/// That of the memory node, if one of its host has as much as is needed; else that of the host.
double feasibility::most_memory(double needed, std::size_t node) const
{
  return needed > largest_memory_bytes_[node] ? host_memory_bytes_[node]
                                              : size_of(machine_.memory_nodes[node]);
}

void feasibility::expect_place(task_info const& task) const
{
  auto const& place = task.declared().place;
  if (place.empty() || is_memory_node(place)) return;
  auto const found = std::ranges::find(machine_.resources, place, &resource::id);
  if (found == machine_.resources.end()) {
    throw input_error{
      fmt::format("task \"{}\": its place \"{}\" is no resource or memory node of machine \"{}\"",
                  task.name, place, machine_.name)};
  }
  if (found->kind == resource_kind::cpu && cores(task).cores > 1) {
    throw input_error{fmt::format(
      "task \"{}\" needs {} cores, but its place \"{}\" is one: name the memory node "
      "\"{}\", or another",
      task.name, cores(task).cores, place, machine_.memory_nodes[index(found->memory_node)].id)};
  }
}

void feasibility::expect_gpus(task_info const& task) const
{
  auto const needed = task.declared().needs.gpus;
  if (!checks_needs_ || needed <= gpus_) return;
  throw input_error{fmt::format("task \"{}\" needs {} GPUs; machine \"{}\" has {}", task.name,
                                needed, machine_.name, gpus_)};
}

}  // namespace heddle
