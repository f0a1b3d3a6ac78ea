#include "kernels/check_scratch.hpp"

#include <cub/device/device_scan.cuh>

namespace heddle::kernels {
namespace {

template <class T>
auto scan_call(T const* x, T* y, std::size_t size, cudaStream_t stream)
{
  return [=](void* memory, std::size_t& bytes) {
    return cub::DeviceScan::InclusiveSum(memory, bytes, x, y, size, stream);
  };
}

}  // namespace

template <number T>
std::size_t inclusive_scan<T>::scratch_bytes(std::size_t size)
{
  return scratch_bytes_of(scan_call<T>(nullptr, nullptr, size, cudaStream_t{}));
}

template <number T>
void inclusive_scan<T>::launch(T const* x, T* y, std::size_t size, scratch s, stream_ref stream)
{
  launch_with(s, scan_call<T>(x, y, size, stream.get()));
}

template struct inclusive_scan<std::int32_t>;
template struct inclusive_scan<std::uint32_t>;
template struct inclusive_scan<std::int64_t>;
template struct inclusive_scan<std::uint64_t>;
template struct inclusive_scan<float>;
template struct inclusive_scan<double>;

}  // namespace heddle::kernels
