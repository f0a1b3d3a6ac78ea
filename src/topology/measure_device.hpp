/// @file
/// Bandwidths between host and CUDA devices.
#pragma once

namespace heddle {

struct device_rates {
  double to_device_bytes_per_second   = 0;
  double from_device_bytes_per_second = 0;
  double within_bytes_per_second      = 0;  ///< read and written in a copy from device to device
  double latency_seconds              = 0;  ///< of a copy of a few bytes to the device
};

/// Copies between pinned host memory, which the calling thread touches first, and a device; 64 MiB
/// at a time, best of 5. Leaves the current device as it was.
///
/// @throw cuda_error if the device refuses
/// @throw not_built  in a build without CUDA
[[nodiscard]] device_rates measure_device(int cuda_ordinal);

}  // namespace heddle
