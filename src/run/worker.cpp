#include <heddle/run/worker.hpp>

#include "src/run/cycle_clock.hpp"

#include <heddle/run/executor.hpp>

#include <algorithm>

namespace heddle::detail {
namespace {

/// Handing a job over costs two cache misses on either side. Shorter ones are shared now and then,
/// so that the cost is spread over many.
constexpr double worth_sharing_seconds = 0.3e-6;
constexpr double share_every_seconds   = 3e-6;

/// Shorter ones are not looked at each time, for the clock takes some 10 ns.
constexpr double short_seconds      = 0.1e-6;
constexpr std::uint32_t look_rarely = 15;

struct limits {
  std::uint64_t worth_sharing, share_every, is_short;
};

limits const& limits_in_ticks()
{
  static limits const all = [] {
    auto const ticks = [rate = clock_ticks_per_second()](double seconds) {
      return static_cast<std::uint64_t>(seconds * rate);
    };
    return limits{ticks(worth_sharing_seconds), ticks(share_every_seconds), ticks(short_seconds)};
  }();
  return all;
}

}  // namespace

constinit thread_local worker* this_worker = nullptr;

worker::worker(executor& owner, int id)
  : hungry_{owner.hungry_},
    home_{owner},
    blocks_{owner.blocks_},
    id_{id},
    random_{static_cast<std::uint32_t>(id) * 2654435769U + 1},
    ring_{std::make_unique<std::atomic<job*>[]>(ring_size)}
{
  static_cast<void>(limits_in_ticks());
  constexpr std::size_t size = 1024;
  stack_                     = std::make_unique<job*[]>(size);
  top_ = base_ = stack_.get();
  limit_       = top_ + size;
}

// ---- the stack ----

/// Moves the jobs to the front; into a larger array if they fill more than half of it.
void worker::grow()
{
  auto const used = static_cast<std::size_t>(top_ - base_);
  auto const size = static_cast<std::size_t>(limit_ - stack_.get());
  if (used > size / 2) {
    auto larger = std::make_unique<job*[]>(2 * size);
    std::copy(base_, top_, larger.get());
    stack_ = std::move(larger);
    limit_ = stack_.get() + 2 * size;
  } else {
    std::copy(base_, top_, stack_.get());
  }
  base_ = stack_.get();
  top_  = base_ + used;
}

void worker::wait_for_raid() const noexcept
{
  while (raid_.load(std::memory_order_acquire)) pause_thread();
}

bool worker::begin_raid() noexcept
{
  return !raid_.exchange(true, std::memory_order_acq_rel);
}

std::uint32_t worker::end_raid(taken_jobs& jobs) noexcept
{
  std::uint32_t count = 0;
  if (!is_open_.load(std::memory_order_acquire)) {
    count =
      static_cast<std::uint32_t>(std::min<std::ptrdiff_t>((top_ - base_ + 1) / 2, most_taken));
    std::copy(base_, base_ + count, jobs.begin());
    base_ += count;
    num_shared_ += count;
  }
  raid_.store(false, std::memory_order_release);
  return count;
}

// ---- sharing ----

/// Looks at the clock, and at what a job has taken since the last look.
bool worker::is_worth_sharing() noexcept
{
  if ((++tick_ & look_every_) != 0) return false;
  auto const& limit = limits_in_ticks();
  auto const now    = clock_ticks();
  auto const grain  = (now - looked_at_) / (look_every_ + 1);
  looked_at_        = now;
  look_every_       = grain < limit.is_short ? look_rarely : 0;
  if (grain < limit.worth_sharing && now - shared_at_ < limit.share_every) return false;
  shared_at_ = now;
  return true;
}

void worker::share_some() noexcept
{
  if (!is_worth_sharing()) return;
  auto const in_ring =
    shared_.load(std::memory_order_relaxed) - taken_.load(std::memory_order_acquire);
  if (in_ring >= ring_size / 2) return;
  put_into_ring(
    std::min<std::size_t>(static_cast<std::size_t>(top_ - base_ + 1) / 2, ring_size / 2));
  home_.notify_sleepers();
}

/// If there is no room, there is enough for others to do.
void worker::give(job& j) noexcept
{
  open();
  push(j);
  if (shared_.load(std::memory_order_relaxed) - taken_.load(std::memory_order_acquire) <
      ring_size / 2) {
    put_into_ring(std::min<std::size_t>(static_cast<std::size_t>(top_ - base_), ring_size / 2));
    home_.notify_sleepers();
  }
  close();
}

/// The oldest; there must be room.
void worker::put_into_ring(std::size_t count) noexcept
{
  auto at = shared_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < count; ++i, ++at) {
    ring_[at % ring_size].store(*base_++, std::memory_order_relaxed);
  }
  if (base_ == top_) base_ = top_ = stack_.get();
  ++num_shared_;
  shared_.store(at, std::memory_order_release);
}

std::uint32_t worker::take(taken_jobs& jobs, std::uint32_t most) noexcept
{
  auto first = taken_.load(std::memory_order_acquire);
  for (;;) {
    auto const end   = shared_.load(std::memory_order_acquire);
    auto const there = static_cast<std::int32_t>(end - first);
    if (there <= 0) return 0;
    auto const count = std::min(static_cast<std::uint32_t>(there + 1) / 2, most);
    for (std::uint32_t i = 0; i < count; ++i) {
      jobs[i] = ring_[(first + i) % ring_size].load(std::memory_order_relaxed);
    }
    if (taken_.compare_exchange_weak(first, first + count, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
      return count;
    }
  }
}

job* worker::pop_shared() noexcept
{
  constexpr std::uint32_t at_once = 8;
  if (!has_shared_jobs()) return nullptr;
  taken_jobs jobs;
  auto const count = take(jobs, at_once);
  if (count == 0) return nullptr;
  for (auto i = count - 1; i > 0; --i) push(*jobs[i]);
  return jobs[0];
}

}  // namespace heddle::detail
