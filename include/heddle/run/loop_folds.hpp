/// @file
/// The elements of a part of a reduction as one. Users have no need of it.
#pragma once

#include <heddle/base/units.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>

namespace heddle::detail {

/// Sums of numbers may be made in any order. Of numbers of one type, so that none is rounded before
/// it is added.
template <class Result, class T, class Op>
inline constexpr bool sums_numbers = std::is_arithmetic_v<Result>&& std::is_same_v<Result, T> &&
                                     (std::is_same_v<Op, std::plus<>> ||
                                      std::is_same_v<Op, std::plus<T>>);

/// The sum of numbers in so many running sums, each of every so manyth, as vectors have them.
template <class Result, class T>
Result sum_elements(std::span<T const> elements, range part)
{
  constexpr std::size_t lanes = 32;
  std::array<Result, lanes> sums{};
  auto i = part.first;
  for (; part.last - i >= lanes; i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) {
      sums[l] = static_cast<Result>(sums[l] + static_cast<Result>(elements[i + l]));
    }
  }
  auto sum = std::accumulate(sums.begin(), sums.end(), Result{});
  for (; i < part.last; ++i) sum = static_cast<Result>(sum + static_cast<Result>(elements[i]));
  return sum;
}

/// In the order of the elements; long parts in several runs of them at once, since each operation
/// waits for the one before it.
template <class Result, class T, class Op>
Result fold_elements(std::span<T const> elements, range part, Op& op)
{
  if constexpr (sums_numbers<Result, T, Op>) return sum_elements<Result>(elements, part);
  constexpr std::size_t runs = 8;
  auto const fold_from       = [&](Result so_far, std::size_t first, std::size_t last) {
    for (auto i = first; i < last; ++i) so_far = op(std::move(so_far), elements[i]);
    return so_far;
  };
  auto const at     = [&](std::size_t i) { return static_cast<Result>(elements[i]); };
  auto const length = part.size() / runs;
  if (length < runs) return fold_from(at(part.first), part.first + 1, part.last);
  auto sums = [&]<std::size_t... R>(std::index_sequence<R...>)
  {
    return std::array<Result, runs>{at(part.first + R * length)...};
  }
  (std::make_index_sequence<runs>{});
  for (std::size_t i = 1; i < length; ++i) {
    for (std::size_t r = 0; r < runs; ++r) {
      sums[r] = op(std::move(sums[r]), elements[part.first + r * length + i]);
    }
  }
  auto sum = std::move(sums[0]);
  for (std::size_t r = 1; r < runs; ++r) sum = op(std::move(sum), std::move(sums[r]));
  return fold_from(std::move(sum), part.first + runs * length, part.last);
}

}  // namespace heddle::detail
