/// @file
/// Ranges that Nsight shows, in the NVTX domain "heddle". Without a profiler attached, or in a
/// build without NVTX, a range costs a load and a branch.
#pragma once

#include <cstdint>
#include <string_view>

namespace heddle {

/// What a range stands for; its NVTX category.
enum class range_kind : std::uint32_t { task = 1, stage = 2, transfer = 3 };

/// A range on the calling thread, from construction to destruction.
class profiler_range {
 public:
  /// @param name is copied only while a profiler is attached
  /// @param payload shown beside the name: bytes of a transfer, index of a task
  profiler_range(range_kind kind, std::string_view name, std::uint64_t payload = 0) noexcept;
  ~profiler_range();
  profiler_range(profiler_range const&)            = delete;
  profiler_range& operator=(profiler_range const&) = delete;

 private:
  bool open_ = false;
};

/// Names the calling thread for profilers and debuggers.
void name_this_thread(std::string_view name) noexcept;

}  // namespace heddle
