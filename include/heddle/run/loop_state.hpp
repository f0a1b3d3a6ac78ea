/// @file
/// What the parts of one loop share. Users have no need of it.
#pragma once

#include <heddle/base/stage_team.hpp>
#include <heddle/run/executor.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>

namespace heddle::detail {

/// On the stack of the caller.
class loop_state {
 public:
  /// @param worth_sharing ticks of the clock that indices take at least which another thread gets
  explicit loop_state(loop_options const& options, double worth_sharing = 0) noexcept
    : options_{options}, worth_sharing_{worth_sharing}
  {
  }

  [[nodiscard]] loop_options const& options() const noexcept { return options_; }
  [[nodiscard]] double worth_sharing() const noexcept { return worth_sharing_; }
  [[nodiscard]] bool is_stopped() const noexcept
  {
    return is_stopped_.load(std::memory_order_relaxed);
  }

  /// Whether one more part may be made; counts it.
  [[nodiscard]] bool add_part() noexcept;
  /// One that nobody has begun.
  void take_part_back() noexcept { parts_.fetch_sub(1, std::memory_order_relaxed); }
  /// A part other than the first has ended: its last access to the state.
  void end_part(executor& home) noexcept
  {
    parts_.fetch_sub(1, std::memory_order_acq_rel);
    home.notify_waiters();
  }
  [[nodiscard]] bool has_one_part() const noexcept
  {
    return parts_.load(std::memory_order_acquire) == 1;
  }

  void fail() noexcept;
  void rethrow() const
  {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  loop_options const& options_;
  double worth_sharing_;
  alignas(64) std::atomic<std::size_t> parts_{1};
  std::atomic<bool> is_stopped_{false};
  std::mutex mutex_{};
  std::exception_ptr error_{};  // guarded by mutex_ until there is one part
};

}  // namespace heddle::detail
