#include "kernels/check_scratch.hpp"

#include <cub/device/device_radix_sort.cuh>

namespace heddle::kernels {
namespace {

template <class T>
auto sort_call(sort_order order, T const* x, T* y, std::size_t size, cudaStream_t stream)
{
  return [=](void* memory, std::size_t& bytes) {
    constexpr int num_bits = 8 * sizeof(T);
    return order == sort_order::ascending
             ? cub::DeviceRadixSort::SortKeys(memory, bytes, x, y, size, 0, num_bits, stream)
             : cub::DeviceRadixSort::SortKeysDescending(memory, bytes, x, y, size, 0, num_bits,
                                                        stream);
  };
}

}  // namespace

/// Both orders need the same.
template <number T>
std::size_t sort<T>::scratch_bytes(std::size_t size)
{
  return scratch_bytes_of(
    sort_call<T>(sort_order::ascending, nullptr, nullptr, size, cudaStream_t{}));
}

template <number T>
void sort<T>::launch(sort_order order, T const* x, T* y, std::size_t size, scratch s,
                     stream_ref stream)
{
  launch_with(s, sort_call<T>(order, x, y, size, stream.get()));
}

template struct sort<std::int32_t>;
template struct sort<std::uint32_t>;
template struct sort<std::int64_t>;
template struct sort<std::uint64_t>;
template struct sort<float>;
template struct sort<double>;

}  // namespace heddle::kernels
