#include "src/device/cuda_device.hpp"

#include <heddle/trace/nvtx.hpp>

#include <nvtx3/nvToolsExtCudaRt.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace heddle {
namespace {

std::string text_of(cudaError_t status)
{
  return std::string{cudaGetErrorName(status)} + " (" + cudaGetErrorString(status) + ')';
}

/// Throws away the runtime's last error of this thread, so that nobody else is blamed for it.
void forget_last_error() noexcept
{
  static_cast<void>(cudaGetLastError());
}

profiler_range transfer_range(std::string_view name, std::size_t bytes) noexcept
{
  return profiler_range{range_kind::transfer, name, bytes};
}

}  // namespace

cuda_device::cuda_device(int ordinal, cudaDeviceProp const& properties)
  : info_{properties.name, device_kind::cuda, ordinal, properties.totalGlobalMem},
    title_{"CUDA device " + std::to_string(ordinal) + " (" + info_.name + ')'}
{
}

/// Objects of this class end with the process, when the runtime may be gone already: its answers
/// do not matter.
cuda_device::~cuda_device()
{
  if (!host_calls_.empty() && make_current() == cudaSuccess) cudaDeviceSynchronize();
  if (pool_) cudaMemPoolDestroy(pool_);
  forget_last_error();
}

// ---- errors
// --------------------------------------------------------------------------------------

/// Every call that may throw begins with it.
void cuda_device::use()
{
  if (is_lost_.load(std::memory_order_acquire)) throw cuda_error{loss_};
  expect(make_current(), "making it the current device");
}

cudaError_t cuda_device::make_current() noexcept
{
  int current = -1;
  if (cudaGetDevice(&current) == cudaSuccess && current == info_.ordinal) return cudaSuccess;
  return cudaSetDevice(info_.ordinal);
}

void cuda_device::expect(cudaError_t status, std::string_view doing)
{
  if (status != cudaSuccess) lose(status, std::string{doing});
}

template <class Handle>
void cuda_device::expect(cudaError_t status, std::string_view doing, Handle where)
{
  if (status != cudaSuccess) lose(status, std::string{doing} + ", " + log_.describe(where));
}

/// Only the first error is of use: the context repeats it whatever is asked.
void cuda_device::lose(cudaError_t status, std::string const& noticed)
{
  forget_last_error();
  std::scoped_lock const lock{loss_mutex_};
  if (!is_lost_.load(std::memory_order_relaxed)) {
    auto const under_way = log_.under_way();
    loss_                = title_ + " is lost: " + text_of(status) + ", noticed when " + noticed +
            (under_way.empty() ? "" : "; under way were " + under_way) +
            ". compute-sanitizer names the kernel";
    is_lost_.store(true, std::memory_order_release);
  }
  throw cuda_error{loss_};
}

/// Fails one launch, or the device if it is the device that failed.
void cuda_device::refuse(stream_ref stream, std::string const& reason)
{
  auto const status = cudaStreamQuery(stream.get());
  if (status != cudaErrorNotReady) expect(status, "launching", stream);
  forget_last_error();
  throw invalid_argument{title_ + " refused a launch, " + log_.describe(stream) + ": " + reason};
}

// ---- streams and events
// --------------------------------------------------------------------------

stream_ref cuda_device::create_stream(std::string_view name)
{
  use();
  cudaStream_t stream{};
  expect(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a stream");
  log_.add(stream, name);
  nvtxNameCudaStreamA(stream, std::string{name}.c_str());
  return stream;
}

void cuda_device::destroy_stream(stream_ref stream) noexcept
{
  log_.remove(stream);
  if (cudaStreamDestroy(stream.get()) != cudaSuccess) forget_last_error();
}

event_ref cuda_device::create_event()
{
  use();
  cudaEvent_t event{};
  expect(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "creating an event");
  return event_ref{event};
}

void cuda_device::destroy_event(event_ref event) noexcept
{
  log_.remove(event);
  if (cudaEventDestroy(event.get()) != cudaSuccess) forget_last_error();
}

void cuda_device::record(event_ref event, stream_ref stream)
{
  use();
  log_.recorded(event, stream);
  expect(cudaEventRecord(event.get(), stream.get()), "recording an event", stream);
}

void cuda_device::wait(event_ref event, stream_ref stream)
{
  use();
  expect(cudaStreamWaitEvent(stream.get(), event.get(), 0), "waiting for an event", stream);
}

bool cuda_device::has_ended(event_ref event)
{
  use();
  auto const status = cudaEventQuery(event.get());
  if (status == cudaErrorNotReady) {
    forget_last_error();  // it counts as one
    return false;
  }
  expect(status, "asking for an event", event);
  log_.ended(event);
  return true;
}

void cuda_device::synchronize(event_ref event)
{
  use();
  expect(cudaEventSynchronize(event.get()), "waiting on the host for an event", event);
  log_.ended(event);
}

// ---- memory
// --------------------------------------------------------------------------------------

cudaMemPool_t cuda_device::pool()
{
  std::call_once(pool_created_, [this] { create_pool(); });
  return pool_;
}

/// The pool keeps what is freed: to give it back to the system would wait for the device.
void cuda_device::create_pool()
{
  cudaMemPoolProps properties{};
  properties.allocType     = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id   = info_.ordinal;
  expect(cudaMemPoolCreate(&pool_, &properties), "creating a memory pool");
  auto keep_bytes = std::numeric_limits<std::uint64_t>::max();
  expect(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep_bytes),
         "setting up a memory pool");
  let_peers_read();
}

/// Copies between devices go through the host where they cannot read each other.
void cuda_device::let_peers_read() noexcept
{
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
  for (int peer = 0; peer < count; ++peer) {
    int can_access = 0;
    if (peer == info_.ordinal) continue;
    if (cudaDeviceCanAccessPeer(&can_access, peer, info_.ordinal) != cudaSuccess) continue;
    if (can_access == 0) continue;
    cudaMemAccessDesc access{};
    access.location = {cudaMemLocationTypeDevice, peer};
    access.flags    = cudaMemAccessFlagsProtReadWrite;
    static_cast<void>(cudaMemPoolSetAccess(pool_, &access, 1));
  }
  forget_last_error();
}

void* cuda_device::allocate(std::size_t bytes, stream_ref stream)
{
  use();
  void* memory = nullptr;
  auto const status =
    cudaMallocFromPoolAsync(&memory, std::max<std::size_t>(bytes, 1), pool(), stream.get());
  if (status == cudaErrorMemoryAllocation) {
    forget_last_error();
    throw out_of_device_memory{title_ + " has no room for " + std::to_string(bytes) + " bytes, " +
                               log_.describe(stream)};
  }
  expect(status, "allocating memory", stream);
  return memory;
}

void cuda_device::free(void* memory, stream_ref stream)
{
  use();
  expect(cudaFreeAsync(memory, stream.get()), "freeing memory", stream);
}

bool cuda_device::pin(void* host, std::size_t bytes) noexcept
{
  if (bytes == 0 || is_lost_.load(std::memory_order_acquire)) return false;
  auto status = make_current();
  if (status == cudaSuccess) status = cudaHostRegister(host, bytes, cudaHostRegisterPortable);
  if (status != cudaSuccess) forget_last_error();
  return status == cudaSuccess;
}

void cuda_device::unpin(void* host) noexcept
{
  if (cudaHostUnregister(host) != cudaSuccess) forget_last_error();
}

void cuda_device::copy_to_device(void* to, void const* host, std::size_t bytes, stream_ref stream)
{
  use();
  auto const range = transfer_range("to device", bytes);
  expect(cudaMemcpyAsync(to, host, bytes, cudaMemcpyHostToDevice, stream.get()),
         "copying to the device", stream);
}

void cuda_device::copy_to_host(void* host, void const* from, std::size_t bytes, stream_ref stream)
{
  use();
  auto const range = transfer_range("to host", bytes);
  expect(cudaMemcpyAsync(host, from, bytes, cudaMemcpyDeviceToHost, stream.get()),
         "copying to the host", stream);
}

void cuda_device::copy_from(device& source, void* to, void const* from, std::size_t bytes,
                            stream_ref stream)
{
  if (source.info().kind != device_kind::cuda) {
    throw invalid_argument{title_ + ": copy_from: '" + source.info().name +
                           "' is no CUDA device; copy by way of the host"};
  }
  use();
  auto const range = transfer_range("between devices", bytes);
  expect(&source == this ? cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream.get())
                         : cudaMemcpyPeerAsync(to, info_.ordinal, from, source.info().ordinal,
                                               bytes, stream.get()),
         "copying from a device", stream);
}

void cuda_device::fill(void* to, std::byte value, std::size_t bytes, stream_ref stream)
{
  use();
  expect(cudaMemsetAsync(to, std::to_integer<int>(value), bytes, stream.get()), "filling memory",
         stream);
}

// ---- work
// ----------------------------------------------------------------------------------------

void cuda_device::launch(device_work work, stream_ref stream)
{
  if (!work.gpu) {
    throw not_supported{title_ + ": work '" + work.name + "' has no body for GPUs: give it .gpu()"};
  }
  use();
  profiler_range const range{range_kind::task, work.name};
  log_.launched(work.name, stream);
  enqueue(work, stream);
}

void cuda_device::enqueue(device_work const& work, stream_ref stream)
{
  forget_last_error();  // of others
  try {
    work.gpu(stream, {work.arguments, work.part});
  } catch (cuda_error const& e) {
    refuse(stream, e.what());
  }
  if (auto const status = cudaGetLastError(); status != cudaSuccess) {
    refuse(stream, text_of(status));
  }
}

void cuda_device::call_host(std::function<void()> function, stream_ref stream)
{
  use();
  auto& call        = host_calls_.add(std::move(function));
  auto const status = cudaLaunchHostFunc(stream.get(), host_calls::run, &call);
  if (status != cudaSuccess) host_calls_.remove(call);
  expect(status, "enqueuing a host function", stream);
}

// ---- all of them
// ---------------------------------------------------------------------------------

namespace {

std::vector<std::shared_ptr<device>> find_cuda_devices()
{
  std::vector<std::shared_ptr<device>> found;
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;  // no driver or no GPU
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, ordinal) != cudaSuccess) properties = {};
    found.push_back(std::make_shared<cuda_device>(ordinal, properties));
  }
  forget_last_error();
  return found;
}

}  // namespace

std::vector<std::shared_ptr<device>> cuda_devices()
{
  static auto const devices = find_cuda_devices();
  return devices;
}

}  // namespace heddle
