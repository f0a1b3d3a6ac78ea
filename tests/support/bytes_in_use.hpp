/// @file
/// How much memory the process has from its allocator.
#pragma once

#include <malloc.h>

#include <cstddef>

namespace heddle::test {

/// Of all threads; what they keep to have it sooner next time counts, too.
inline std::size_t bytes_in_use()
{
  auto const info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Those of sanitizers do not.
inline bool allocator_tells()
{
  return bytes_in_use() > 0;
}

}  // namespace heddle::test
