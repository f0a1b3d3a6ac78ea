#include "src/run/spare_threads.hpp"

#include <heddle/run/blocking_region.hpp>

#include <new>
#include <system_error>

namespace heddle {

using detail::heavy_fence;
using detail::this_worker;
using detail::worker;

// ---- seats ----

bool executor::spare_threads::leave_seat() noexcept
{
  std::lock_guard const lock{mutex_};
  if (num_blocked_ == most_spares) return false;
  ++num_blocked_;
  change_vacant(1);
  return true;
}

void executor::spare_threads::come_back() noexcept
{
  {
    std::lock_guard const lock{mutex_};
    --num_blocked_;
    change_vacant(-1);
  }
  if (home_.stop_.load(std::memory_order_relaxed)) home_.wake_all();
}

/// A seat that becomes vacant is hungry and sleeps until called; one that is put up is one more;
/// and back.
void executor::spare_threads::change_vacant(int by) noexcept
{
  auto const before = vacant_.load(std::memory_order_relaxed);
  vacant_.store(before + by, std::memory_order_relaxed);
  if (before > 0 || (before == 0 && by > 0)) {
    home_.hungry_.fetch_add(by, std::memory_order_relaxed);
    home_.sleepers_.fetch_add(by, std::memory_order_relaxed);
    home_.long_sleepers_.fetch_add(by, std::memory_order_relaxed);
  } else {
    home_.present_.fetch_sub(by, std::memory_order_relaxed);
  }
}

// ---- spare threads ----

void executor::spare_threads::call() noexcept
{
  std::lock_guard const lock{mutex_};
  if (vacant_.load(std::memory_order_relaxed) <= num_called_ || is_over_) return;
  if (num_waiting_ <= num_called_ && !start_one()) return;
  ++num_called_;
  is_called_.notify_one();
}

/// If there can be no more, those that are there take turns.
bool executor::spare_threads::start_one() noexcept
{
  if (threads_.size() == most_spares) return false;
  auto* const place = home_.try_to_claim_place();
  if (place == nullptr) return false;
  try {
    threads_.emplace_back([this, place] { live(*place); });
    return true;
  } catch (std::system_error const&) {
  } catch (std::bad_alloc const&) {
  }
  home_.release_place(*place);
  return false;
}

void executor::spare_threads::live(worker& me)
{
  this_worker = &me;
  condition const until{
    &vacant_,
    [](void const* vacant) {
      return static_cast<std::atomic<int> const*>(vacant)->load(std::memory_order_relaxed) < 0;
    },
    true};
  while (take_seat()) {
    do {
      while (!until()) {
        auto* next = own_work(me);
        if (next == nullptr) next = home_.find_work(me, until);
        if (next != nullptr) me.run(*next);
      }
      home_.finish(me);
    } while (!give_up_seat());
  }
}

bool executor::spare_threads::take_seat()
{
  std::unique_lock lock{mutex_};
  do {
    ++num_waiting_;
    is_called_.wait(lock, [this] { return num_called_ > 0 || is_over_; });
    --num_waiting_;
    if (is_over_) return false;
    --num_called_;
  } while (vacant_.load(std::memory_order_relaxed) <= 0);
  change_vacant(-1);
  num_at_work_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

/// If it is one too many, and no other has gone in its place.
bool executor::spare_threads::give_up_seat() noexcept
{
  {
    std::lock_guard const lock{mutex_};
    if (vacant_.load(std::memory_order_relaxed) >= 0) return false;
    change_vacant(1);
    num_at_work_.fetch_sub(1, std::memory_order_release);
  }
  home_.notify_waiters();
  return true;
}

// ---- the end ----

/// The regions of other threads have ended, or are in tasks that spare threads run: so these have a
/// seat too many, or will have. Those that sleep in it are told here, or, once the mutex was taken
/// here, by whoever comes back.
void executor::spare_threads::await_rest(worker& me)
{
  std::unique_lock{mutex_}.unlock();
  home_.wake_all();
  home_.work_until(me, [this] { return num_at_work_.load(std::memory_order_acquire) == 0; });
}

void executor::spare_threads::end()
{
  {
    std::lock_guard const lock{mutex_};
    is_over_ = true;
    is_called_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
}

// ---- regions ----

/// Jobs on the stacks of threads that do not look are taken too, for who sleeps in the seat cannot.
blocking_region::blocking_region(executor& e) : home_{e}, self_{executor::find_worker(e)}
{
  if (self_ == nullptr || self_->is_blocked_) {
    self_ = nullptr;
    return;
  }
  self_->is_blocked_ = true;
  is_seat_vacant_    = e.spares_->leave_seat();
  if (auto* const j = e.raid(*self_)) self_->give(*j);
  e.give_all_away(*self_);
  if (e.has_work()) e.notify_sleepers();
}

blocking_region::~blocking_region()
{
  if (self_ == nullptr) return;
  self_->is_blocked_ = false;
  if (is_seat_vacant_) home_.spares_->come_back();
}

}  // namespace heddle
