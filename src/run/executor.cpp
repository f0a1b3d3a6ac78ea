#include <heddle/run/executor.hpp>

#include "src/run/affinity.hpp"
#include "src/run/cycle_clock.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <system_error>
#include <utility>

namespace heddle {
namespace {

using detail::heavy_fence;
using detail::job;
using detail::light_fence;
using detail::this_worker;
using detail::worker;

/// How long a thread looks for work before it sleeps.
constexpr double spin_seconds = 30e-6;

// Who sleeps: threads that want work, and among them those that also wait for a condition.
constexpr std::uint32_t for_work = 1, for_condition = 2;

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

/// Sleeps while the word has this value; without end if `limit` is null.
void sleep_on(std::atomic<std::uint32_t>& word, std::uint32_t value, timespec const* limit,
              std::uint32_t who) noexcept
{
  timespec until{};
  if (limit != nullptr) {  // this kind of wait wants a moment, not a span
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += limit->tv_nsec;
    if (until.tv_nsec >= 1'000'000'000) {
      until.tv_nsec -= 1'000'000'000;
      ++until.tv_sec;
    }
  }
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value, limit != nullptr ? &until : nullptr,
          nullptr, who);
}

void wake(std::atomic<std::uint32_t>& word, int count, std::uint32_t who) noexcept
{
  word.fetch_add(1, std::memory_order_release);
  syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, count, nullptr, nullptr, who);
}

std::vector<int> cpus_of(machine const& m)
{
  std::vector<int> cpus;
  for (auto const& r : m.resources) {
    if (r.kind == resource_kind::cpu) cpus.push_back(r.os_index);
  }
  if (cpus.size() > 1) cpus.erase(cpus.begin());
  return cpus;
}

}  // namespace

executor::executor(int threads)
{
  constexpr int most = 4096;
  if (threads < 0 || threads > most) {
    throw invalid_argument{
      fmt::format("executor: {} threads, where 0 to {} are possible", threads, most)};
  }
  start(std::vector<int>(static_cast<std::size_t>(threads), -1));
}

executor::executor(machine const& m)
{
  start(cpus_of(m));
}

void executor::start(std::vector<int> const& cpus)
{
  for (std::size_t w = 0; w < cpus.size() + most_guests; ++w) {
    workers_.push_back(std::make_unique<worker>(*this, static_cast<int>(w)));
  }
  is_taken_ = std::make_unique<std::atomic<bool>[]>(most_guests);
  present_.store(static_cast<int>(cpus.size()), std::memory_order_relaxed);
  num_workers_.store(cpus.size(), std::memory_order_relaxed);
  try {
    start_threads(cpus);
  } catch (std::system_error const& e) {
    auto const made = threads_.size();
    stop();
    throw system_error{fmt::format("executor: thread {} of {} could not be made: {}; ask for fewer",
                                   made + 1, cpus.size(), e.what())};
  }
}

void executor::start_threads(std::vector<int> const& cpus)
{
  threads_.reserve(cpus.size());
  for (std::size_t t = 0; t < cpus.size(); ++t) {
    threads_.emplace_back([this, &me = *workers_[t], cpu = cpus[t]] {
      bind_this_thread(cpu);
      this_worker = &me;
      serve(me);
    });
  }
}

executor::~executor()
{
  stop();
}

void executor::stop()
{
  stop_.store(true, std::memory_order_release);
  wake(epoch_, INT_MAX, for_work | for_condition);
  {
    visit const here{*this};
    serve(here.self());
  }
  for (auto& thread : threads_) thread.join();
}

/// Once told to stop, ends when it finds no job any more: what a job adds is on its own queues.
void executor::serve(worker& me)
{
  condition const until{
    this,
    [](void const* e) {
      return static_cast<executor const*>(e)->stop_.load(std::memory_order_acquire);
    },
    true};
  for (;;) {
    auto* next = own_work(me);
    if (next == nullptr) next = find_work(me, until);
    if (next == nullptr) return;
    me.run(*next);
  }
}

// ---- guests ----

constinit thread_local executor::visit const* executor::visit::innermost_ = nullptr;

/// A thread that visits executors from within each other's tasks takes one place in each.
void executor::visit::enter(executor& e)
{
  before_   = self_;
  self_     = find_outer(e);
  is_guest_ = self_ == nullptr;
  if (is_guest_) self_ = &e.claim_guest();
  is_new_     = true;
  outer_      = std::exchange(innermost_, this);
  this_worker = self_;
}

worker* executor::visit::find_outer(executor const& e) noexcept
{
  for (auto const* v = innermost_; v != nullptr; v = v->outer_) {
    for (auto* const w : {v->self_, v->before_}) {
      if (w != nullptr && &w->home() == &e) return w;
    }
  }
  return nullptr;
}

void executor::visit::leave() noexcept
{
  if (is_guest_) self_->home().leave(*self_);
  this_worker = before_;
  innermost_  = outer_;
}

worker& executor::claim_guest()
{
  for (;;) {
    for (std::size_t g = 0; g < most_guests; ++g) {
      if (is_taken_[g].load(std::memory_order_relaxed)) continue;
      if (is_taken_[g].exchange(true, std::memory_order_acquire)) continue;
      present_.fetch_add(1, std::memory_order_relaxed);
      auto const at = threads_.size() + g;
      if (num_workers_.load(std::memory_order_relaxed) <= at) count_workers(at + 1);
      return *workers_[at];
    }
    std::this_thread::yield();  // more callers at once than there are places for
  }
}

/// To at least this many.
void executor::count_workers(std::size_t least) noexcept
{
  auto now = num_workers_.load(std::memory_order_relaxed);
  while (now < least &&
         !num_workers_.compare_exchange_weak(now, least, std::memory_order_relaxed)) {
  }
}

/// What is on the guest's stack goes to others, who may all be asleep.
void executor::leave(worker& me) noexcept
{
  me.open();
  while (me.top_ != me.base_) {
    auto const in_ring =
      me.shared_.load(std::memory_order_relaxed) - me.taken_.load(std::memory_order_acquire);
    auto const count = std::min<std::size_t>(static_cast<std::size_t>(me.top_ - me.base_),
                                             worker::ring_size - in_ring);
    if (count > 0) {
      me.put_into_ring(count);
      continue;
    }
    auto* const j = me.pop();
    me.close();
    me.run(*j);
    me.open();
  }
  me.close();
  if (me.has_shared_jobs()) notify_sleepers();
  present_.fetch_sub(1, std::memory_order_relaxed);
  is_taken_[static_cast<std::size_t>(me.id()) - threads_.size()].store(false,
                                                                       std::memory_order_release);
}

void executor::submit(job& j)
{
  {
    std::lock_guard const lock{mutex_};
    submitted_.push_back(&j);
    num_submitted_.store(submitted_.size(), std::memory_order_relaxed);
  }
  notify_sleepers();
}

job* executor::take_submitted()
{
  if (num_submitted_.load(std::memory_order_relaxed) == 0) return nullptr;
  std::lock_guard const lock{mutex_};
  if (submitted_.empty()) return nullptr;
  auto* const j = submitted_.front();
  submitted_.erase(submitted_.begin());
  num_submitted_.store(submitted_.size(), std::memory_order_relaxed);
  return j;
}

// ---- threads that have nothing to do ----

/// @return a job, or null once `until` holds
job* executor::find_work(worker& me, condition const& until)
{
  if (auto* const j = steal(me)) return j;
  hungry_.fetch_add(1, std::memory_order_relaxed);
  job* j = nullptr;
  for (int turn = 0; j == nullptr && !until(); ++turn) {
    j = spin(me, until);
    if (j == nullptr && !until()) j = park(me, until, turn);
  }
  hungry_.fetch_sub(1, std::memory_order_relaxed);
  if (has_work()) notify_sleepers();  // one is woken for any number of jobs: pass it on
  return j;
}

job* executor::spin(worker& me, condition const& until)
{
  static auto const span = static_cast<std::uint64_t>(spin_seconds * clock_ticks_per_second());
  auto const begin       = clock_ticks();
  do {
    if (auto* const j = steal(me)) return j;
    if (until()) return nullptr;
    pause_thread();
  } while (clock_ticks() - begin < span);
  return nullptr;
}

job* executor::steal(worker& me)
{
  worker::taken_jobs jobs;
  auto const n = static_cast<std::uint32_t>(num_workers_.load(std::memory_order_relaxed));
  me.random_ ^= me.random_ << 13;
  me.random_ ^= me.random_ >> 17;
  me.random_ ^= me.random_ << 5;
  auto victim = me.random_ % n;
  for (std::uint32_t i = 0; i < n; ++i, victim = victim + 1 == n ? 0 : victim + 1) {
    auto& from = *workers_[victim];
    if (&from == &me || !from.has_shared_jobs()) continue;
    if (auto const count = from.take(jobs, worker::most_taken); count > 0) {
      return keep(me, jobs, count);
    }
  }
  return take_submitted();
}

/// Keeps all but the oldest, which is to be run next.
job* executor::keep(worker& me, worker::taken_jobs const& jobs, std::uint32_t count)
{
  if (count > 1) {
    me.open();
    for (auto i = count - 1; i > 0; --i) me.push(*jobs[i]);
    me.close();
  }
  return jobs[0];
}

/// Sleeps until woken. Whoever shares jobs or makes a condition true looks at the counters of
/// sleepers after a light fence; the heavy one here makes sure that either they see this sleeper,
/// or it sees what they did.
///
/// While others work, it sleeps for short spans only: there may be jobs on the stack of a thread
/// that is inside of a long body.
job* executor::park(worker& me, condition const& until, int turn)
{
  constexpr long first_nanoseconds = 500'000, most_doublings = 5;
  auto const now  = epoch_.load(std::memory_order_acquire);
  int const waits = until.is_end_of_service ? 0 : 1;
  sleepers_.fetch_add(1, std::memory_order_relaxed);
  sleeping_waiters_.fetch_add(waits, std::memory_order_relaxed);
  auto* const j = raid(me);
  if (j == nullptr && !has_work() && !until()) {
    timespec const span{0, first_nanoseconds << std::min<long>(turn, most_doublings)};
    sleep_on(epoch_, now, is_idle() ? nullptr : &span,
             waits != 0 ? for_work | for_condition : for_work);
  }
  sleeping_waiters_.fetch_sub(waits, std::memory_order_relaxed);
  sleepers_.fetch_sub(1, std::memory_order_relaxed);
  return j;
}

/// Whether nobody works, so that nobody's stack holds anything.
bool executor::is_idle() const noexcept
{
  return hungry_.load(std::memory_order_relaxed) >= present_.load(std::memory_order_relaxed);
}

/// Takes jobs from the stacks of threads that are inside of long bodies. The heavy fence is also
/// that of `park`. All raids are ended before the own stack is opened, for two threads may raid
/// each other.
job* executor::raid(worker& me)
{
  std::vector<worker*> begun;
  auto const n = is_idle() ? 0 : num_workers_.load(std::memory_order_relaxed);
  for (std::size_t w = 0; w < n; ++w) {
    auto& each = *workers_[w];
    if (&each != &me && each.begin_raid()) begun.push_back(&each);
  }
  heavy_fence();
  worker::taken_jobs jobs;
  std::uint32_t count = 0;
  for (auto* const each : begun) {
    if (count > 0) {
      each->raid_.store(false, std::memory_order_release);
    } else {
      count = each->end_raid(jobs);
    }
  }
  return count > 0 ? keep(me, jobs, count) : nullptr;
}

bool executor::has_work() const noexcept
{
  if (num_submitted_.load(std::memory_order_relaxed) > 0) return true;
  auto const n = num_workers_.load(std::memory_order_relaxed);
  return std::any_of(workers_.begin(), workers_.begin() + static_cast<std::ptrdiff_t>(n),
                     [](auto const& each) { return each->has_shared_jobs(); });
}

/// After jobs were put where all can take them.
void executor::notify_sleepers() noexcept
{
  light_fence();
  if (sleepers_.load(std::memory_order_relaxed) > 0) wake(epoch_, 1, for_work);
}

void executor::wake_waiters() noexcept
{
  wake(epoch_, INT_MAX, for_condition);
}

}  // namespace heddle
