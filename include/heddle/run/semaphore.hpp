/// @file
/// Limited resources that tasks hold while they run.
#pragma once

#include <heddle/run/worker.hpp>

#include <cstddef>
#include <mutex>

namespace heddle {

/// So many units of something that tasks share: places in a memory, connections, licences.
///
/// A task that cannot have its units does not start, and keeps no thread: it waits in line, and
/// whoever releases enough units hands them to the first in line and puts it to work again. Nobody
/// overtakes, so that a task that wants many units is not left waiting. A body that holds units
/// must not wait on an executor (loops, `fork_join`, groups, runs): its thread would run other
/// tasks meanwhile, which may wait for those units. One semaphore may serve any number of rows,
/// runs and executors; it must outlive their runs. Thread-safe.
///
///     semaphore disk{2};
///     for (auto const task : readers) rows.hold(task, disk);  // at most two of them at once
class semaphore {
 public:
  /// @throw invalid_argument if there is no unit
  explicit semaphore(std::size_t units);
  semaphore(semaphore const&)            = delete;
  semaphore& operator=(semaphore const&) = delete;

  [[nodiscard]] std::size_t num_units() const noexcept { return num_units_; }

  // ---- for what runs tasks; users have no need of the following ----

  /// A job that waits in line.
  struct waiter {
    detail::job* waiting;  ///< put to work by whoever hands it the units
    executor* home;        ///< where
    std::size_t units;
    waiter* next = nullptr;
  };

  [[nodiscard]] bool try_acquire(std::size_t units) noexcept;

  /// @return whether it has the units; else `w` is in line, and may already be out of it again
  [[nodiscard]] bool acquire_or_wait(waiter& w) noexcept;

  /// By a job that was put to work, before anything else: waits until who did so is ready with it,
  /// for afterwards the executor may be gone.
  void end_wait() noexcept { std::lock_guard const lock{mutex_}; }

  void release(std::size_t units, detail::worker& me) noexcept;

 private:
  [[nodiscard]] bool has(std::size_t units) const noexcept
  {
    return first_ == nullptr && units <= num_free_;
  }
  [[nodiscard]] waiter* take_served() noexcept;

  std::size_t const num_units_;
  std::mutex mutex_{};
  std::size_t num_free_;     // guarded by mutex_, as the next
  waiter* first_ = nullptr;  ///< in line
  waiter** last_ = &first_;  ///< where the next goes
};

}  // namespace heddle
