/// @file
/// When a schedule ends.
#pragma once

#include <heddle/plan/schedule.hpp>

#include <algorithm>
#include <vector>

namespace heddle {

/// The latest finish; 0 of no tasks.
[[nodiscard]] inline double makespan_of(std::vector<assignment> const& tasks)
{
  double latest = 0;
  for (auto const& task : tasks) latest = std::max(latest, task.finish_seconds);
  return latest;
}

}  // namespace heddle
