/// @file
/// How a sort is divided between threads, and sorting on one. Users have no need of it.
#pragma once

#include <heddle/run/fork_join.hpp>
#include <heddle/run/loop_parts.hpp>
#include <heddle/run/sequential_sort.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace heddle::detail {

/// What all that takes part in one sort shares: how many more threads may, and whether one failed.
/// Both are hints between threads, hence relaxed; what was sorted is published by `fork_join`.
class sort_strands {
 public:
  sort_strands(executor& e, loop_options const& options) noexcept
    : executor_{e},
      is_limited_{options.max_parallelism > 0},
      num_more_{
        static_cast<std::ptrdiff_t>(std::min<std::size_t>(options.max_parallelism, 1 << 20)) - 1}
  {
  }

  [[nodiscard]] bool is_stopped() const noexcept
  {
    return is_stopped_.load(std::memory_order_relaxed);
  }
  void stop() noexcept { is_stopped_.store(true, std::memory_order_relaxed); }

  /// Calls both, at once if one more thread may take part. That thread counts as long as `first`
  /// takes: after it, the calling thread does `second` itself or waits for the other.
  template <class First, class Second>
  void fork(First const& first, Second const& second)
  {
    if (!take_place()) {
      first();
      second();
      return;
    }
    auto const first_with_place = [&] {
      struct release {
        sort_strands& of;
        ~release() { of.return_place(); }
      } const at_end{*this};
      first();
    };
    fork_join(executor_, first_with_place, second);
  }

 private:
  [[nodiscard]] bool take_place() noexcept
  {
    if (!is_limited_) return true;
    if (num_more_.fetch_sub(1, std::memory_order_relaxed) > 0) return true;
    return_place();
    return false;
  }
  void return_place() noexcept
  {
    if (is_limited_) num_more_.fetch_add(1, std::memory_order_relaxed);
  }

  executor& executor_;
  bool const is_limited_;
  std::atomic<bool> is_stopped_{false};
  std::atomic<std::ptrdiff_t> num_more_;
};

/// Sorts elements [first, last) by quicksort, the pieces of which other threads may take.
///
/// `Pieces` has `is_whole(first, last)`: not worth dividing; `sort_whole(first, last)`; and
/// `divide(first, last)`: a range of equal elements where they belong, with none that belongs
/// behind it before, nor the reverse, and both sides smaller than the whole. After so many levels
/// what is left is not divided, so that all takes O(n log n).
template <class Pieces>
void sort_pieces(sort_strands& strands, Pieces& pieces, std::size_t first, std::size_t last,
                 int levels)
{
  if (strands.is_stopped()) return;
  if (levels == 0 || pieces.is_whole(first, last)) {
    pieces.sort_whole(first, last);
    return;
  }
  range const equal = pieces.divide(first, last);
  strands.fork([&] { sort_pieces(strands, pieces, first, equal.first, levels - 1); },
               [&] { sort_pieces(strands, pieces, equal.last, last, levels - 1); });
}

/// Elements under any order.
template <class T, class Less>
class element_pieces {
 public:
  element_pieces(T* elements, Less& less, std::size_t grain, sort_strands& strands) noexcept
    : elements_{elements}, sort_{less}, most_whole_{std::max(grain, usual_whole)}, strands_{strands}
  {
  }

  [[nodiscard]] bool is_whole(std::size_t first, std::size_t last) const noexcept
  {
    return last - first <= most_whole_;
  }

  void sort_whole(std::size_t first, std::size_t last)
  {
    stop_if_it_throws([&] { sort_(elements_ + first, elements_ + last); });
  }

  [[nodiscard]] range divide(std::size_t first, std::size_t last)
  {
    range equal;
    stop_if_it_throws([&] {
      auto const cut = sort_.divide(elements_ + first, elements_ + last);
      equal          = {static_cast<std::size_t>(cut.first - elements_),
                        static_cast<std::size_t>(cut.last - elements_)};
    });
    return equal;
  }

 private:
  template <class F>
  void stop_if_it_throws(F const& f)
  {
    try {
      f();
    } catch (...) {
      strands_.stop();
      throw;
    }
  }

  static constexpr std::size_t usual_whole = 1000;  // tens of microseconds: well above a hand-over

  T* elements_;
  sequential_sort<T, Less> sort_;
  std::size_t most_whole_;
  sort_strands& strands_;
};

template <class T, class Less>
void sort_elements(executor& e, std::span<T> elements, Less& less, loop_options const& options)
{
  if (std::is_sorted(elements.begin(), elements.end(), std::ref(less))) return;
  executor::visit const here{e};
  sort_strands strands{e, options};
  element_pieces<T, Less> pieces{elements.data(), less, options.grain, strands};
  sort_pieces(strands, pieces, 0, elements.size(), most_levels(elements.size()));
}

}  // namespace heddle::detail
