/// @file
/// A device that another one does the work of, to see in which order it is asked to.
#pragma once

#include <heddle/device/device.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace heddle::test {

class listening_device : public device {
 public:
  explicit listening_device(std::shared_ptr<device> to) : to_{std::move(to)} {}

  /// The names of works, and "copy_to_device", "copy_to_host".
  [[nodiscard]] std::vector<std::string> heard() const
  {
    std::lock_guard const lock{mutex_};
    return heard_;
  }

  device_info const& info() const noexcept override { return to_->info(); }
  stream_ref create_stream(std::string_view name) override { return to_->create_stream(name); }
  void destroy_stream(stream_ref stream) noexcept override { to_->destroy_stream(stream); }
  event_ref create_event() override { return to_->create_event(); }
  void destroy_event(event_ref event) noexcept override { to_->destroy_event(event); }
  void record(event_ref event, stream_ref stream) override { to_->record(event, stream); }
  void wait(event_ref event, stream_ref stream) override { to_->wait(event, stream); }
  bool has_ended(event_ref event) override { return to_->has_ended(event); }
  void synchronize(event_ref event) override { to_->synchronize(event); }
  void* allocate(std::size_t bytes, stream_ref s) override { return to_->allocate(bytes, s); }
  void free(void* memory, stream_ref stream) override { to_->free(memory, stream); }
  bool pin(void* host, std::size_t bytes) noexcept override { return to_->pin(host, bytes); }
  void unpin(void* host) noexcept override { to_->unpin(host); }
  void copy_to_device(void* to, void const* host, std::size_t bytes, stream_ref stream) override
  {
    hear("copy_to_device");
    to_->copy_to_device(to, host, bytes, stream);
  }
  void copy_to_host(void* host, void const* from, std::size_t bytes, stream_ref stream) override
  {
    hear("copy_to_host");
    to_->copy_to_host(host, from, bytes, stream);
  }
  void copy_from(device& source, void* to, void const* from, std::size_t bytes,
                 stream_ref stream) override
  {
    to_->copy_from(source, to, from, bytes, stream);
  }
  void fill(void* to, std::byte value, std::size_t bytes, stream_ref stream) override
  {
    to_->fill(to, value, bytes, stream);
  }
  void launch(device_work work, stream_ref stream) override
  {
    hear(work.name);
    to_->launch(std::move(work), stream);
  }
  void call_host(std::function<void()> function, stream_ref stream) override
  {
    to_->call_host(std::move(function), stream);
  }

 private:
  void hear(std::string what)
  {
    std::lock_guard const lock{mutex_};
    heard_.push_back(std::move(what));
  }

  std::shared_ptr<device> to_;
  mutable std::mutex mutex_{};
  std::vector<std::string> heard_{};  // guarded by mutex_
};

}  // namespace heddle::test
