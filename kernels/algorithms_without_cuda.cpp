#include "kernels/algorithms.hpp"

#include <heddle/base/error.hpp>

#include <string>

namespace heddle::kernels {
namespace {

[[noreturn]] void refuse(char const* algorithm)
{
  throw not_built{std::string{algorithm} + " on a device: this build of heddle has no CUDA"};
}

}  // namespace

template <number T>
void elementwise<T>::fill(T*, std::size_t, T, stream_ref)
{
  refuse("fill");
}

template <number T>
void elementwise<T>::transform(transformation, T, T const*, T*, std::size_t, stream_ref)
{
  refuse("transform");
}

template <number T>
void elementwise<T>::axpy(T, T const*, T*, std::size_t, stream_ref)
{
  refuse("axpy");
}

template <number T>
std::size_t reduce<T>::scratch_bytes(std::size_t)
{
  refuse("reduce");
}

template <number T>
void reduce<T>::launch(reduction, T const*, std::size_t, T*, scratch, stream_ref)
{
  refuse("reduce");
}

template <number T>
std::size_t inclusive_scan<T>::scratch_bytes(std::size_t)
{
  refuse("inclusive_scan");
}

template <number T>
void inclusive_scan<T>::launch(T const*, T*, std::size_t, scratch, stream_ref)
{
  refuse("inclusive_scan");
}

template <number T>
std::size_t sort<T>::scratch_bytes(std::size_t)
{
  refuse("sort");
}

template <number T>
void sort<T>::launch(sort_order, T const*, T*, std::size_t, scratch, stream_ref)
{
  refuse("sort");
}

template struct elementwise<std::int32_t>;
template struct elementwise<std::uint32_t>;
template struct elementwise<std::int64_t>;
template struct elementwise<std::uint64_t>;
template struct elementwise<float>;
template struct elementwise<double>;
template struct reduce<std::int32_t>;
template struct reduce<std::uint32_t>;
template struct reduce<std::int64_t>;
template struct reduce<std::uint64_t>;
template struct reduce<float>;
template struct reduce<double>;
template struct inclusive_scan<std::int32_t>;
template struct inclusive_scan<std::uint32_t>;
template struct inclusive_scan<std::int64_t>;
template struct inclusive_scan<std::uint64_t>;
template struct inclusive_scan<float>;
template struct inclusive_scan<double>;
template struct sort<std::int32_t>;
template struct sort<std::uint32_t>;
template struct sort<std::int64_t>;
template struct sort<std::uint64_t>;
template struct sort<float>;
template struct sort<double>;

}  // namespace heddle::kernels
