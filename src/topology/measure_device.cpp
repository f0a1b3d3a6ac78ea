#include "src/topology/measure_device.hpp"

#include <heddle/base/error.hpp>

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <source_location>
#include <string>

namespace heddle {
namespace {

constexpr std::size_t copied_bytes = 64u << 20;
constexpr std::size_t small_bytes  = 8;
constexpr int num_copies           = 5;

void check(cudaError_t status, std::source_location where = std::source_location::current())
{
  if (status == cudaSuccess) return;
  cudaGetLastError();
  throw cuda_error{std::string{where.file_name()} + ':' + std::to_string(where.line()) + ": " +
                   cudaGetErrorName(status) + ": " + cudaGetErrorString(status)};
}

/// Makes a device the current one for a while.
class current_device {
 public:
  explicit current_device(int ordinal)
  {
    check(cudaGetDevice(&before_));
    check(cudaSetDevice(ordinal));
  }
  ~current_device() { cudaSetDevice(before_); }
  current_device(current_device const&)            = delete;
  current_device& operator=(current_device const&) = delete;

 private:
  int before_ = 0;
};

struct free_device {
  void operator()(void* memory) const { cudaFree(memory); }
};
struct free_host {
  void operator()(void* memory) const { cudaFreeHost(memory); }
};
struct destroy_stream {
  void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
};
struct destroy_event {
  void operator()(cudaEvent_t event) const { cudaEventDestroy(event); }
};
using device_memory = std::unique_ptr<void, free_device>;
using pinned_memory = std::unique_ptr<void, free_host>;
using stream_handle = std::unique_ptr<CUstream_st, destroy_stream>;
using event_handle  = std::unique_ptr<CUevent_st, destroy_event>;

device_memory allocate_device()
{
  void* memory = nullptr;
  check(cudaMalloc(&memory, copied_bytes));
  return device_memory{memory};
}

pinned_memory allocate_pinned()
{
  void* memory = nullptr;
  check(cudaMallocHost(&memory, copied_bytes));
  std::memset(memory, 1, copied_bytes);
  return pinned_memory{memory};
}

stream_handle make_stream()
{
  cudaStream_t stream{};
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return stream_handle{stream};
}

event_handle make_event()
{
  cudaEvent_t event{};
  check(cudaEventCreate(&event));
  return event_handle{event};
}

/// Times copies on a stream of its own.
class copy_timer {
 public:
  /// Seconds of the fastest of some copies; the first, which also warms up, counts like the others.
  double best_seconds(void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind)
  {
    float best_milliseconds = 1e30f;
    for (int i = 0; i < num_copies; ++i) {
      check(cudaEventRecord(start_.get(), stream_.get()));
      check(cudaMemcpyAsync(to, from, bytes, kind, stream_.get()));
      check(cudaEventRecord(end_.get(), stream_.get()));
      check(cudaEventSynchronize(end_.get()));
      float milliseconds = 0;
      check(cudaEventElapsedTime(&milliseconds, start_.get(), end_.get()));
      best_milliseconds = std::min(best_milliseconds, milliseconds);
    }
    return std::max(best_milliseconds * 1e-3, 1e-9);
  }

 private:
  stream_handle stream_ = make_stream();
  event_handle start_   = make_event();
  event_handle end_     = make_event();
};

}  // namespace

device_rates measure_device(int cuda_ordinal)
{
  current_device const current{cuda_ordinal};
  auto const host  = allocate_pinned();
  auto const first = allocate_device();
  auto const other = allocate_device();
  copy_timer timer;
  auto const bytes = static_cast<double>(copied_bytes);
  device_rates result;
  result.to_device_bytes_per_second =
    bytes / timer.best_seconds(first.get(), host.get(), copied_bytes, cudaMemcpyHostToDevice);
  result.from_device_bytes_per_second =
    bytes / timer.best_seconds(host.get(), first.get(), copied_bytes, cudaMemcpyDeviceToHost);
  result.within_bytes_per_second =
    2 * bytes /
    timer.best_seconds(other.get(), first.get(), copied_bytes, cudaMemcpyDeviceToDevice);
  result.latency_seconds =
    timer.best_seconds(first.get(), host.get(), small_bytes, cudaMemcpyHostToDevice);
  return result;
}

}  // namespace heddle
