#include "src/data/residency.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace heddle {
namespace {

enum class progress { under_way, reached, failed };

progress progress_of(shared_event const& event, device_memory& memory)
try {
  return event->has_ended() ? progress::reached : progress::under_way;
} catch (device_error const&) {
  memory.mark_lost();
  return progress::failed;
}

/// Nothing comes after an event of a device that failed.
bool has_ended(shared_event const& event, device_memory& memory)
{
  return progress_of(event, memory) != progress::under_way;
}

/// Host memory is not safe while a device that was given up, and has not failed, may still use it.
[[noreturn]] void fail_in_use(device_memory const& memory)
{
  throw content_lost{fmt::format(
    "{} did not answer in time and was given up, but may still copy from or to what the task uses",
    memory.where().info().name)};
}

void wait_for(shared_event const& event, device_memory& memory)
{
  if (memory.is_lost()) return;
  try {
    event->synchronize();
  } catch (device_error const&) {
    memory.mark_lost();
  }
}

}  // namespace

void residency::fail_lost()
{
  throw content_lost{
    "what a task wrote was only in the memory of a device that failed; run again what wrote it"};
}

residency::~residency()
{
  for (auto const& [ended, memory] : host_users_) wait_for(ended, *memory);
  drop_all_but(nullptr);
  if (pinned_by_) pinned_by_->unpin(host_);
}

auto residency::copy_in(device_memory const& memory) -> device_copy*
{
  auto const found = std::find_if(copies_.begin(), copies_.end(),
                                  [&](auto const& copy) { return copy.memory.get() == &memory; });
  return found == copies_.end() ? nullptr : &*found;
}

auto residency::valid_copy() -> device_copy*
{
  auto const found = std::find_if(copies_.begin(), copies_.end(), [](auto const& copy) {
    return copy.valid && !copy.memory->is_lost();
  });
  return found == copies_.end() ? nullptr : &*found;
}

void residency::drop_all_but(device_memory const* kept)
{
  std::erase_if(copies_, [&](device_copy& copy) {
    if (copy.memory.get() == kept) return false;
    copy.readers.push_back(copy.written);
    copy.memory->free_after(copy.data, copy.readers);
    copy.memory->forget(*this);
    return true;
  });
}

/// Small items are not worth the system call, and may share a page with another that is pinned.
void residency::pin_host(std::shared_ptr<device> const& where)
{
  constexpr std::size_t worth_pinning = std::size_t{1} << 20;
  if (std::exchange(tried_to_pin_, true) || size_bytes_ < worth_pinning) return;
  if (where->pin(host_, size_bytes_)) pinned_by_ = where;
}

// ---- for tasks on devices ----

argument residency::acquire(std::shared_ptr<device_memory> const& memory, mode how,
                            stream_ref stream)
{
  if (size_bytes_ == 0) return {nullptr, 0};
  std::lock_guard const lock{mutex_};
  if (memory->is_lost()) throw device_error{"the device has failed before"};
  auto* const present = copy_in(*memory);
  auto& copy          = present != nullptr ? *present : allocate_in(memory);
  if (reads(how) && !copy.valid) fill(copy);
  memory->where().wait(*copy.written, stream);
  if (writes(how)) {
    for (auto const& reader : copy.readers) memory->where().wait(*reader, stream);
  }
  memory->touch(*this);
  ++copy.in_use;
  return {copy.data, size_bytes_};
}

auto residency::allocate_in(std::shared_ptr<device_memory> const& memory) -> device_copy&
{
  auto* const data = memory->allocate(size_bytes_, *this);
  return copies_.emplace_back(
    device_copy{memory, data, false, 0, memory->record(memory->incoming())});
}

/// From wherever the content is. `copy` is newly allocated, so that nobody else uses it.
void residency::fill(device_copy& copy)
{
  auto* const source = host_valid_ ? nullptr : valid_copy();
  if (source == nullptr) {
    copy_from_host(copy);
  } else {
    auto& to = *copy.memory;
    to.where().wait(*source->written, to.incoming());
    to.where().copy_from(source->memory->where(), copy.data, source->data, size_bytes_,
                         to.incoming());
    copy.written = to.record(to.incoming());
    source->readers.push_back(copy.written);
  }
  copy.valid = true;
}

void residency::copy_from_host(device_copy& copy)
{
  auto& to = *copy.memory;
  if (!host_valid_) {
    if (!fetch_.ended || fetch_.memory->is_lost()) fail_lost();
    to.where().wait(*fetch_.ended, to.incoming());
  }
  pin_host(to.owner());
  to.where().copy_to_device(copy.data, host_, size_bytes_, to.incoming());
  copy.written = to.record(to.incoming());
  host_users_.push_back({copy.written, copy.memory});
}

void residency::release(device_memory const& memory, mode how, shared_event const& ended)
{
  if (size_bytes_ == 0) return;
  std::lock_guard const lock{mutex_};
  auto& copy = *copy_in(memory);
  --copy.in_use;
  if (!writes(how)) {
    std::erase_if(copy.readers, [&](auto const& e) { return has_ended(e, *copy.memory); });
    copy.readers.push_back(ended);
    return;
  }
  copy.written = ended;
  copy.readers.clear();
  copy.valid  = true;
  host_valid_ = false;
  fetch_      = {};
  drop_all_but(&memory);
}

void residency::give_up(device_memory const& memory)
{
  if (size_bytes_ == 0) return;
  std::lock_guard const lock{mutex_};
  --copy_in(memory)->in_use;
}

// ---- for tasks on the host ----

/// The copy home comes after all that use host memory, and stands for them from then on.
void residency::start_fetch()
{
  if (fetch_.ended && !fetch_.memory->is_lost()) return;
  auto* const source = valid_copy();
  if (source == nullptr) fail_lost();
  auto const& from = source->memory;
  from->where().wait(*source->written, from->outgoing());
  for (auto const& [ended, memory] : host_users_) {
    if (!memory->is_lost()) from->where().wait(*ended, from->outgoing());
  }
  pin_host(from->owner());
  from->where().copy_to_host(host_, source->data, size_bytes_, from->outgoing());
  fetch_ = {from->record(from->outgoing()), from};
  source->readers.push_back(fetch_.ended);
  host_users_ = {fetch_};
}

void residency::finish_fetch_if_ended()
{
  if (!fetch_.ended) return;
  auto const now = progress_of(fetch_.ended, *fetch_.memory);
  if (now == progress::under_way) {
    if (fetch_.memory->is_lost()) fail_in_use(*fetch_.memory);
    return;
  }
  host_valid_ = now == progress::reached;
  fetch_      = {};
}

bool residency::host_is_idle()
{
  std::erase_if(host_users_, [](auto const& use) { return has_ended(use.ended, *use.memory); });
  for (auto const& use : host_users_) {
    if (use.memory->is_lost()) fail_in_use(*use.memory);
  }
  return host_users_.empty();
}

bool residency::prepare_home(mode how)
{
  std::lock_guard const lock{mutex_};
  finish_fetch_if_ended();
  if (reads(how) && !host_valid_) {
    start_fetch();
    return false;
  }
  return !writes(how) || host_is_idle();
}

void residency::bring_home()
{
  std::unique_lock lock{mutex_};
  for (finish_fetch_if_ended(); !host_valid_; finish_fetch_if_ended()) {
    start_fetch();
    auto const fetch = fetch_;
    lock.unlock();
    wait_for(fetch.ended, *fetch.memory);
    lock.lock();
  }
}

void residency::write_at_home()
{
  std::unique_lock lock{mutex_};
  while (!host_is_idle()) {
    auto const use = host_users_.back();
    lock.unlock();
    wait_for(use.ended, *use.memory);
    lock.lock();
  }
  host_valid_ = true;
  fetch_      = {};
  drop_all_but(nullptr);
}

/// A device that failed does nothing more; one that did not answer in time may.
bool residency::is_in_use_for_ever() noexcept
{
  return std::any_of(host_users_.begin(), host_users_.end(), [](host_use const& use) {
    return use.memory->is_lost() && !has_ended(use.ended, *use.memory);
  });
}

// ---- for device_memory ----

bool residency::try_evict(device_memory& memory)
try {
  std::unique_lock const lock{mutex_, std::try_to_lock};
  if (!lock) return false;
  auto* const copy = copy_in(memory);
  if (copy->in_use > 0) return false;
  bool const elsewhere = host_valid_ || std::any_of(copies_.begin(), copies_.end(), [&](auto& c) {
                           return &c != copy && c.valid && !c.memory->is_lost();
                         });
  if (copy->valid && !elsewhere) start_fetch();
  copy->readers.push_back(copy->written);
  memory.free_after(copy->data, copy->readers);
  copies_.erase(copies_.begin() + (copy - copies_.data()));
  return true;
} catch (error const&) {  // there is nothing to bring home
  return false;
}

}  // namespace heddle
