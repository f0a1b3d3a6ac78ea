/// @file
/// What a search has of a device: memory, a stream, and launches over both.
#pragma once

#include <heddle/base/error.hpp>
#include <heddle/device/device.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace heddle {

/// Memory of a device for as long as this lives. Not thread-safe.
class device_block {
 public:
  device_block(std::shared_ptr<device> on, std::size_t bytes)
    : device_{std::move(on)},
      stream_{device_, "search"},
      event_{device_->create_event()},
      bytes_{bytes}
  {
    try {
      data_ = static_cast<std::byte*>(device_->allocate(bytes, stream_));
    } catch (...) {
      device_->destroy_event(event_);
      throw;
    }
  }
  device_block(device_block const&)            = delete;
  device_block& operator=(device_block const&) = delete;
  ~device_block()
  {
    try {
      wait();  // what still runs may use what lives as long as this
      device_->free(data_, stream_);
    } catch (error const&) {  // the device is lost, and its memory with it
    }
    device_->destroy_event(event_);
  }

  void wait()
  {
    device_->record(event_, stream_);
    device_->synchronize(event_);
  }

  template <class T>
  [[nodiscard]] std::vector<T> get(T const* from, std::size_t count)
  {
    std::vector<T> to(count);
    device_->copy_to_host(to.data(), from, count * sizeof(T), stream_);
    wait();
    return to;
  }

  void put(void* to, void const* from, std::size_t bytes)
  {
    device_->copy_to_device(to, from, bytes, stream_);
    wait();
  }

  /// @param gpu       called with the stream
  /// @param simulated called with the address of the block on the CPU
  template <class Gpu, class Simulated>
  void launch(char const* name, Gpu gpu, Simulated simulated)
  {
    device_->launch({.name = name,
                     .gpu  = [gpu](stream_ref s, body_arguments const&) { gpu(s); },
                     .simulated =
                       [simulated](body_arguments const& a) {
                         simulated(static_cast<std::byte*>(a.data[0].data));
                       },
                     .arguments = {{data_, bytes_}}},
                    stream_);
  }

  [[nodiscard]] std::byte* data() const noexcept { return data_; }

 private:
  std::shared_ptr<device> device_;
  device_stream stream_;
  event_ref event_;
  std::size_t bytes_;
  std::byte* data_ = nullptr;
};

}  // namespace heddle
