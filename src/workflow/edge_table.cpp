#include <heddle/workflow/edge_table.hpp>

#include <heddle/workflow/workflow.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>

namespace heddle {
namespace {

/// Edges grouped by one of their ends.
struct rows {
  std::vector<std::int32_t> first;  ///< [tasks + 1]
  std::vector<edge> edges;          ///< [edges]
};

/// Counting sort by `end`; stable, so that within a row the previous order stays.
rows group_by(task_id edge::*end, std::size_t num_tasks, std::span<edge const> edges)
{
  rows r{std::vector<std::int32_t>(num_tasks + 1), std::vector<edge>(edges.size())};
  for (auto const& e : edges) ++r.first[static_cast<std::size_t>(e.*end) + 1];
  for (std::size_t t = 0; t < num_tasks; ++t) r.first[t + 1] += r.first[t];
  auto next = r.first;
  for (auto const& e : edges) {
    r.edges[static_cast<std::size_t>(next[static_cast<std::size_t>(e.*end)]++)] = e;
  }
  return r;
}

/// Edges sorted by `from`, and those of one task by `to`; readers of files add them by `to`.
std::vector<edge> sorted_edges(std::size_t num_tasks, std::span<edge const> edges)
{
  if (std::ranges::is_sorted(edges, {}, &edge::to)) {
    return group_by(&edge::from, num_tasks, edges).edges;
  }
  auto const by_to = group_by(&edge::to, num_tasks, edges).edges;
  return group_by(&edge::from, num_tasks, by_to).edges;
}

/// Edges sorted by (from, to), one per pair, with the bytes of repeated pairs added up.
std::vector<edge> sorted_and_merged(std::size_t num_tasks, std::span<edge const> unsorted)
{
  auto edges       = sorted_edges(num_tasks, unsorted);
  std::size_t kept = 0;
  for (auto const& e : edges) {
    if (kept > 0 && edges[kept - 1].from == e.from && edges[kept - 1].to == e.to) {
      edges[kept - 1].bytes += e.bytes;
    } else {
      edges[kept++] = e;
    }
  }
  edges.resize(kept);
  return edges;
}

void fill(std::vector<edge> const& edges, task_id edge::*other, std::vector<task_id>& ids,
          std::vector<double>& bytes)
{
  ids.reserve(edges.size());
  bytes.reserve(edges.size());
  for (auto const& e : edges) {
    ids.push_back(e.*other);
    bytes.push_back(e.bytes);
  }
}

/// Whether every edge leads to a larger id. Then the ids are a topological order, and the one that
/// takes the smallest ready task first.
bool leads_upwards(edge_table const& table)
{
  for (std::size_t t = 0; t + 1 < table.first_predecessor.size(); ++t) {
    auto const task   = static_cast<task_id>(t);
    auto const before = table.predecessors(task);
    if (!before.empty() && before.back() >= task) return false;  // they are sorted
  }
  return true;
}

/// Kahn's algorithm. Shorter than the number of tasks if there is a cycle; then `missing` holds,
/// for every task left out, the positive number of its predecessors that were left out.
std::vector<task_id> topological_order(edge_table const& table, std::vector<std::int32_t>& missing)
{
  auto const num_tasks = table.first_predecessor.size() - 1;
  if (leads_upwards(table)) {
    std::vector<task_id> order(num_tasks);
    std::iota(order.begin(), order.end(), 0);
    return order;
  }
  std::priority_queue<task_id, std::vector<task_id>, std::greater<>> ready;
  missing.resize(num_tasks);
  for (std::size_t t = 0; t < num_tasks; ++t) {
    missing[t] = table.first_predecessor[t + 1] - table.first_predecessor[t];
    if (missing[t] == 0) ready.push(static_cast<task_id>(t));
  }
  std::vector<task_id> order;
  order.reserve(num_tasks);
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (auto const successor : table.successors(order.back())) {
      if (--missing[static_cast<std::size_t>(successor)] == 0) ready.push(successor);
    }
  }
  return order;
}

/// Walks backwards among the tasks that Kahn's algorithm left out until one comes up again: each of
/// them has a predecessor that was left out too.
std::vector<task_id> find_cycle(edge_table const& table, std::vector<std::int32_t> const& missing)
{
  auto const left_out = [&](task_id t) { return missing[static_cast<std::size_t>(t)] > 0; };
  auto const start    = std::find_if(missing.begin(), missing.end(), [](auto m) { return m > 0; });
  std::vector<std::int32_t> step_of(missing.size(), -1);
  std::vector<task_id> path;
  auto task = static_cast<task_id>(start - missing.begin());
  while (step_of[static_cast<std::size_t>(task)] < 0) {
    step_of[static_cast<std::size_t>(task)] = static_cast<std::int32_t>(path.size());
    path.push_back(task);
    auto const before = table.predecessors(task);
    task              = *std::find_if(before.begin(), before.end(), left_out);
  }
  path.erase(path.begin(), path.begin() + step_of[static_cast<std::size_t>(task)]);
  std::reverse(path.begin(), path.end());
  return path;
}

std::string describe_cycle(workflow const& w, std::vector<task_id> const& cycle)
{
  constexpr std::size_t most_names = 10;
  std::string names;
  for (std::size_t i = 0; i < std::min(cycle.size(), most_names); ++i) {
    names += fmt::format("\"{}\" -> ", w.at(cycle[i]).name);
  }
  if (cycle.size() > most_names)
    names += fmt::format("... {} more ... -> ", cycle.size() - most_names);
  return fmt::format(
    "workflow \"{}\" has a cycle of {} tasks: {}\"{}\"; take one of these edges out", w.name(),
    cycle.size(), names, w.at(cycle.front()).name);
}

/// All of the table. Its topological order, and `missing`, are those of `topological_order`.
edge_table table_of(std::size_t num_tasks, std::span<edge const> unsorted,
                    std::vector<std::int32_t>& missing)
{
  if (unsorted.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw invalid_argument{"workflow: more edges than 2^31 - 1"};
  }
  auto edges = sorted_and_merged(num_tasks, unsorted);
  edge_table table;
  fill(edges, &edge::to, table.successor, table.successor_bytes);
  auto by_to              = group_by(&edge::to, num_tasks, edges);
  table.first_predecessor = std::move(by_to.first);
  fill(by_to.edges, &edge::from, table.predecessor, table.predecessor_bytes);
  by_to.edges = {};
  table.first_successor.assign(num_tasks + 1, 0);
  for (auto const& e : edges) ++table.first_successor[static_cast<std::size_t>(e.from) + 1];
  for (std::size_t t = 0; t < num_tasks; ++t) {
    table.first_successor[t + 1] += table.first_successor[t];
  }
  table.topological_order = topological_order(table, missing);
  return table;
}

}  // namespace

void expect_acyclic(workflow const& w)
{
  auto const leads_upwards = [](edge const& e) { return e.from < e.to; };
  if (!std::ranges::all_of(w.edges(), leads_upwards)) static_cast<void>(make_edge_table(w));
}

edge_table make_edge_table(workflow const& w)
{
  std::vector<std::int32_t> missing;
  auto table = table_of(w.num_tasks(), w.edges(), missing);
  if (table.topological_order.size() < w.num_tasks()) {
    throw cycle_error{describe_cycle(w, find_cycle(table, missing))};
  }
  return table;
}

edge_table make_edge_table(std::size_t num_tasks, std::span<edge const> edges)
{
  std::vector<std::int32_t> missing;
  auto table = table_of(num_tasks, edges, missing);
  if (table.topological_order.size() < num_tasks) throw cycle_error{"edges close a circle"};
  return table;
}

}  // namespace heddle
