#include <heddle/run/executor.hpp>

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <utility>

namespace heddle {

using detail::job;
using detail::this_worker;
using detail::worker;

// ---- visits ----

constinit thread_local executor::visit const* executor::visit::innermost_ = nullptr;

/// A thread that visits executors from within each other's tasks takes one place in each.
void executor::visit::enter(executor& e)
{
  before_   = self_;
  self_     = find_outer(e);
  is_guest_ = self_ == nullptr;
  if (is_guest_) {
    self_              = &e.claim_place();
    self_->look_every_ = 0;  // left by who had the place before
    e.present_.fetch_add(1, std::memory_order_relaxed);
  }
  is_new_     = true;
  outer_      = std::exchange(innermost_, this);
  this_worker = self_;
}

worker* executor::find_worker(executor const& e) noexcept
{
  if (this_worker != nullptr && &this_worker->home() == &e) return this_worker;
  return visit::find_outer(e);
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

void executor::leave(worker& me) noexcept
{
  finish(me);
  present_.fetch_sub(1, std::memory_order_relaxed);
  release_place(me);
}

/// Before the thread goes. At the end there may be nobody left to give its jobs to.
void executor::finish(worker& me) noexcept
{
  if (stop_.load(std::memory_order_acquire)) [[unlikely]] {
    while (auto* const j = own_work(me)) me.run(*j);
  } else {
    give_all_away(me);
  }
}

/// Puts what is on the stack where others find it, who may all be asleep.
void executor::give_all_away(worker& me) noexcept
{
  me.open();
  if (me.top_ != me.base_) {
    auto const in_ring =
      me.shared_.load(std::memory_order_relaxed) - me.taken_.load(std::memory_order_acquire);
    me.put_into_ring(std::min<std::size_t>(static_cast<std::size_t>(me.top_ - me.base_),
                                           worker::ring_size - in_ring));
    while (me.base_ != me.top_) submit(**me.base_++);
  }
  me.close();
  if (me.has_shared_jobs()) notify_sleepers();
}

// ---- places ----

worker& executor::claim_place()
{
  for (;;) {
    if (auto* const free = try_to_claim_place()) return *free;
    std::this_thread::yield();  // more callers at once than there are places for
  }
}

/// The first that is free, so that thieves look at few.
worker* executor::try_to_claim_place()
{
  for (std::size_t p = 0; p < most_places; ++p) {
    if (is_taken_[p].load(std::memory_order_relaxed)) continue;
    if (is_taken_[p].exchange(true, std::memory_order_acquire)) continue;
    auto const at = threads_.size() + p;
    if (num_workers_.load(std::memory_order_acquire) <= at) make_workers(at + 1);
    return workers_[at].get();
  }
  return nullptr;
}

void executor::release_place(worker const& me) noexcept
{
  auto const place = static_cast<std::size_t>(me.id()) - threads_.size();
  is_taken_[place].store(false, std::memory_order_release);
}

/// At least so many. Who sees their number (acquire) sees them.
void executor::make_workers(std::size_t least)
{
  std::lock_guard const lock{mutex_};
  for (auto n = num_workers_.load(std::memory_order_relaxed); n < least; ++n) {
    workers_[n] = std::make_unique<worker>(*this, static_cast<int>(n));
    num_workers_.store(n + 1, std::memory_order_release);
  }
}

// ---- members ----

/// Counts a thread that has joined, so that the executor waits for it before it goes.
class executor::membership {
 public:
  /// @throw invalid_argument if there are so many
  membership(executor& e, int most) : home_{e}
  {
    std::lock_guard const lock{home_.mutex_};
    if (home_.num_members_ >= most) {
      throw invalid_argument{fmt::format(
        "executor::join: {} threads have joined already; let some of them leave first", most)};
    }
    ++home_.num_members_;
    home_.has_had_members_.store(true, std::memory_order_relaxed);
  }
  membership(membership const&)            = delete;
  membership& operator=(membership const&) = delete;
  ~membership()
  {
    std::lock_guard const lock{home_.mutex_};
    --home_.num_members_;
    home_.member_has_left_.notify_all();
  }

 private:
  executor& home_;
};

void executor::join(std::stop_token const& stop)
{
  membership const mine{*this, most_members};
  serve_as_member(stop);
}

/// As at the end of the executor, the one who stops it changes what is slept on after.
void executor::serve_as_member(std::stop_token const& stop)
{
  visit const here{*this};
  std::stop_callback const on_stop{stop, [this] { wake_all(); }};
  serve(here.self(), stop);
}

// ---- threads that are lent ----

void executor::offer(executor& borrower, int threads)
{
  {
    std::lock_guard const lock{mutex_};
    offers_.insert(offers_.end(), static_cast<std::size_t>(threads), &borrower);
    num_offers_.store(offers_.size(), std::memory_order_relaxed);
  }
  wake_all();
}

void executor::withdraw_offers(executor const& borrower)
{
  std::lock_guard const lock{mutex_};
  std::erase(offers_, &borrower);
  num_offers_.store(offers_.size(), std::memory_order_relaxed);
}

/// The borrower cannot go between the two: it withdraws its offers first, then waits for members.
bool executor::lend(std::stop_token const& stop)
{
  std::unique_lock lock{mutex_};
  if (offers_.empty()) return false;
  auto& borrower = *offers_.front();
  membership const mine{borrower, INT_MAX};
  offers_.pop_front();
  num_offers_.store(offers_.size(), std::memory_order_relaxed);
  lock.unlock();
  borrower.serve_as_member(stop);
  return true;
}

}  // namespace heddle
