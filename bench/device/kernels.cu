#include "bench/device/kernels.hpp"

#include "src/device/check_cuda.hpp"

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>
#include <cub/device/device_transform.cuh>
#include <cuda/std/tuple>

#include <algorithm>

namespace heddle::bench {
namespace {

__global__ void empty_kernel() {}

struct one {
  __device__ float operator()() const { return 1; }
};

struct negated {
  __device__ float operator()(float x) const { return -x; }
};

cudaError_t sum(cub_arrays const& a, std::size_t& bytes, cudaStream_t stream)
{
  return cub::DeviceReduce::Sum(a.scratch, bytes, a.x, a.y, a.size, stream);
}

cudaError_t inclusive_sum(cub_arrays const& a, std::size_t& bytes, cudaStream_t stream)
{
  return cub::DeviceScan::InclusiveSum(a.scratch, bytes, a.x, a.y, a.size, stream);
}

cudaError_t sort(cub_arrays const& a, std::size_t& bytes, cudaStream_t stream)
{
  return cub::DeviceRadixSort::SortKeys(a.scratch, bytes, a.x, a.y, a.size, 0, 32, stream);
}

}  // namespace

void launch_empty(cudaStream_t stream)
{
  empty_kernel<<<1, 32, 0, stream>>>();
}

std::size_t cub_scratch_bytes(std::size_t size)
{
  cub_arrays const question{nullptr, nullptr, size, nullptr, 0};
  std::size_t most = 0;
  for (auto const algorithm : {sum, inclusive_sum, sort}) {
    std::size_t bytes = 0;
    check_cuda(algorithm(question, bytes, nullptr));
    most = std::max(most, bytes);
  }
  return most;
}

void cub_fill(cub_arrays const& a, cudaStream_t stream)
{
  check_cuda(cub::DeviceTransform::Transform(cuda::std::tuple<>{}, a.y, a.size, one{}, stream));
}

void cub_negate(cub_arrays const& a, cudaStream_t stream)
{
  check_cuda(cub::DeviceTransform::Transform(a.x, a.y, a.size, negated{}, stream));
}

void cub_sum(cub_arrays const& a, cudaStream_t stream)
{
  auto bytes = a.scratch_bytes;
  check_cuda(sum(a, bytes, stream));
}

void cub_inclusive_sum(cub_arrays const& a, cudaStream_t stream)
{
  auto bytes = a.scratch_bytes;
  check_cuda(inclusive_sum(a, bytes, stream));
}

void cub_sort(cub_arrays const& a, cudaStream_t stream)
{
  auto bytes = a.scratch_bytes;
  check_cuda(sort(a, bytes, stream));
}

}  // namespace heddle::bench
