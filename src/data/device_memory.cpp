#include "src/data/device_memory.hpp"

#include "src/data/residency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace heddle {

/// Events that nobody waits for. Shared with the events handed out, which outlive the memory.
struct device_memory::event_pool {
  std::mutex mutex{};
  std::vector<std::unique_ptr<device_event>> idle{};  ///< guarded by mutex
};

device_memory::device_memory(std::shared_ptr<device> where)
  : device_{std::move(where)},
    incoming_{device_, fmt::format("{} incoming", device_->info().name)},
    outgoing_{device_, fmt::format("{} outgoing", device_->info().name)},
    events_{std::make_shared<event_pool>()}
{
}

device_memory::~device_memory() = default;

shared_event device_memory::record(stream_ref stream)
{
  std::unique_ptr<device_event> event;
  {
    std::lock_guard const lock{events_->mutex};
    if (!events_->idle.empty()) {
      event = std::move(events_->idle.back());
      events_->idle.pop_back();
    }
  }
  if (!event) event = std::make_unique<device_event>(device_);
  device_->record(*event, stream);
  return {event.release(), [pool = events_](device_event const* used) {
            std::unique_ptr<device_event> back{const_cast<device_event*>(used)};
            std::lock_guard const lock{pool->mutex};
            pool->idle.push_back(std::move(back));
          }};
}

void* device_memory::allocate(std::size_t bytes, residency const& asking)
{
  for (;;) {
    try {
      return device_->allocate(bytes, incoming_);
    } catch (out_of_device_memory const&) {
      if (!evict_one(asking)) throw;
    }
  }
}

/// @return false if there is nothing to evict
bool device_memory::evict_one(residency const& asking)
{
  std::lock_guard const lock{mutex_};
  for (auto* resident : residents_) {
    if (resident == &asking || !resident->try_evict(*this)) continue;
    std::erase(residents_, resident);
    return true;
  }
  return false;
}

void device_memory::free_after(void* memory, std::vector<shared_event> const& users) noexcept
try {
  if (is_lost()) return;
  for (auto const& event : users) device_->wait(*event, incoming_);
  device_->free(memory, incoming_);
} catch (device_error const&) {
  mark_lost();
}

void device_memory::touch(residency& r)
{
  std::lock_guard const lock{mutex_};
  auto const found = std::find(residents_.begin(), residents_.end(), &r);
  if (found != residents_.end()) {
    residents_.splice(residents_.end(), residents_, found);
  } else {
    residents_.push_back(&r);
  }
}

void device_memory::forget(residency const& r) noexcept
{
  std::lock_guard const lock{mutex_};
  std::erase(residents_, &r);
}

}  // namespace heddle
