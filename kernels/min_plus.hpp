/// @file
/// Steps of integer min-plus recursions: one instruction (DPX) on devices that have it.
#pragma once

#include "kernels/group.hpp"

#include <cstdint>

namespace heddle::kernels {

/// min(a + b, c). At least one of `a` and `b` is below 2^30 and none is above, so that the sum does
/// not overflow.
HEDDLE_HOST_DEVICE inline std::int32_t add_min(std::int32_t a, std::int32_t b, std::int32_t c)
{
#if defined(__CUDA_ARCH__)
  return __viaddmin_s32(a, b, c);
#else
  auto const sum = a + b;
  return sum < c ? sum : c;
#endif
}

}  // namespace heddle::kernels
