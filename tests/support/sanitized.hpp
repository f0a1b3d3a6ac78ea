/// @file
/// Tests under sanitizers.
#pragma once

namespace heddle::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

/// How many random cases to try: fewer where each takes ten to fifty times as long.
constexpr int cases(int all)
{
  return is_sanitized ? all / 20 : all;
}

}  // namespace heddle::test
