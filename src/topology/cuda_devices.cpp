#include "src/topology/cuda_devices.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace heddle {
namespace {

std::string bus_id_of(int ordinal)
{
  std::array<char, 32> text{};
  if (cudaDeviceGetPCIBusId(text.data(), static_cast<int>(text.size()), ordinal) != cudaSuccess) {
    cudaGetLastError();
    return {};
  }
  std::string result{text.data()};
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

gpu_info make_info(cudaDeviceProp const& properties, int ordinal)
{
  return {.name               = properties.name,
          .memory_bytes       = static_cast<double>(properties.totalGlobalMem),
          .multiprocessors    = properties.multiProcessorCount,
          .copy_engines       = properties.asyncEngineCount,
          .compute_capability = 10 * properties.major + properties.minor,
          .pci_bus_id         = bus_id_of(ordinal)};
}

}  // namespace

std::vector<gpu_info> visible_gpus()
{
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) {
    cudaGetLastError();  // no driver or no device: neither is an error here
    return {};
  }
  std::vector<gpu_info> result;
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, ordinal) != cudaSuccess) {
      cudaGetLastError();
      properties = {};  // keeps its place, so that ordinals stay right
    }
    result.push_back(make_info(properties, ordinal));
  }
  return result;
}

}  // namespace heddle
