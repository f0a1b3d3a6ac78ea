/// @file
/// One device behind one interface: a CUDA GPU, or a simulated one.
#pragma once

#include <heddle/base/body.hpp>
#include <heddle/base/error.hpp>
#include <heddle/base/event_ref.hpp>
#include <heddle/base/stream_ref.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

enum class device_kind { cuda, simulated };

/// What a device is.
struct device_info {
  std::string name;
  device_kind kind         = device_kind::cuda;
  int ordinal              = 0;  ///< among the devices of its kind in this process
  std::size_t memory_bytes = 0;
};

/// Work for a stream: one body and what it works on.
struct device_work {
  std::string name;                   ///< of the task, for errors and profilers
  device_body gpu{};                  ///< enqueues on the stream; what a CUDA device calls
  host_body simulated{};              ///< what a simulated device calls in stream order
  std::vector<argument> arguments{};  ///< memory of this device
  range part{};                       ///< of a data-parallel stage
};

/// A device with streams, events and memory.
///
/// Streams keep the order of what is enqueued on them; events order streams among each other, also
/// those of different devices of one kind. Every operation that takes a stream last is ordered on
/// it and does not wait for it. Host memory of a copy must stay until the copy has ended.
///
/// Every call may throw `device_error`, for this call or an earlier one on the device: such an
/// error is sticky, and the device is of no more use. `what()` names the stream, and the work if it
/// is known. Thread-safe; the order of calls that two threads make on one stream is theirs to fix.
class device {
 public:
  device()                         = default;
  device(device const&)            = delete;
  device& operator=(device const&) = delete;
  virtual ~device()                = default;

  [[nodiscard]] virtual device_info const& info() const noexcept = 0;

  // ---- streams and events ----

  /// @param name shown by profilers and in errors
  [[nodiscard]] virtual stream_ref create_stream(std::string_view name) = 0;
  /// What was enqueued on it still runs to its end.
  virtual void destroy_stream(stream_ref stream) noexcept = 0;

  [[nodiscard]] virtual event_ref create_event()       = 0;
  virtual void destroy_event(event_ref event) noexcept = 0;

  /// The event stands for all that was enqueued on the stream so far; an earlier record is
  /// forgotten by later waits and queries, but not by those made before.
  virtual void record(event_ref event, stream_ref stream) = 0;

  /// What is enqueued on the stream from now on starts after the event's latest record, if any.
  virtual void wait(event_ref event, stream_ref stream) = 0;

  /// Whether the event's latest record has been reached; true if it was never recorded. Does not
  /// wait.
  [[nodiscard]] virtual bool has_ended(event_ref event) = 0;

  /// Blocks the calling thread until the event's latest record has been reached.
  virtual void synchronize(event_ref event) = 0;

  // ---- memory ----

  /// At least `bytes` bytes, aligned to 256, to be used after this point of the stream. 0 bytes
  /// give a pointer that may not be used.
  ///
  /// @throw out_of_device_memory which is not sticky
  [[nodiscard]] virtual void* allocate(std::size_t bytes, stream_ref stream) = 0;

  /// The memory must not be used after this point of the stream.
  virtual void free(void* memory, stream_ref stream) = 0;

  /// Makes copies from and to this host memory faster and asynchronous, if the system allows it.
  ///
  /// @return whether `unpin` is to be called before the memory is freed
  [[nodiscard]] virtual bool pin(void* host, std::size_t bytes) noexcept = 0;
  virtual void unpin(void* host) noexcept                                = 0;

  virtual void copy_to_device(void* to, void const* host, std::size_t bytes, stream_ref stream) = 0;
  virtual void copy_to_host(void* host, void const* from, std::size_t bytes, stream_ref stream) = 0;

  /// From memory of `source`, which may be this device or another of the same kind.
  virtual void copy_from(device& source, void* to, void const* from, std::size_t bytes,
                         stream_ref stream) = 0;

  /// Sets every byte.
  virtual void fill(void* to, std::byte value, std::size_t bytes, stream_ref stream) = 0;

  // ---- work ----

  /// Enqueues the work. What a simulated body throws becomes the device's sticky error.
  ///
  /// @throw not_supported    if the work has no body for this kind of device
  /// @throw invalid_argument if the device refuses a launch that the body makes; not sticky
  virtual void launch(device_work work, stream_ref stream) = 0;

  /// Calls `function` on some thread at this point of the stream. It must not call the device. It
  /// need not be called at all after an error.
  virtual void call_host(std::function<void()> function, stream_ref stream) = 0;
};

/// The CUDA devices of this process, by ordinal; none in a build without CUDA, or without a driver
/// or GPU. The same objects at every call.
[[nodiscard]] std::vector<std::shared_ptr<device>> cuda_devices();

/// A stream that is destroyed with its owner.
class device_stream {
 public:
  device_stream(std::shared_ptr<device> owner, std::string_view name)
    : device_{std::move(owner)}, stream_{device_->create_stream(name)}
  {
  }
  device_stream(device_stream&&)            = delete;
  device_stream& operator=(device_stream&&) = delete;
  ~device_stream() { device_->destroy_stream(stream_); }

  operator stream_ref() const noexcept { return stream_; }

 private:
  std::shared_ptr<device> device_;
  stream_ref stream_;
};

/// An event that is destroyed with its owner.
class device_event {
 public:
  explicit device_event(std::shared_ptr<device> owner)
    : device_{std::move(owner)}, event_{device_->create_event()}
  {
  }
  device_event(device_event&&)            = delete;
  device_event& operator=(device_event&&) = delete;
  ~device_event() { device_->destroy_event(event_); }

  [[nodiscard]] device& where() const noexcept { return *device_; }
  [[nodiscard]] bool has_ended() const { return device_->has_ended(event_); }
  void synchronize() const { device_->synchronize(event_); }
  operator event_ref() const noexcept { return event_; }

 private:
  std::shared_ptr<device> device_;
  event_ref event_;
};

}  // namespace heddle
