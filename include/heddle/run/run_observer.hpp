/// @file
/// Who is told of each task of a run.
#pragma once

#include <heddle/workflow/task_ref.hpp>

#include <cstdint>

namespace heddle {

/// When a task began or ended, and where.
struct task_moment {
  task_ref task;
  int worker;           ///< of the executor; one thread each
  std::uint64_t ticks;  ///< of the processor's clock; see `run_observer::ticks_per_second`
};

/// Told of the begin and the end of each task's body, by the thread that runs it.
///
/// Calls of one worker are ordered, and nest: a body that waits may have its thread run others.
/// Calls of two workers may come at once. A run without an observer pays nothing for there being
/// such; one with it reads the clock twice a task. Tasks that are left out are not told of. An
/// observer serves runs of one executor at a time, for workers are numbered by executor.
class run_observer {
 public:
  virtual ~run_observer() = default;

  virtual void begin_task(task_moment const& at) noexcept = 0;

  /// @param is_done whether the body returned; else it threw
  virtual void end_task(task_moment const& at, bool is_done) noexcept = 0;

  /// Measured once.
  [[nodiscard]] static double ticks_per_second();
};

}  // namespace heddle
