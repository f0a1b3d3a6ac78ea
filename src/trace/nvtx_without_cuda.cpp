#include <heddle/trace/nvtx.hpp>

#include "src/trace/thread_name.hpp"

namespace heddle {

profiler_range::profiler_range(range_kind, std::string_view, std::uint64_t) noexcept {}

profiler_range::~profiler_range() {}

void name_this_thread(std::string_view name) noexcept
{
  name_os_thread(name);
}

}  // namespace heddle
