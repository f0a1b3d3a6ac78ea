/// @file
/// Threads that run jobs: what the engine's tasks, loops and pipelines on CPUs run on.
#pragma once

#include <heddle/run/worker.hpp>
#include <heddle/topology/machine.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace heddle {

/// A set of threads, and the callers that wait for them.
///
/// Whoever waits for tasks of an executor runs tasks meanwhile, so that an executor without threads
/// of its own is one on which the caller does everything. An idle thread looks for work for some 50
/// us, then sleeps. Thread-safe. No thread of an executor may destroy it.
///
/// A thread keeps new tasks to itself, in a stack that costs no atomic operation, and shares the
/// oldest of them once another has nothing to do: at once where a task takes longer than it takes
/// to hand it over (0.3 us), else every few microseconds. (Measured: sharing each task at once
/// makes graphs of nanosecond tasks 5 to 60 times slower.)
class executor {
 public:
  /// @param threads of its own, which are bound to nothing
  /// @throw invalid_argument if there cannot be so many
  /// @throw system_error     if the system refuses a thread
  explicit executor(int threads);

  /// One thread less than the machine has CPUs, since the caller works too, but at least one; each
  /// bound to one CPU. The first CPU is the caller's.
  ///
  /// @throw system_error if the system refuses a thread
  explicit executor(machine const& m);

  executor(executor const&)            = delete;
  executor& operator=(executor const&) = delete;

  /// Runs what is left first.
  ~executor();

  /// Threads of its own.
  [[nodiscard]] int num_threads() const noexcept { return static_cast<int>(threads_.size()); }

  /// Those, and the caller.
  [[nodiscard]] int parallelism() const noexcept { return num_threads() + 1; }

  // ---- for what runs on it; users have no need of the following ----

  /// Makes the calling thread a worker for the scope's life, if it is none of this executor yet.
  /// While it is, its jobs may be on other threads; before it ends, what it waits for has ended.
  class visit {
   public:
    explicit visit(executor& e) : self_{detail::this_worker}
    {
      if (self_ == nullptr || &self_->home() != &e) [[unlikely]]
        enter(e);
    }
    visit(visit const&)            = delete;
    visit& operator=(visit const&) = delete;
    ~visit()
    {
      if (is_new_) [[unlikely]]
        leave();
    }

    [[nodiscard]] detail::worker& self() const noexcept { return *self_; }

   private:
    void enter(executor& e);
    void leave() noexcept;
    [[nodiscard]] static detail::worker* find_outer(executor const& e) noexcept;

    static thread_local visit const* innermost_;

    detail::worker* self_;
    detail::worker* before_ = nullptr;
    visit const* outer_     = nullptr;
    bool is_new_            = false;  ///< the thread was another worker before, or none
    bool is_guest_          = false;  ///< took a place
  };

  /// Runs jobs on the calling thread, which is `me`, until `done()`. Whoever makes that true calls
  /// `notify_waiters` after.
  template <class Done>
  void work_until(detail::worker& me, Done const& done)
  {
    condition const until{&done, [](void const* d) { return (*static_cast<Done const*>(d))(); }};
    while (!done()) {
      if (auto* const next = own_work(me)) {
        me.run(*next);
      } else if (auto* const found = find_work(me, until)) {
        me.run(*found);
      }
    }
  }

  /// Wakes those who wait for something that the calling thread has just made true (release).
  void notify_waiters() noexcept
  {
    detail::light_fence();
    if (sleeping_waiters_.load(std::memory_order_relaxed) > 0) [[unlikely]]
      wake_waiters();
  }

  /// Puts a job into the queue of all, for threads that are no workers.
  void submit(detail::job& j);

 private:
  friend class detail::worker;

  struct condition {
    void const* state;
    bool (*holds)(void const*);
    bool is_end_of_service = false;  ///< of which threads are told in another way
    [[nodiscard]] bool operator()() const { return holds(state); }
  };

  [[nodiscard]] static detail::job* own_work(detail::worker& me)
  {
    me.open();
    auto* const next = me.pop();
    me.share();
    me.close();
    return next;
  }

  void start(std::vector<int> const& cpus);
  void start_threads(std::vector<int> const& cpus);
  void stop();
  void serve(detail::worker& me);
  [[nodiscard]] detail::worker& claim_guest();
  void count_workers(std::size_t least) noexcept;
  void leave(detail::worker& me) noexcept;

  [[nodiscard]] detail::job* find_work(detail::worker& me, condition const& until);
  [[nodiscard]] detail::job* spin(detail::worker& me, condition const& until);
  [[nodiscard]] detail::job* park(detail::worker& me, condition const& until, int turn);
  [[nodiscard]] detail::job* steal(detail::worker& me);
  [[nodiscard]] detail::job* raid(detail::worker& me);
  [[nodiscard]] bool is_idle() const noexcept;
  [[nodiscard]] detail::job* take_submitted();
  [[nodiscard]] static detail::job* keep(detail::worker& me, detail::worker::taken_jobs const& jobs,
                                         std::uint32_t count);
  [[nodiscard]] bool has_work() const noexcept;
  void notify_sleepers() noexcept;
  void wake_waiters() noexcept;

  static constexpr std::size_t most_guests = 32;

  detail::block_store blocks_{};
  std::vector<std::unique_ptr<detail::worker>> workers_{};  ///< own threads', then of guests
  std::vector<std::thread> threads_{};

  alignas(64) std::atomic<int> hungry_{0};           ///< who has nothing to do, asleep or not
  alignas(64) std::atomic<std::uint32_t> epoch_{0};  ///< counts calls to wake up; slept on
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<int> sleeping_waiters_{0};     ///< of the sleepers, who waits for a condition
  std::atomic<int> present_{0};              ///< own threads and guests
  std::atomic<std::size_t> num_workers_{0};  ///< that have ever been used: the first of `workers_`
  std::atomic<bool> stop_{false};
  std::unique_ptr<std::atomic<bool>[]> is_taken_;  ///< [guests]

  std::mutex mutex_{};
  std::vector<detail::job*> submitted_{};      // guarded by mutex_
  std::atomic<std::size_t> num_submitted_{0};  ///< its size
};

}  // namespace heddle
