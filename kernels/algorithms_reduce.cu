#include "kernels/check_scratch.hpp"

#include <cub/device/device_reduce.cuh>

namespace heddle::kernels {
namespace {

/// One kernel for all reductions of a type: choosing costs nothing beside reading the elements.
template <class T>
struct folded {
  reduction how;
  __host__ __device__ T operator()(T a, T b) const { return apply(how, a, b); }
};

template <class T>
auto reduce_call(reduction how, T const* x, std::size_t size, T* result, cudaStream_t stream)
{
  return [=](void* memory, std::size_t& bytes) {
    return cub::DeviceReduce::Reduce(memory, bytes, x, result, size, folded<T>{how},
                                     identity_of<T>(how), stream);
  };
}

}  // namespace

template <number T>
std::size_t reduce<T>::scratch_bytes(std::size_t size)
{
  return scratch_bytes_of(reduce_call<T>(reduction::sum, nullptr, size, nullptr, cudaStream_t{}));
}

template <number T>
void reduce<T>::launch(reduction how, T const* x, std::size_t size, T* result, scratch s,
                       stream_ref stream)
{
  launch_with(s, reduce_call<T>(how, x, size, result, stream.get()));
}

template struct reduce<std::int32_t>;
template struct reduce<std::uint32_t>;
template struct reduce<std::int64_t>;
template struct reduce<std::uint64_t>;
template struct reduce<float>;
template struct reduce<double>;

}  // namespace heddle::kernels
