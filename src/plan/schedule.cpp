#include <heddle/plan/schedule.hpp>

#include <algorithm>

namespace heddle {

std::span<further_core const> schedule::further_cores_of(task_id task) const
{
  auto const found = std::ranges::equal_range(further_cores, task, {}, &further_core::task);
  return {found.begin(), found.end()};
}

}  // namespace heddle
