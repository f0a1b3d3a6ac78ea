#include <heddle/trace/run_record.hpp>

namespace heddle {

std::string_view to_string(task_status status)
{
  switch (status) {
    case task_status::pending:
      return "pending";
    case task_status::done:
      return "done";
    case task_status::failed:
      return "failed";
    case task_status::skipped:
      return "skipped";
    case task_status::cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace heddle
