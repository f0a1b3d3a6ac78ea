#include "src/plan/list/ready_tasks.hpp"

#include <queue>
#include <utility>

namespace heddle {

std::vector<task_id> breadth_first_order(edge_table const& edges)
{
  ready_tasks waiting{edges};
  std::vector<task_id> order;
  order.reserve(edges.num_tasks());
  auto const append = [&](task_id task) { order.push_back(task); };
  waiting.for_each_entry(append);
  for (std::size_t next = 0; next < order.size(); ++next) {
    waiting.for_each_released_by(order[next], append);
  }
  return order;
}

std::vector<task_id> by_priority(edge_table const& edges, std::span<double const> priority)
{
  ready_tasks waiting{edges};
  std::priority_queue<std::pair<double, task_id>> ready;
  auto const push = [&](task_id t) { ready.emplace(priority[static_cast<std::size_t>(t)], -t); };
  std::vector<task_id> order;
  order.reserve(edges.num_tasks());
  waiting.for_each_entry(push);
  while (!ready.empty()) {
    auto const task = -ready.top().second;
    ready.pop();
    order.push_back(task);
    waiting.for_each_released_by(task, push);
  }
  return order;
}

}  // namespace heddle
