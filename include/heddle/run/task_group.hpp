/// @file
/// Tasks that are added while others run, and waited for together.
#pragma once

#include <heddle/run/executor.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <utility>

namespace heddle {

/// Any number of tasks, which may add more. The thread that made the group waits for it; while it
/// exists, that thread is a worker of the executor.
///
///     task_group group{e};
///     for (auto& file : files) group.add([&file] { compress(file); });
///     group.wait();
///
/// `add` may be called by the thread that made the group and by its tasks.
class task_group {
 public:
  explicit task_group(executor& e) : here_{e} {}
  task_group(task_group const&)            = delete;
  task_group& operator=(task_group const&) = delete;

  /// Waits; exceptions of tasks are lost.
  ~task_group() { wait_for_end(); }

  /// Runs `body()` some time, on some thread. While a thousand tasks of the calling thread wait, it
  /// runs the newest of them here, so that any number of tasks fits into the cache: hold no lock
  /// that tasks take.
  template <std::invocable F>
  void add(F body)
  {
    executor::visit const here{here_.self().home()};  // the caller may be a worker of another
    auto& me      = here.self();
    auto* const j = group_job<F>::make(me, *this, std::move(body));
    count(me, 1);
    if (auto* const newest = me.add_up_to(most_waiting, *j)) me.run(*newest);
  }

  /// Runs tasks until those of the group have ended.
  ///
  /// @throw the first exception of a task; tasks that have not started by then are still run
  void wait()
  {
    wait_for_end();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  template <class F>
  struct group_job : detail::job {
    group_job(task_group& g, F f) : detail::job{&runner_of_these}, group{g}, body{std::move(f)} {}

    /// In a block of the worker's pool, if it fits.
    static group_job* make(detail::worker& me, task_group& g, F f)
    {
      if constexpr (fits_block) {
        return ::new (me.blocks().allocate()) group_job{g, std::move(f)};
      } else {
        return new group_job{g, std::move(f)};
      }
    }

    void destroy(detail::worker& me)
    {
      if constexpr (fits_block) {
        this->~group_job();
        me.blocks().free(this);
      } else {
        delete this;
      }
    }

    static detail::job* run_one(detail::job& j, detail::worker& me)
    {
      auto& self  = static_cast<group_job&>(j);
      auto& group = self.group;
      try {
        self.body();
      } catch (...) {
        group.fail();
      }
      self.destroy(me);
      group.count(me, -1);
      return nullptr;
    }
    static constexpr detail::job_runner runner_of_these{&run_one};

    static constexpr bool fits_block =
      sizeof(detail::job) + sizeof(task_group*) + sizeof(F) <= detail::block_bytes &&
      alignof(F) <= alignof(void*);

    task_group& group;
    F body;
  };

  /// How many have not ended is the sum of two: what the owner counted, without atomic operations,
  /// and what others did. A task counts those it adds before it counts its own end, so that the sum
  /// never shows less than there are. The owner of the group may destroy it once the sum is 0.
  void count(detail::worker& me, std::int64_t change) noexcept
  {
    if (&me == &here_.self()) {
      by_owner_ += change;
    } else {
      auto& home = me.home();
      by_others_.fetch_add(change, std::memory_order_release);
      if (change < 0) home.notify_waiters();
    }
  }

  void wait_for_end()
  {
    here_.self().home().work_until(
      here_.self(), [this] { return by_owner_ + by_others_.load(std::memory_order_acquire) == 0; });
  }

  void fail() noexcept
  {
    std::lock_guard const lock{mutex_};
    if (!error_) error_ = std::current_exception();
  }

  static constexpr std::ptrdiff_t most_waiting = 1000;

  executor::visit here_;
  std::int64_t by_owner_ = 0;
  alignas(64) std::atomic<std::int64_t> by_others_{0};
  std::mutex mutex_{};
  std::exception_ptr error_{};  // guarded by mutex_ while tasks run
};

}  // namespace heddle
