/// @file
/// Where the valid copies of one item lie, and what must have ended before each may be used.
#pragma once

#include "src/data/device_memory.hpp"

#include <heddle/base/access.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace heddle {

/// The copies of one item: in host memory, and in those of devices.
///
/// A copy is valid if it holds what was written last, once its event `written` has ended.
/// Invariants:
/// - at most one write is the last; all valid copies hold it;
/// - before a copy is overwritten or freed, its stream waits for `written` and all `readers`;
/// - before host memory is written, all `host_users` have ended, or the writing stream waits for
/// them.
///
/// Tasks on devices use it in pairs: `acquire` before the task is enqueued, `release` after. The
/// edges of the workflow order writers against all others; readers may come from several threads.
/// Thread-safe.
class residency {
 public:
  residency(void* host, std::size_t size_bytes) : host_{host}, size_bytes_{size_bytes} {}
  residency(residency const&)            = delete;
  residency& operator=(residency const&) = delete;
  ~residency();  ///< waits for copies from and to host memory

  // ---- for tasks on devices ----

  /// Makes a copy in `memory` that work enqueued on `stream` from now on may use in this way.
  ///
  /// @throw out_of_device_memory after which nothing has changed
  /// @throw device_error         if the device fails
  /// @throw content_lost         if the content was on another device, which failed
  [[nodiscard]] argument acquire(std::shared_ptr<device_memory> const& memory, mode how,
                                 stream_ref stream);

  /// The task that acquired the copy was enqueued, and ends with `ended`. If it writes, all other
  /// copies are out of date.
  void release(device_memory const& memory, mode how, shared_event const& ended);

  /// The task that acquired the copy was not enqueued.
  void give_up(device_memory const& memory);

  // ---- for tasks on the host ----

  /// Sees to it that host memory can be used in this way soon: starts what must be copied.
  ///
  /// @return whether it can be used now
  /// @throw content_lost
  [[nodiscard]] bool prepare_home(mode how);

  /// Blocks until host memory is valid.
  void bring_home();

  /// Blocks until host memory may be written; from now on it is the only valid copy.
  void write_at_home();

  /// Whether a device that was given up may still copy from or to host memory.
  [[nodiscard]] bool is_in_use_for_ever() noexcept;

  // ---- for device_memory ----

  /// Takes the copy out of `memory` if no task is about to use it; the only valid one goes home.
  [[nodiscard]] bool try_evict(device_memory& memory);

 private:
  struct device_copy {
    std::shared_ptr<device_memory> memory;
    void* data;
    bool valid = false;
    int in_use = 0;                       ///< acquired and not released yet
    shared_event written;                 ///< it was allocated, arrived or was written
    std::vector<shared_event> readers{};  ///< since it was written
  };

  /// A copy from or to host memory.
  struct host_use {
    shared_event ended;
    std::shared_ptr<device_memory> memory;
  };

  [[nodiscard]] device_copy* copy_in(device_memory const& memory);
  [[nodiscard]] device_copy* valid_copy();
  device_copy& allocate_in(std::shared_ptr<device_memory> const& memory);
  void fill(device_copy& copy);
  void copy_from_host(device_copy& copy);
  void start_fetch();
  void finish_fetch_if_ended();
  [[nodiscard]] bool host_is_idle();
  void drop_all_but(device_memory const* kept);
  void pin_host(std::shared_ptr<device> const& where);
  [[noreturn]] static void fail_lost();

  void* host_;
  std::size_t size_bytes_;

  std::mutex mutex_{};
  bool host_valid_ = true;               // guarded by mutex_, as all below
  host_use fetch_{};                     ///< the copy home under way, if any
  std::vector<host_use> host_users_{};   ///< which `fetch_` is one of
  std::vector<device_copy> copies_{};    ///< at most one a device
  std::shared_ptr<device> pinned_by_{};  ///< null: not pinned
  bool tried_to_pin_ = false;
};

}  // namespace heddle
