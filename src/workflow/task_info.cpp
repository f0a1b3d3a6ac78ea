#include <heddle/workflow/task_info.hpp>

namespace heddle {

task_details const& task_info::declared() const
{
  static task_details const defaults{};
  return details ? *details : defaults;
}

task_details& task_info::declare()
{
  if (!details) details = std::make_unique<task_details>();
  return *details;
}

}  // namespace heddle
