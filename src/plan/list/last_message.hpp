/// @file
/// Where the last input of a task comes from: FCP and FLB look no further.
#pragma once

#include "src/plan/partial_schedule.hpp"

namespace heddle {

/// The last message of a ready task.
struct last_message {
  double arrival = 0;   ///< wherever it has to travel, by the mean transfer
  int from       = -1;  ///< the resource where it need not; -1: an entry task
};

/// All predecessors of `task` are placed. Of equal messages the first predecessor's.
[[nodiscard]] inline last_message last_message_of(task_id task, cost_model const& costs,
                                                  partial_schedule const& so_far)
{
  last_message last;
  auto const predecessors = costs.edges().predecessors(task);
  auto const bytes        = costs.edges().bytes_from_predecessors(task);
  for (std::size_t i = 0; i < predecessors.size(); ++i) {
    auto const& before = so_far.of(predecessors[i]);
    auto const arrival = before.finish_seconds + costs.mean_transfer_seconds(bytes[i]);
    if (last.from < 0 || arrival > last.arrival) last = {arrival, before.resource};
  }
  return last;
}

}  // namespace heddle
