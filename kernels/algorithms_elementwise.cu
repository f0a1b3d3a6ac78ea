#include "kernels/algorithms.hpp"
#include "src/device/check_cuda.hpp"

#include <cub/device/device_transform.cuh>
#include <cuda/std/tuple>

namespace heddle::kernels {
namespace {

template <class T>
struct constant_of {
  T value;
  __device__ T operator()() const { return value; }
};

template <class T>
struct transformed {
  transformation how;
  T constant;
  __device__ T operator()(T x) const { return apply(how, x, constant); }
};

template <class T>
struct multiplied_and_added {
  T a;
  __device__ T operator()(T x, T y) const { return a * x + y; }  // nvcc fuses the two
};

}  // namespace

template <number T>
void elementwise<T>::fill(T* to, std::size_t size, T value, stream_ref stream)
{
  check_cuda(cub::DeviceTransform::Transform(cuda::std::tuple<>{}, to, size, constant_of<T>{value},
                                             stream.get()));
}

template <number T>
void elementwise<T>::transform(transformation how, T constant, T const* x, T* y, std::size_t size,
                               stream_ref stream)
{
  check_cuda(
    cub::DeviceTransform::Transform(x, y, size, transformed<T>{how, constant}, stream.get()));
}

template <number T>
void elementwise<T>::axpy(T a, T const* x, T* y, std::size_t size, stream_ref stream)
{
  check_cuda(cub::DeviceTransform::Transform(cuda::std::tuple{x, static_cast<T const*>(y)}, y, size,
                                             multiplied_and_added<T>{a}, stream.get()));
}

template struct elementwise<std::int32_t>;
template struct elementwise<std::uint32_t>;
template struct elementwise<std::int64_t>;
template struct elementwise<std::uint64_t>;
template struct elementwise<float>;
template struct elementwise<double>;

}  // namespace heddle::kernels
