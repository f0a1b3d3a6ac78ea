/// @file
/// Threads that run jobs: what the engine's tasks, loops and pipelines on CPUs run on.
#pragma once

#include <heddle/run/worker.hpp>
#include <heddle/topology/machine.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
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
///
/// A thread that is bound to a CPU takes tasks from the nearest first: of its core, of a cache that
/// it shares, of its memory node, its package, elsewhere. Callers come last: where they run is not
/// known, and most work begins with them, so that all would queue up there.
///
/// Executors may be used from within each other's tasks, to any depth. Nobody waits for ever as
/// long as who waits, waits for tasks that were made after its own (as loops, groups, rows and
/// `fork_join` do): a task is only buried under tasks that were begun later, so that no circle of
/// waits can close.
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

  /// A part of another: the caller, and up to `max_parallelism - 1` threads of `lender`, which come
  /// when they have nothing to do there, and are back when this one is destroyed. So it bounds how
  /// many threads work on one run, loop or group:
  ///
  ///     executor few{e, 4};
  ///     rows.run(few);
  ///
  /// It costs some microseconds, and no task gets slower. Threads that are lent do not look for
  /// work of `lender`, even while there is none here, and idle ones of `lender` look every 16 ms
  /// whether there is something meanwhile: let it end with what it is for. `lender` must outlive
  /// it.
  ///
  /// @throw invalid_argument if `max_parallelism` is below 1
  executor(executor& lender, int max_parallelism);

  executor(executor const&)            = delete;
  executor& operator=(executor const&) = delete;

  /// Runs what is left first. Threads that have joined are sent back.
  ~executor();

  /// Threads of its own, or lent to it.
  [[nodiscard]] int num_threads() const noexcept { return num_threads_; }

  /// Those, and the caller.
  [[nodiscard]] int parallelism() const noexcept { return num_threads() + 1; }

  /// Has the calling thread run tasks until `stop` is requested and its task at the time has ended
  /// (of rows: the run that it takes part in), or the executor is destroyed. What it leaves undone,
  /// others do. Sleeps while there is nothing.
  ///
  ///     std::jthread one_more{[&e](std::stop_token stop) { e.join(stop); }};
  ///
  /// @throw invalid_argument if 256 threads have joined already
  void join(std::stop_token const& stop);

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

    friend class executor;
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

  /// Whether nobody but the calling worker is here, nor is likely to come: no thread was ever lent
  /// or has joined.
  [[nodiscard]] bool has_one_thread() const noexcept
  {
    return num_threads_ == 0 && !has_had_members_.load(std::memory_order_relaxed) &&
           present_.load(std::memory_order_relaxed) <= 1;
  }

  /// Puts a job into the queue of all, for threads that are no workers.
  void submit(detail::job& j);

 private:
  friend class detail::worker;
  friend class blocking_region;
  class membership;
  class spare_threads;

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

  // executor.cpp
  void start(std::vector<int> const& cpus);
  void start_threads(std::vector<int> const& cpus);
  void stop();
  void serve(detail::worker& me, std::stop_token const& stop);
  [[nodiscard]] bool lend(std::stop_token const& stop);
  [[nodiscard]] detail::job* take_submitted();

  // guests.cpp
  [[nodiscard]] detail::worker& claim_place();
  [[nodiscard]] detail::worker* try_to_claim_place();
  void release_place(detail::worker const& me) noexcept;
  void make_workers(std::size_t least);
  void leave(detail::worker& me) noexcept;
  void finish(detail::worker& me) noexcept;
  void give_all_away(detail::worker& me) noexcept;
  [[nodiscard]] static detail::worker* find_worker(executor const& e) noexcept;
  void serve_as_member(std::stop_token const& stop);
  void offer(executor& borrower, int threads);
  void withdraw_offers(executor const& borrower);

  // idle.cpp
  [[nodiscard]] detail::job* find_work(detail::worker& me, condition const& until);
  [[nodiscard]] detail::job* spin(detail::worker& me, condition const& until);
  [[nodiscard]] detail::job* park(detail::worker& me, condition const& until, int turn,
                                  bool& is_called);
  template <class Take>
  void visit_victims(detail::worker& me, Take take);
  [[nodiscard]] detail::job* steal(detail::worker& me);
  [[nodiscard]] detail::job* raid(detail::worker& me);
  [[nodiscard]] bool is_idle() const noexcept;
  [[nodiscard]] static detail::job* keep(detail::worker& me, detail::worker::taken_jobs const& jobs,
                                         std::uint32_t count);
  [[nodiscard]] bool has_work() const noexcept;
  void notify_sleepers() noexcept;
  void wake_waiters() noexcept;
  void wake_all() noexcept;

  static constexpr std::size_t most_places = 1024;  ///< beside those of own threads
  static constexpr int most_members        = 256;   ///< threads that have joined, or are lent

  detail::block_store blocks_{};
  std::vector<std::unique_ptr<detail::worker>> workers_{};  ///< own threads', then by place
  std::vector<std::thread> threads_{};
  std::vector<std::vector<std::vector<std::uint32_t>>> nearest_{};  ///< see victim_order.hpp
  int num_threads_  = 0;
  executor* lender_ = nullptr;

  alignas(64) std::atomic<int> hungry_{0};           ///< who has nothing to do, asleep or not
  alignas(64) std::atomic<std::uint32_t> epoch_{0};  ///< counts calls to wake up; slept on
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<int> sleeping_waiters_{0};     ///< of the sleepers, who waits for a condition
  std::atomic<int> present_{0};              ///< own threads and guests
  std::atomic<int> long_sleepers_{0};        ///< of the sleepers, who does so until called
  std::atomic<std::size_t> num_workers_{0};  ///< that have been made: the first of `workers_`
  std::atomic<bool> stop_{false};
  std::atomic<bool> has_had_members_{false};
  std::unique_ptr<std::atomic<bool>[]> is_taken_;  ///< [places]
  std::unique_ptr<spare_threads> spares_;

  std::mutex mutex_{};
  std::deque<detail::job*> submitted_{};       // guarded by mutex_
  std::atomic<std::size_t> num_submitted_{0};  ///< its size
  std::deque<executor*> offers_{};             // guarded by mutex_: who would borrow a thread
  std::atomic<std::size_t> num_offers_{0};     ///< its size
  int num_members_ = 0;                        // guarded by mutex_
  std::condition_variable member_has_left_{};
};

}  // namespace heddle
