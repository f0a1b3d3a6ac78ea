/// @file
/// CUB's algorithms in two steps: how much scratch memory, then the work.
#pragma once

#include "kernels/algorithms.hpp"
#include "src/device/check_cuda.hpp"

#include <cstddef>

namespace heddle::kernels {

/// @param call `call(memory, bytes)` is CUB's function, which sets `bytes` if `memory` is null
template <class Call>
std::size_t scratch_bytes_of(Call call)
{
  std::size_t bytes = 0;
  check_cuda(call(nullptr, bytes));
  return bytes;
}

/// CUB refuses memory that is too small, but takes none for a question.
template <class Call>
void launch_with(scratch s, Call call)
{
  if (!s.memory)
    throw invalid_argument{"a device algorithm needs scratch memory: see its scratch_bytes"};
  check_cuda(call(s.memory, s.bytes));
}

}  // namespace heddle::kernels
