#pragma once

#include <heddle/run/sort_keys.hpp>

#include <cstddef>

namespace heddle::detail {

/// Where a piece was divided: what lies before `first` is not behind what lies from `first` to
/// `last` in order, whose elements are all equal, and so on.
struct key_cut {
  std::size_t first;
  std::size_t last;
};

/// Sorts keys on the calling thread, in place, with the widest vectors that the processor has.
/// O(n log n).
///
/// M. Blacher et al.: Vectorized and performance-portable quicksort, 2022 (arXiv:2205.05982).
void sort_keys_here(void* keys, std::size_t size, key_order const& order) noexcept;

/// Divides keys at about the middle of their order, in one pass over memory, or two where many
/// are equal. Both sides are smaller than the whole. `size` is at least `least_keys_to_divide`.
[[nodiscard]] key_cut divide_keys(void* keys, std::size_t size, key_order const& order) noexcept;

[[nodiscard]] bool are_keys_sorted(void const* keys, std::size_t size,
                                   key_order const& order) noexcept;

constexpr std::size_t least_keys_to_divide = 1024;

}  // namespace heddle::detail
