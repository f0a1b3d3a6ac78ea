/// What a thread does that has nothing to do: looks around, raids, sleeps; and who wakes it.
#include <heddle/run/executor.hpp>

#include "src/run/cycle_clock.hpp"
#include "src/run/sleep_word.hpp"
#include "src/run/spare_threads.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <span>

namespace heddle {
namespace {

using detail::for_condition;
using detail::for_work;
using detail::heavy_fence;
using detail::job;
using detail::light_fence;
using detail::sleep_on;
using detail::wake;
using detail::worker;

/// How long a thread looks for work before it sleeps.
constexpr double spin_seconds = 30e-6;

/// Calls `take(i)` for i = start, start + 1, ... modulo `count` until one gives true.
template <class Take>
bool any_from(std::uint32_t start, std::uint32_t count, Take take)
{
  auto at = count > 1 ? start % count : 0;
  for (std::uint32_t i = 0; i < count; ++i, at = at + 1 == count ? 0 : at + 1) {
    if (take(at)) return true;
  }
  return false;
}

}  // namespace

/// @return a job, or null once `until` holds
job* executor::find_work(worker& me, condition const& until)
{
  if (auto* const j = steal(me)) return j;
  hungry_.fetch_add(1, std::memory_order_relaxed);
  job* j         = nullptr;
  bool is_called = true;  // after a nap alone, a glance is enough
  bool was_raid  = false;
  for (int turn = 0; j == nullptr && !until(); ++turn) {
    j = is_called ? spin(me, until) : steal(me);
    if (j != nullptr || until()) break;
    j        = park(me, until, turn, is_called);
    was_raid = j != nullptr;
  }
  bool const leaves_nobody_awake = hungry_.fetch_sub(1) - 1 == long_sleepers_.load();
  me.look_every_                 = 0;  // what comes may take longer than what was
  me.open();
  bool const has_more = me.top_ != me.base_;
  me.close();
  // One is woken for any number of jobs: pass it on. Who raided has found a long body, which may
  // have more to give. And while anyone works, somebody without work looks now and then what lies
  // on the stacks of long bodies.
  bool const is_unwatched = j != nullptr && leaves_nobody_awake;
  if (was_raid || has_more || is_unwatched || has_work()) notify_sleepers();
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

/// Calls `take(victim)` until one gives true: nearest first; of those that are equally far a random
/// one, and from there on, so that thieves do not follow each other. Guests come last.
template <class Take>
void executor::visit_victims(worker& me, Take take)
{
  auto const n      = static_cast<std::uint32_t>(num_workers_.load(std::memory_order_acquire));
  auto const random = me.next_random();
  auto const id     = static_cast<std::size_t>(me.id());
  std::uint32_t first_far = 0;
  if (id < nearest_.size()) {
    for (auto const& equally_far : nearest_[id]) {
      auto const size = static_cast<std::uint32_t>(equally_far.size());
      if (any_from(random, size, [&](auto i) { return take(*workers_[equally_far[i]]); })) return;
    }
    first_far = static_cast<std::uint32_t>(nearest_.size());
  }
  any_from(random, n - first_far, [&](auto i) {
    auto& victim = *workers_[first_far + i];
    return &victim != &me && take(victim);
  });
}

job* executor::steal(worker& me)
{
  job* found = nullptr;
  visit_victims(me, [&](worker& victim) {
    if (!victim.has_shared_jobs()) return false;
    worker::taken_jobs jobs;
    auto const count = victim.take(jobs, worker::most_taken);
    if (count > 0) found = keep(me, jobs, count);
    return count > 0;
  });
  return found != nullptr ? found : take_submitted();
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
/// that is inside of a long body. Else it is a long sleeper. Of that counter and `hungry_`, who
/// falls asleep changes the first and reads the second, and who has found a job the other way round
/// (all sequentially consistent): so either the one sees that somebody works, or the other that
/// nobody is awake.
job* executor::park(worker& me, condition const& until, int turn, bool& is_called)
{
  constexpr long first_nanoseconds = 500'000, most_doublings = 5;
  auto const now  = epoch_.load(std::memory_order_acquire);
  int const waits = until.is_end_of_service ? 0 : 1;
  is_called       = true;
  sleepers_.fetch_add(1, std::memory_order_relaxed);
  sleeping_waiters_.fetch_add(waits, std::memory_order_relaxed);
  auto* const j = raid(me);
  if (j == nullptr && !has_work() && !until()) {
    timespec const span{0, first_nanoseconds << std::min<long>(turn, most_doublings)};
    auto const who = waits != 0 ? for_work | for_condition : for_work;
    long_sleepers_.fetch_add(1);
    bool const is_long = is_idle();
    if (!is_long) long_sleepers_.fetch_sub(1);
    is_called = sleep_on(epoch_, now, is_long ? nullptr : &span, who);
    if (is_long) long_sleepers_.fetch_sub(1);
  }
  sleeping_waiters_.fetch_sub(waits, std::memory_order_relaxed);
  sleepers_.fetch_sub(1, std::memory_order_relaxed);
  return j;
}

/// Whether nobody works, so that nobody's stack holds anything.
bool executor::is_idle() const noexcept
{
  return hungry_.load() >= present_.load(std::memory_order_relaxed);
}

/// Takes jobs from the stacks of threads that are inside of long bodies. The heavy fence is also
/// that of `park`. All raids are ended before the own stack is opened, for two threads may raid
/// each other.
job* executor::raid(worker& me)
{
  std::array<worker*, 64> begun;  // so that no lack of memory leaves a raid without an end
  std::size_t num_begun = 0;
  if (!is_idle()) {
    visit_victims(me, [&](worker& victim) {
      if (victim.begin_raid()) begun[num_begun++] = &victim;
      return num_begun == begun.size();
    });
  }
  heavy_fence();
  worker::taken_jobs jobs;
  std::uint32_t count = 0;
  for (auto* const each : std::span{begun}.first(num_begun)) {
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
  auto const n = num_workers_.load(std::memory_order_acquire);
  return std::any_of(workers_.begin(), workers_.begin() + static_cast<std::ptrdiff_t>(n),
                     [](auto const& each) { return each->has_shared_jobs(); });
}

/// After jobs were put where all can take them. A seat whose thread blocks counts as a sleeper, for
/// whom a spare thread comes.
void executor::notify_sleepers() noexcept
{
  light_fence();
  if (sleepers_.load(std::memory_order_relaxed) > 0 && wake(epoch_, 1, for_work) == 0) {
    spares_->call();
  }
}

void executor::wake_waiters() noexcept
{
  wake(epoch_, INT_MAX, for_condition);
}

void executor::wake_all() noexcept
{
  wake(epoch_, INT_MAX, for_work | for_condition);
}

}  // namespace heddle
