#include "src/plan/memory_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

/// Bytes that are free from a time on, when their last owner has ended; -1: they never had one.
struct parcel {
  double from_seconds;
  task_id owner;
  double bytes;

  friend bool operator>(parcel const& a, parcel const& b)
  {
    return a.from_seconds != b.from_seconds ? a.from_seconds > b.from_seconds : a.owner > b.owner;
  }
};

using parcels = std::priority_queue<parcel, std::vector<parcel>, std::greater<>>;

/// Takes `bytes` for `task`; fewer if the schedule asks for more than is free.
void take(parcels& free, double bytes, task_id task, double start, std::vector<edge>& waits)
{
  while (bytes > 0 && !free.empty() && free.top().from_seconds <= start) {
    auto next = free.top();
    free.pop();
    auto const taken = std::min(bytes, next.bytes);
    if (next.owner >= 0) waits.push_back({next.owner, task, 0});
    bytes -= taken;
    next.bytes -= taken;
    if (next.bytes > 0) free.push(next);
  }
}

}  // namespace

void append_memory_waits(schedule const& s, cost_model const& costs,
                         std::span<task_id const> by_start, std::vector<edge>& waits)
{
  auto const& memory = costs.memory();
  std::vector<parcels> free(memory.sizes().size());
  for (std::size_t a = 0; a < free.size(); ++a) {
    free[a].push({-std::numeric_limits<double>::infinity(), -1, memory.sizes()[a]});
  }
  for (auto const task : by_start) {
    auto const& [resource, start, finish] = s.tasks[index(task)];
    if (memory.empty() || !(start < finish)) continue;
    auto const bytes = memory.bytes(task, resource);
    for (auto const account : memory.accounts(bytes, resource)) {
      if (account == memory_limits::no_account || std::isinf(memory.sizes()[index(account)]))
        continue;
      take(free[index(account)], bytes, task, start, waits);
      free[index(account)].push({finish, task, bytes});
    }
  }
}

}  // namespace heddle
