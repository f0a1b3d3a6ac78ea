/// @file
/// Loops over indices and arrays, on all threads of an executor that have nothing better to do.
///
/// A loop starts on the calling thread, and measures itself; what an index took in the loops of the
/// same body before is believed until then. While the rest is worth a hand-over and a thread has
/// nothing to do, half of the rest goes there; and so on for both halves. Worth it are ten
/// microseconds, for a thread that sleeps; and one where loops follow each other within twenty, for
/// then others are awake. Parts are contiguous, and so small in the end that no thread waits for
/// long. Loops may be nested, and used inside of tasks.
///
/// Where the machine has several memory nodes, or loop follows loop over what fits into the caches
/// of all cores, `division::fixed` gives each thread the same part each time; see `first_touch`.
///
/// Bodies are called at once on several threads, for different indices: they must not write what
/// others use. The first exception ends the loop early and is thrown to the caller.
#pragma once

#include <heddle/base/units.hpp>
#include <heddle/run/bin_counts.hpp>
#include <heddle/run/loop_folds.hpp>
#include <heddle/run/loop_parts.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace heddle {

/// A body that does a whole part at once, or one index.
template <class F>
concept part_body = std::invocable<F&, range>;
template <class F>
concept index_body = std::invocable<F&, std::size_t> && !part_body<F>;

/// Calls `body(i)` for each index of `over`, or `body(part)` for parts that make up `over`.
template <class Body>
requires part_body<Body> || index_body<Body>
void for_each(executor& e, range over, Body&& body, loop_options const& options = {})
{
  auto const do_part = [&body](range part, std::monostate&) {
    if constexpr (part_body<Body>) {
      body(part);
    } else {
      for (auto i = part.first; i < part.last; ++i) body(i);
    }
  };
  detail::run_loop<std::monostate>(e, over, options, do_part);
}

/// Calls `body(element)` for each element.
template <std::ranges::random_access_range Elements, class Body>
requires std::invocable<Body&, std::ranges::range_reference_t<Elements>>
void for_each(executor& e, Elements&& elements, Body&& body, loop_options const& options = {})
{
  auto const first = std::ranges::begin(elements);
  for_each(
    e, range{0, std::ranges::size(elements)},
    [&](range part) {
      auto const at = [&](std::size_t i) {
        return first + static_cast<std::ranges::range_difference_t<Elements>>(i);
      };
      std::for_each(at(part.first), at(part.last), std::ref(body));
    },
    options);
}

/// Sets all elements, each on the thread that a loop over as many indices with `division::fixed`
/// gives that index to. The system puts a page of memory into the node of the thread that writes to
/// it first: so it is near to the thread that works on it later, if nothing was written to the
/// array before, and the threads are bound to CPUs.
///
///     auto const x = std::make_unique_for_overwrite<double[]>(n);
///     first_touch(e, std::span{x.get(), n}, 0.0);
///     for_each(e, range{0, n}, body, {.divided = division::fixed});
///
/// @param options those of the loops later, of which `divided` is ignored
template <class T>
void first_touch(executor& e, std::span<T> elements, std::type_identity_t<T> const& value,
                 loop_options options = {})
{
  options.divided = division::fixed;
  for_each(
    e, range{0, elements.size()},
    [&](range part) { std::ranges::fill(elements.subspan(part.first, part.size()), value); },
    options);
}

/// to[i] = f(from[i]) for all i; `to` may be `from`.
///
/// @throw invalid_argument if `to` has fewer elements
template <class T, class U, class F>
void transform(executor& e, std::span<T const> from, std::span<U> to, F f,
               loop_options const& options = {})
{
  detail::expect_room("transform", from.size(), to.size());
  for_each(
    e, range{0, from.size()},
    [=](range part) {
      std::transform(from.begin() + static_cast<std::ptrdiff_t>(part.first),
                     from.begin() + static_cast<std::ptrdiff_t>(part.last),
                     to.begin() + static_cast<std::ptrdiff_t>(part.first), f);
    },
    options);
}

/// init op x_0 op x_1 ..., where `fold(part)` gives x_first op ... op x_last-1 of a part that is
/// not empty. `op` is associative; it need not be commutative. Where it is not quite associative,
/// as the addition of floating-point numbers, the result depends on how the loop was divided.
template <class Result, class Op, class Fold>
requires std::is_invocable_r_v<Result, Fold&, range>
[[nodiscard]] Result reduce(executor& e, range over, Result init, Op op, Fold&& fold,
                            loop_options const& options = {})
{
  auto const do_part = [&](range part, std::optional<Result>& so_far) {
    if (so_far) {
      so_far = op(std::move(*so_far), fold(part));
    } else {
      so_far = fold(part);
    }
  };
  detail::run_loop<std::optional<Result>>(e, over, options, do_part,
                                          [&](std::optional<Result>& of_part) {
                                            if (of_part) init = op(std::move(init), *of_part);
                                          });
  return init;
}

/// The same of the elements of an array.
template <class T, class Result = T, class Op = std::plus<>>
[[nodiscard]] Result reduce(executor& e, std::span<T const> elements, Result init = {}, Op op = {},
                            loop_options const& options = {})
{
  return reduce(
    e, range{0, elements.size()}, std::move(init), op,
    [&](range part) { return detail::fold_elements<Result>(elements, part, op); }, options);
}

/// counts[b] = how many indices i have bin(i) == b.
///
/// @throw invalid_argument if there is no such bin
template <class Bin>
requires std::is_invocable_r_v<std::size_t, Bin&, std::size_t>
[[nodiscard]] std::vector<std::size_t> histogram(executor& e, range over, std::size_t bins,
                                                 Bin&& bin, loop_options const& options = {})
{
  std::vector<std::size_t> counts;
  auto const do_part = [&](range part, detail::bin_counts& own) { own.count(part, bins, bin); };
  detail::run_loop<detail::bin_counts>(e, over, options, do_part,
                                       [&](detail::bin_counts& own) { own.add_to(counts); });
  counts.resize(bins);
  return counts;
}

}  // namespace heddle
