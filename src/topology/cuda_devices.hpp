/// @file
/// The CUDA devices that this process sees. `CUDA_VISIBLE_DEVICES` is honoured by the CUDA runtime.
#pragma once

#include <heddle/topology/machine.hpp>

#include <vector>

namespace heddle {

/// Names, memory, multiprocessors and so on, in the order of the CUDA ordinals. None in a build
/// without CUDA, and none where there is no driver or no device. `resource` and `numa_node` are
/// left to the caller.
[[nodiscard]] std::vector<gpu_info> visible_gpus();

}  // namespace heddle
