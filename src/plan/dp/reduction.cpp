#include "src/plan/dp/reduction.hpp"

#include <algorithm>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

reduction::reduction(edge_table const& edges)
  : source_{static_cast<std::int32_t>(edges.num_tasks())},
    before_(edges.num_tasks() + 2),
    behind_(edges.num_tasks() + 2)
{
  using kind = workflow_part::kind;
  between_.reserve(edges.num_edges());
  for (std::int32_t t = 0; t < source_; ++t) {
    auto const next  = edges.successors(t);
    auto const bytes = edges.bytes_to_successors(t);
    for (std::size_t i = 0; i < next.size(); ++i) connect({kind::edge, t, next[i], bytes[i]});
    if (edges.predecessors(t).empty()) connect({kind::edge, source_, t});
    if (next.empty()) connect({kind::edge, t, sink()});
  }
  auto waiting = edges.topological_order;  // a task in series stays so until it is shrunk
  while (!waiting.empty()) {
    auto const task = waiting.back();
    waiting.pop_back();
    if (!is_in_series(task)) continue;
    auto const from = before_[index(task)].ids;
    auto const to   = behind_[index(task)].ids;
    shrink(task);
    for (auto const end : {from, to}) {
      if (end < source_) waiting.push_back(end);
    }
  }
}

std::vector<std::int32_t> reduction::remaining() const
{
  std::vector<std::int32_t> all;
  for (auto const& [ends, part] : between_) all.push_back(part);
  std::sort(all.begin(), all.end());
  return all;
}

/// Adds a part; with one that is already there in parallel.
void reduction::connect(workflow_part part)
{
  auto const next            = static_cast<std::int32_t>(parts_.size());
  auto const [known, is_new] = between_.try_emplace(key(part.from, part.to), next);
  parts_.push_back(part);
  if (is_new) {
    before_[index(part.to)].add(part.from);
    behind_[index(part.from)].add(part.to);
    return;
  }
  parts_.push_back({workflow_part::kind::parallel, part.from, part.to, 0, -1, known->second, next});
  known->second = next + 1;
}

std::int32_t reduction::disconnect(std::int32_t from, std::int32_t to)
{
  auto const known = between_.find(key(from, to));
  auto const part  = known->second;
  between_.erase(known);
  before_[index(to)].remove(from);
  behind_[index(from)].remove(to);
  return part;
}

bool reduction::is_in_series(std::int32_t task) const
{
  return before_[index(task)].count == 1 && behind_[index(task)].count == 1;
}

void reduction::shrink(std::int32_t task)
{
  auto const from   = before_[index(task)].ids;
  auto const to     = behind_[index(task)].ids;
  auto const first  = disconnect(from, task);
  auto const second = disconnect(task, to);
  connect({workflow_part::kind::series, from, to, 0, task, first, second});
}

}  // namespace heddle
