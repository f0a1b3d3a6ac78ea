/// @file
/// What the benchmarks of devices share: the first GPU, a stream, memory, a stopwatch.
#pragma once

#include <heddle/device/device.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <memory>

namespace heddle::bench {

/// The main function of these programs has made sure that there is one.
inline std::shared_ptr<device> gpu()
{
  return cuda_devices().front();
}

/// Waits for the end of what was enqueued.
inline void finish(device_stream const& stream)
{
  device_event const event{gpu()};
  gpu()->record(event, stream);
  event.synchronize();
}

class device_memory {
 public:
  device_memory(std::size_t bytes, device_stream const& stream)
    : stream_{stream}, data_{gpu()->allocate(bytes, stream)}
  {
  }
  device_memory(device_memory&&)            = delete;
  device_memory& operator=(device_memory&&) = delete;
  ~device_memory() { gpu()->free(data_, stream_); }

  template <class T>
  [[nodiscard]] T* as() const
  {
    return static_cast<T*>(data_);
  }

 private:
  device_stream const& stream_;
  void* data_;
};

/// Seconds that `work()` takes on the host.
template <class Work>
double seconds_of(Work work)
{
  auto const began = std::chrono::steady_clock::now();
  work();
  return seconds{std::chrono::steady_clock::now() - began}.count();
}

}  // namespace heddle::bench
