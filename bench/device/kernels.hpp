/// @file
/// What the benchmarks launch by hand, beside heddle's own: plain kernels and plain CUB.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

namespace heddle::bench {

void launch_empty(cudaStream_t stream);

/// Arrays in device memory; `scratch` as large as `cub_scratch_bytes` says.
struct cub_arrays {
  float const* x;
  float* y;
  std::size_t size;
  void* scratch;
  std::size_t scratch_bytes;
};

/// Enough for each of the following.
std::size_t cub_scratch_bytes(std::size_t size);
void cub_fill(cub_arrays const& a, cudaStream_t stream);
void cub_negate(cub_arrays const& a, cudaStream_t stream);
void cub_sum(cub_arrays const& a, cudaStream_t stream);
void cub_inclusive_sum(cub_arrays const& a, cudaStream_t stream);
void cub_sort(cub_arrays const& a, cudaStream_t stream);

}  // namespace heddle::bench
