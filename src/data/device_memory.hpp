/// @file
/// The memory of one device as the engine uses it: its transfer streams, pooled events, and the
/// copies of items that lie in it.
#pragma once

#include <heddle/device/device.hpp>

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace heddle {

class residency;

/// A recorded event. Whoever holds it may wait for it; the last one gives it back to its pool.
using shared_event = std::shared_ptr<device_event const>;

/// The memory of one device. Thread-safe.
///
/// Lock order: a residency's mutex before the mutex of a device memory; the mutex of a second
/// residency, to evict its copy, is only ever tried.
class device_memory : public std::enable_shared_from_this<device_memory> {
 public:
  /// @throw device_error
  explicit device_memory(std::shared_ptr<device> where);
  device_memory(device_memory const&)            = delete;
  device_memory& operator=(device_memory const&) = delete;
  ~device_memory();

  [[nodiscard]] device& where() const noexcept { return *device_; }
  [[nodiscard]] std::shared_ptr<device> const& owner() const noexcept { return device_; }

  /// Where copies into this memory are enqueued, and where it is allocated and freed.
  [[nodiscard]] stream_ref incoming() const noexcept { return incoming_; }
  /// Where copies from here to the host are enqueued.
  [[nodiscard]] stream_ref outgoing() const noexcept { return outgoing_; }

  /// An event, recorded on the stream.
  ///
  /// @throw device_error
  [[nodiscard]] shared_event record(stream_ref stream);

  /// Memory to use after this point of `incoming`. If there is no room, copies that no task is
  /// about to use are evicted, longest unused first; the only copies of items go home before.
  ///
  /// @param asking its mutex is held by the caller
  /// @throw out_of_device_memory, device_error
  [[nodiscard]] void* allocate(std::size_t bytes, residency const& asking);

  /// Frees memory once all `users` have ended. Does nothing on a lost device.
  void free_after(void* memory, std::vector<shared_event> const& users) noexcept;

  /// The residency has a copy here, and uses it now.
  void touch(residency& r);
  /// It has none any more.
  void forget(residency const& r) noexcept;

  /// After a device error: what only this memory held is lost.
  void mark_lost() noexcept { lost_ = true; }
  [[nodiscard]] bool is_lost() const noexcept { return lost_; }

 private:
  [[nodiscard]] bool evict_one(residency const& asking);

  struct event_pool;

  std::shared_ptr<device> device_;
  device_stream incoming_;
  device_stream outgoing_;
  std::shared_ptr<event_pool> events_;
  std::atomic<bool> lost_{false};  ///< set once; orders nothing

  std::mutex mutex_{};
  std::list<residency*> residents_{};  ///< longest unused first; guarded by mutex_
};

}  // namespace heddle
