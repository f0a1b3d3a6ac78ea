/// @file
/// The queues of one thread that runs jobs. Part of the executor; users have no need of it.
#pragma once

#include <heddle/run/block_pool.hpp>
#include <heddle/run/fences.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace heddle {
class blocking_region;
class executor;
}  // namespace heddle

namespace heddle::detail {

class worker;
struct job;

/// Runs jobs of one kind. `run` is called once for each job and returns another that is to be run
/// next, or null: so chains of jobs take no stack.
struct job_runner {
  job* (*run)(job&, worker&);
};

/// A piece of work, as the queues see it. Whoever makes it owns it.
struct job {
  job_runner const* runner;
};

/// Two queues of jobs, the newest in a stack that the owner alone uses, and the oldest in a ring
/// that others may take from. Jobs go from the stack to the ring only when somebody has nothing to
/// do and it is worth the price, so that a thread on its own pays for no atomic operation.
///
/// Invariants.
/// - The owner touches the stack between `open` and `close` alone. A thread in need may take from
///   the stack of an owner who is not between them, for instance inside a long body: it raises
///   `raid_`, and after a heavy fence reads `is_open_`; the owner sets `is_open_`, and after a
///   light fence reads `raid_`. One of them sees the other: the raider gives up, or the owner
///   waits.
/// - The ring holds jobs [taken_, shared_), modulo its size. The owner alone raises `shared_`,
/// after
///   it has written the jobs (release); takers raise `taken_` by compare-and-swap after reading
///   them, and their acquire of `shared_` makes the jobs' content visible.
/// - `num_shared_` counts every time that a job left the stack for another thread, and is read and
///   written between `open` and `close`, or by a raider in their place.
class alignas(128) worker {
 public:
  worker(executor& owner, int id);
  worker(worker const&)            = delete;
  worker& operator=(worker const&) = delete;

  [[nodiscard]] executor& home() const noexcept { return home_; }
  [[nodiscard]] int id() const noexcept { return id_; }

  // ---- by the owner ----

  void open() noexcept
  {
    is_open_.store(true, std::memory_order_relaxed);
    light_fence();
    if (raid_.load(std::memory_order_acquire)) [[unlikely]]
      wait_for_raid();
  }
  void close() noexcept { is_open_.store(false, std::memory_order_release); }

  /// The following four between `open` and `close`. A process that has no memory left for this
  /// array of pointers ends: a job that was promised to somebody must not be lost.
  void push(job& j) noexcept
  {
    if (top_ == limit_) [[unlikely]]
      grow();
    *top_++ = &j;
  }

  /// The newest job of the stack, else the oldest of the ring; null if there is none.
  [[nodiscard]] job* pop() noexcept
  {
    if (top_ != base_) [[likely]]
      return *--top_;
    return pop_shared();
  }

  /// Takes `j` back if it is the newest.
  [[nodiscard]] bool pop_if(job const& j) noexcept
  {
    if (top_ == base_ || top_[-1] != &j) return false;
    --top_;
    return true;
  }

  /// Lets others have some of the jobs if they have none. To be called often.
  void share() noexcept
  {
    if (top_ != base_ && is_wanted()) [[unlikely]]
      share_some();
  }

  /// Whether another thread has nothing to do.
  [[nodiscard]] bool is_wanted() const noexcept
  {
    return hungry_.load(std::memory_order_relaxed) > 0;
  }

  /// Puts a job where others find it at once.
  void give(job& j) noexcept;

  [[nodiscard]] std::uint64_t num_shared() const noexcept { return num_shared_; }

  /// When the last loop of this thread ended, in ticks of the clock.
  [[nodiscard]] std::uint64_t loop_ended_at() const noexcept { return loop_ended_at_; }
  void set_loop_ended_at(std::uint64_t ticks) noexcept { loop_ended_at_ = ticks; }

  /// Puts one job on the stack.
  void add(job& j) noexcept
  {
    open();
    push(j);
    share();
    close();
  }

  /// The same; if more than `most` wait there then, takes the newest off, to be run by the caller.
  [[nodiscard]] job* add_up_to(std::ptrdiff_t most, job& j) noexcept
  {
    open();
    push(j);
    share();
    auto* const newest = top_ - base_ > most ? *--top_ : nullptr;
    close();
    return newest;
  }

  /// Runs a job and those that it leads to.
  void run(job& first)
  {
    for (job* j = &first; j != nullptr;) j = j->runner->run(*j, *this);
  }

  /// Memory for small jobs, which another worker may free.
  [[nodiscard]] block_pool& blocks() noexcept { return blocks_; }

  // ---- by any thread ----

  [[nodiscard]] bool has_shared_jobs() const noexcept
  {
    return shared_.load(std::memory_order_relaxed) != taken_.load(std::memory_order_relaxed);
  }

  static constexpr std::uint32_t most_taken = 64;
  using taken_jobs                          = std::array<job*, most_taken>;

  /// Takes half of the shared jobs, oldest first and at most `most`; how many.
  std::uint32_t take(taken_jobs& jobs, std::uint32_t most) noexcept;

  /// Takes half of the stack of an owner who does not look; how many. The heavy fence lies between
  /// the two; `begin_raid` says whether there is anything to end.
  [[nodiscard]] bool begin_raid() noexcept;
  std::uint32_t end_raid(taken_jobs& jobs) noexcept;

 private:
  friend class heddle::blocking_region;
  friend class heddle::executor;

  [[nodiscard]] std::uint32_t next_random() noexcept
  {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return random_;
  }
  void grow();
  void wait_for_raid() const noexcept;
  void share_some() noexcept;
  [[nodiscard]] bool is_worth_sharing() noexcept;
  void put_into_ring(std::size_t count) noexcept;
  [[nodiscard]] job* pop_shared() noexcept;

  static constexpr std::uint32_t ring_size = 1024;

  // Of the owner.
  job** top_   = nullptr;  ///< behind the newest job
  job** base_  = nullptr;  ///< the oldest job
  job** limit_ = nullptr;
  std::atomic<int> const& hungry_;  ///< how many threads of the executor have nothing to do
  std::atomic<bool> is_open_{false};
  std::uint32_t tick_            = 0;
  std::uint32_t look_every_      = 0;  ///< a power of two, less one
  std::uint64_t looked_at_       = 0;  ///< in ticks of the clock, as the next
  std::uint64_t shared_at_       = 0;
  std::uint64_t num_shared_      = 0;
  std::uint64_t loop_ended_at_   = 0;
  std::unique_ptr<job*[]> stack_ = nullptr;
  executor& home_;
  block_pool blocks_;
  int id_;
  bool is_blocked_ = false;  ///< in a blocking region
  std::uint32_t random_;

  // Of everyone.
  alignas(64) std::atomic<bool> raid_{false};
  alignas(64) std::atomic<std::uint32_t> taken_{0};
  alignas(64) std::atomic<std::uint32_t> shared_{0};
  std::unique_ptr<std::atomic<job*>[]> ring_;
};

/// The worker that the calling thread is at the moment; null if it is none.
extern constinit thread_local worker* this_worker;

}  // namespace heddle::detail
