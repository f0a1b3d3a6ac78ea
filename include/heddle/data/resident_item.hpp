/// @file
/// The part that `buffer` and `value` share: an item whose content may lie on devices.
#pragma once

#include <heddle/base/data_item.hpp>

#include <cstddef>
#include <memory>

namespace heddle {

class residency;

/// An item whose bytes heddle may copy to devices and back. Its content is moved on demand, and
/// kept where it is until it is written elsewhere. Thread-safe as far as several tasks may read it
/// at once.
class resident_item : public data_item {
 public:
  void bring_home() override;
  void write_at_home() override;

  /// Where its valid copies are.
  [[nodiscard]] residency& places() noexcept { return *residency_; }

 protected:
  resident_item();
  ~resident_item() override;

  /// Says where its content lies in host memory. To be called once, before anything else.
  void live_at(void* host, std::size_t size_bytes);

  /// Waits for all copies from and to host memory, and frees those on devices. To be called before
  /// the host memory is freed.
  ///
  /// @return false if a device that was given up, because it did not answer, may still use the host
  /// memory; then that must not be freed
  [[nodiscard]] bool leave_devices() noexcept;

 private:
  std::unique_ptr<residency> residency_;
};

}  // namespace heddle
