/// @file
/// Stores that go past the caches. Users have no need of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace heddle::detail {

inline constexpr std::size_t cache_line = 64;

/// Whether there are such stores for arrays of `T`. They pay for arrays that are larger than the
/// caches: a line that is written whole is not read from memory before, a third of the traffic of a
/// loop that reads one array and writes another.
template <class T>
inline constexpr bool can_stream =
#if defined(__x86_64__)
  std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8);
#else
  false;
#endif

/// How many elements lie between `to` and the next cache line.
template <class T>
[[nodiscard]] std::size_t elements_to_line(T const* to) noexcept
{
  auto const over = reinterpret_cast<std::uintptr_t>(to) % cache_line;
  return over == 0 ? 0 : (cache_line - over) / sizeof(T);
}

/// Stores whole cache lines, in the life of a `streaming` of the calling thread: until its end
/// other threads may see them in any order, and later than all other stores.
///
/// @param to   aligned to a cache line
/// @param from as many bytes as make up whole lines, aligned to one
template <class T, std::size_t N>
void stream_lines(T* to, std::span<T const, N> from) noexcept
{
#if defined(__x86_64__)
  static_assert(N * sizeof(T) % cache_line == 0);
  auto const* const source = reinterpret_cast<__m128i const*>(from.data());
  auto* const target       = reinterpret_cast<__m128i*>(to);
  for (std::size_t i = 0; i < N * sizeof(T) / sizeof(__m128i); ++i) {
    _mm_stream_si128(target + i, _mm_load_si128(source + i));
  }
#endif
}

/// While it lives, the calling thread may stream; at its end all of that is ordered before the
/// thread's later stores, so that whoever sees those sees the lines, too: also after an exception,
/// for the array may be used for something else then.
class streaming {
 public:
  streaming()                            = default;
  streaming(streaming const&)            = delete;
  streaming& operator=(streaming const&) = delete;
  ~streaming()
  {
#if defined(__x86_64__)
    _mm_sfence();
#endif
  }
};

}  // namespace heddle::detail
