/// @file
/// Sorting of numbers with vector instructions. Part of `sort`; users have no need of it.
#pragma once

#include <heddle/run/executor.hpp>
#include <heddle/run/loop_parts.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>

namespace heddle::detail {

/// The type of keys and their order, which for floating-point numbers is totalOrder of IEEE 754.
struct key_order {
  std::size_t num_bytes;  ///< 2, 4 or 8; a floating-point number has 4 or 8
  bool is_floating;
  bool is_signed;
  bool is_descending;
};

template <class T>
concept vector_key = (std::integral<T> && (sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8)) ||
                     std::same_as<T, float> || std::same_as<T, double>;

template <class T, class Less>
inline constexpr bool is_ascending =
  std::same_as<Less, std::less<>> || std::same_as<Less, std::less<T>> ||
  std::same_as<Less, std::ranges::less>;
template <class T, class Less>
inline constexpr bool is_descending =
  std::same_as<Less, std::greater<>> || std::same_as<Less, std::greater<T>> ||
  std::same_as<Less, std::ranges::greater>;

/// Whether `Less` orders `T` as vector instructions can.
template <class T, class Less>
concept vector_order = vector_key<T> &&(is_ascending<T, Less> || is_descending<T, Less>);

template <class T, class Less>
requires vector_order<T, Less>
inline constexpr key_order order_of{sizeof(T), std::floating_point<T>, std::is_signed_v<T>,
                                    is_descending<T, Less>};

void sort_keys(executor& e, void* keys, std::size_t size, key_order const& order,
               loop_options const& options);

}  // namespace heddle::detail
