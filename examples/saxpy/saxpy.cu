// A user's own kernel and its launcher. Of heddle it needs two headers, and no library.
#include "saxpy.hpp"

#include <stdexcept>

namespace {

__global__ void saxpy_kernel(std::size_t size, float a, float const* x, float* y)
{
  auto const i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < size) y[i] = a * x[i] + y[i];
}

}  // namespace

void launch_saxpy(heddle::stream_ref stream, float a, heddle::device_span<float const> x,
                  heddle::device_span<float> y)
{
  constexpr unsigned block_threads = 256;
  auto const num_blocks = static_cast<unsigned>((y.size() + block_threads - 1) / block_threads);
  if (num_blocks == 0) return;
  saxpy_kernel<<<num_blocks, block_threads, 0, stream.get()>>>(y.size(), a, x.data(), y.data());
  if (auto const status = cudaGetLastError(); status != cudaSuccess) {
    throw std::runtime_error{cudaGetErrorString(status)};
  }
}
