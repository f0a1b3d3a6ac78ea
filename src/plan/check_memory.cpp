#include "src/plan/check_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

/// Tasks that hold memory of one place.
struct holders {
  std::string where;
  double size_bytes;
  std::vector<std::pair<double, double>> changes;  ///< time, bytes more

  void add(assignment const& task, double bytes)
  {
    auto const tolerance = 1e-6 * std::max(1.0, std::abs(task.finish_seconds));
    if (!(task.finish_seconds - tolerance > task.start_seconds)) return;
    changes.emplace_back(task.start_seconds, bytes);
    changes.emplace_back(task.finish_seconds - tolerance, -bytes);
  }

  /// At one time, memory is given back before it is taken.
  std::optional<std::string> finding()
  {
    std::ranges::sort(changes);
    double held = 0;
    for (auto const& [time, bytes] : changes) {
      held += bytes;
      if (held <= size_bytes) continue;
      return fmt::format("at {} the tasks on {} hold {} bytes of memory; it has {}", time, where,
                         held, size_bytes);
    }
    return std::nullopt;
  }
};

/// The memory nodes of a host; one without a host is alone.
std::vector<std::size_t> nodes_beside(std::size_t node, machine const& m)
{
  auto const host = m.memory_nodes[node].host;
  if (host < 0) return {node};
  std::vector<std::size_t> all;
  for (std::size_t n = 0; n < m.memory_nodes.size(); ++n) {
    if (m.memory_nodes[n].host == host) all.push_back(n);
  }
  return all;
}

class memory_in_use {
 public:
  memory_in_use(schedule const& s, workflow const& w, machine const& m) : machine_{m}
  {
    for (std::size_t t = 0; t < w.num_tasks(); ++t) {
      auto const& r     = m.resources[index(s.tasks[t].resource)];
      auto const& needs = w.tasks()[t].declared().needs;
      if (r.kind == resource_kind::gpu) {
        hold_in_node(s.tasks[t], index(r.memory_node), needs.device_memory_bytes);
      } else {
        hold(s.tasks[t], index(r.memory_node), needs.memory_bytes);
      }
    }
  }

  std::vector<std::string> findings() &&
  {
    std::vector<std::string> all;
    for (auto* const each : {&nodes_, &hosts_}) {
      for (auto& [id, place] : *each) {
        if (auto found = place.finding()) all.push_back(std::move(*found));
      }
    }
    return all;
  }

 private:
  using places = std::map<std::size_t, holders>;

  void hold_in_node(assignment const& task, std::size_t node, std::size_t bytes)
  {
    auto const& here = machine_.memory_nodes[node];
    if (here.size_bytes == 0) return;
    auto const name = fmt::format("memory node \"{}\"", here.id);
    nodes_.try_emplace(node, holders{name, here.size_bytes, {}})
      .first->second.add(task, static_cast<double>(bytes));
  }

  void hold(assignment const& task, std::size_t node, std::size_t bytes)
  {
    auto const nodes = nodes_beside(node, machine_);
    double sum       = 0;
    bool fits        = nodes.size() == 1;
    bool is_known    = true;
    for (auto const n : nodes) {
      auto const size = machine_.memory_nodes[n].size_bytes;
      sum += size;
      is_known = is_known && size > 0;
      fits     = fits || size == 0 || static_cast<double>(bytes) <= size;
    }
    if (fits) hold_in_node(task, node, bytes);
    if (nodes.size() == 1 || !is_known) return;
    auto const name = fmt::format("the host of memory node \"{}\"", machine_.memory_nodes[node].id);
    hosts_.try_emplace(nodes.front(), holders{name, sum, {}})
      .first->second.add(task, static_cast<double>(bytes));
  }

  machine const& machine_;
  places nodes_;  ///< by memory node
  places hosts_;  ///< by their first memory node
};

}  // namespace

std::vector<std::string> crowded_memory(schedule const& s, workflow const& w, machine const& m)
{
  if (m.least_task_seconds > 0) return {};  // the evaluation platforms ignore it
  return memory_in_use{s, w, m}.findings();
}

}  // namespace heddle
