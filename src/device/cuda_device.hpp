/// @file
/// A CUDA GPU behind the interface of devices.
#pragma once

#include <heddle/device/device.hpp>

#include "src/device/host_calls.hpp"
#include "src/device/stream_log.hpp"

#include <cuda_runtime_api.h>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

namespace heddle {

/// One GPU, by its ordinal in this process; it takes no memory on the GPU before its first use.
///
/// Memory comes from a pool of its own, which keeps what is freed. Streams do not synchronize with
/// the legacy stream. Every call leaves this GPU the current one of the calling thread.
///
/// After the first error of the runtime the GPU is lost: its context answers nothing but that
/// error, and every later call here throws what the first one said. A launch that the runtime
/// refuses, for its configuration say, fails alone.
class cuda_device final : public device {
 public:
  /// @param ordinal of the CUDA runtime
  cuda_device(int ordinal, cudaDeviceProp const& properties);
  ~cuda_device() override;

  [[nodiscard]] device_info const& info() const noexcept override { return info_; }

  [[nodiscard]] stream_ref create_stream(std::string_view name) override;
  void destroy_stream(stream_ref stream) noexcept override;
  [[nodiscard]] event_ref create_event() override;
  void destroy_event(event_ref event) noexcept override;
  void record(event_ref event, stream_ref stream) override;
  void wait(event_ref event, stream_ref stream) override;
  [[nodiscard]] bool has_ended(event_ref event) override;
  void synchronize(event_ref event) override;

  [[nodiscard]] void* allocate(std::size_t bytes, stream_ref stream) override;
  void free(void* memory, stream_ref stream) override;
  [[nodiscard]] bool pin(void* host, std::size_t bytes) noexcept override;
  void unpin(void* host) noexcept override;
  void copy_to_device(void* to, void const* host, std::size_t bytes, stream_ref stream) override;
  void copy_to_host(void* host, void const* from, std::size_t bytes, stream_ref stream) override;
  void copy_from(device& source, void* to, void const* from, std::size_t bytes,
                 stream_ref stream) override;
  void fill(void* to, std::byte value, std::size_t bytes, stream_ref stream) override;

  void launch(device_work work, stream_ref stream) override;
  void call_host(std::function<void()> function, stream_ref stream) override;

 private:
  void use();
  cudaError_t make_current() noexcept;
  cudaMemPool_t pool();
  void create_pool();
  void let_peers_read() noexcept;
  void enqueue(device_work const& work, stream_ref stream);

  void expect(cudaError_t status, std::string_view doing);
  template <class Handle>
  void expect(cudaError_t status, std::string_view doing, Handle where);
  [[noreturn]] void refuse(stream_ref stream, std::string const& reason);
  [[noreturn]] void lose(cudaError_t status, std::string const& noticed);

  device_info info_;
  std::string title_;  ///< for messages
  stream_log log_{};
  host_calls host_calls_{};
  std::once_flag pool_created_{};
  cudaMemPool_t pool_{};
  std::atomic<bool> is_lost_{false};
  std::mutex loss_mutex_{};
  std::string loss_{};  ///< what the first error said
};

}  // namespace heddle
