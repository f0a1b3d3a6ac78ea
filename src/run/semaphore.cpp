#include <heddle/run/semaphore.hpp>

#include <heddle/base/error.hpp>
#include <heddle/run/executor.hpp>

namespace heddle {

semaphore::semaphore(std::size_t units) : num_units_{units}, num_free_{units}
{
  if (units == 0) throw invalid_argument{"semaphore: 0 units; tasks would wait for ever"};
}

bool semaphore::try_acquire(std::size_t units) noexcept
{
  std::lock_guard const lock{mutex_};
  if (!has(units)) return false;
  num_free_ -= units;
  return true;
}

bool semaphore::acquire_or_wait(waiter& w) noexcept
{
  std::lock_guard const lock{mutex_};
  if (has(w.units)) {
    num_free_ -= w.units;
    return true;
  }
  *last_ = &w;
  last_  = &w.next;
  return false;
}

/// The first in line, if there is enough for it, which it has then.
auto semaphore::take_served() noexcept -> waiter*
{
  auto* const w = first_;
  if (w == nullptr || w->units > num_free_) return nullptr;
  num_free_ -= w->units;
  first_ = w->next;
  if (first_ == nullptr) last_ = &first_;
  return w;
}

/// All under the lock, so that nobody goes on (`end_wait`) before its executor is let go of.
void semaphore::release(std::size_t units, detail::worker& me) noexcept
{
  std::lock_guard const lock{mutex_};
  num_free_ += units;
  while (auto* const w = take_served()) {
    if (w->home == &me.home()) {
      me.add(*w->waiting);
    } else {
      w->home->submit(*w->waiting);
    }
  }
}

}  // namespace heddle
