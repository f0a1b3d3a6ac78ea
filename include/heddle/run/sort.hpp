/// @file
/// Sorting of arrays, on all threads of an executor that have nothing better to do.
#pragma once

#include <heddle/run/executor.hpp>
#include <heddle/run/loop_parts.hpp>
#include <heddle/run/sort_keys.hpp>
#include <heddle/run/sort_parts.hpp>

#include <concepts>
#include <functional>
#include <span>

namespace heddle {

/// Sorts so that less(elements[j], elements[i]) for no i < j. Not stable.
///
/// Divides the elements at a pivot, and the two sides likewise; a side goes to another thread that
/// has nothing to do. O(n log n) comparisons in all cases; no memory but the stack, for the
/// elements are swapped in place, and so may be of a type that can only be moved. n - 1 comparisons
/// if they are sorted already.
///
/// Integers of 16, 32 and 64 bits, `float` and `double` under `std::less` or `std::greater` are
/// sorted by vector instructions, which is 5 to 15 times faster. Their order is totalOrder of IEEE
/// 754: -NaN, -inf, ..., -0, +0, ..., inf, NaN, or its reverse. Under any other order of
/// floating-point numbers there must be no NaN, as for `std::sort`.
///
/// `less` is a strict weak ordering, and called at once on several threads. Pieces of no more than
/// `options.grain` elements are not divided between threads.
///
/// C. A. R. Hoare: Quicksort, Computer Journal 5(1), 1962. D. R. Musser: Introspective sorting and
/// selection algorithms, Software: Practice and Experience 27(8), 1997. M. Blacher et al.:
/// Vectorized and performance-portable quicksort, 2022 (arXiv:2205.05982).
///
/// @throw what `less` throws first, after which the elements are the same in some order. If moves
/// throw, elements may be lost.
template <class T, class Less>
requires std::movable<T> && std::predicate<Less&, T const&, T const&>
void sort(executor& e, std::span<T> elements, Less less, loop_options const& options = {})
{
  if constexpr (detail::vector_order<T, Less>) {
    detail::sort_keys(e, elements.data(), elements.size(), detail::order_of<T, Less>, options);
  } else {
    detail::sort_elements(e, elements, less, options);
  }
}

/// Sorts in ascending order.
template <class T>
requires std::movable<T> && std::predicate < std::less<>
&, T const&,
  T const& > void sort(executor& e, std::span<T> elements, loop_options const& options = {})
{
  sort(e, elements, std::less<>{}, options);
}

}  // namespace heddle
