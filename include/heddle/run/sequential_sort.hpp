/// @file
/// Sorting on one thread that keeps all elements when a comparison throws, which the library's does
/// not. Part of `sort`; users have no need of it.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace heddle::detail {

/// Below which a quicksort has met such bad pivots that another way is better.
[[nodiscard]] inline int most_levels(std::size_t size) noexcept
{
  return 2 * static_cast<int>(std::bit_width(size));
}

/// Introspective sort; small elements are divided without branches, by N. Lomuto's scheme. Elements
/// are swapped, or held in a guard that puts them back.
///
/// D. R. Musser: Introspective sorting and selection algorithms, Software: Practice and Experience
/// 27(8), 1997.
template <class T, class Less>
class sequential_sort {
 public:
  explicit sequential_sort(Less& less) noexcept : less_{less} {}

  void operator()(T* first, T* last)
  {
    sort(first, last, most_levels(static_cast<std::size_t>(last - first)));
  }

  /// Elements that are where they belong: none before them is greater, none behind them less.
  struct cut {
    T* first;
    T* last;
  };

  /// Swaps elements so that they are divided thus, and both sides are smaller than the whole. There
  /// are at least `least_to_divide` elements.
  [[nodiscard]] cut divide(T* first, T* last)
  {
    move_pivot_to(first, last);
    if constexpr (is_moved_without_thought) {
      return divide_without_branches(first, last);
    } else {
      auto* const middle = divide_by_swaps(first, last);
      return {middle, middle};
    }
  }

 private:
  static constexpr std::ptrdiff_t least_to_divide = 17;
  static constexpr std::ptrdiff_t many            = 500;
  static constexpr bool is_moved_without_thought =
    std::is_trivially_copyable_v<T> && std::copyable<T> && sizeof(T) <= 2 * sizeof(void*);

  /// An element on its way, and the place that is free for it.
  struct held {
    explicit held(T* from) : element{std::move(*from)}, place{from} {}
    held(held const&)            = delete;
    held& operator=(held const&) = delete;
    ~held()
    {
      if (place == nullptr) return;
      try {
        put();
      } catch (...) {  // a comparison has thrown, and now a move: the element is lost
      }
    }
    void put()
    {
      auto* const to = std::exchange(place, nullptr);
      *to            = std::move(element);
    }

    T element;
    T* place;
  };

  static void swap_elements(T& a, T& b)
  {
    using std::swap;
    swap(a, b);
  }

  /// Where the right side begins. Neither side is empty: the other two of the median, and later
  /// what was swapped, stop the search at the latest.
  [[nodiscard]] T* divide_by_swaps(T* first, T* last)
  {
    T const& pivot = *first;
    auto* left     = first + 1;
    auto* right    = last;
    for (;; ++left) {
      while (less_(std::as_const(*left), pivot)) ++left;
      do {
        --right;
      } while (less_(pivot, std::as_const(*right)));
      if (left >= right) return left;
      swap_elements(*left, *right);
    }
  }

  /// Moves each element, but has no branch to predict, which costs more. Those equal to the pivot
  /// are gathered too where few are less, for then there may be many.
  [[nodiscard]] cut divide_without_branches(T* first, T* last)
  {
    T const pivot    = *first;
    auto* const left = gather(first + 1, last, [&](T const& x) { return less_(x, pivot); });
    swap_elements(*first, left[-1]);
    if (left - first > (last - first) / 8) return {left - 1, left};
    return {left - 1, gather(left, last, [&](T const& x) { return !less_(pivot, x); })};
  }

  /// Swaps what `belongs` to the front; its end.
  template <class Belongs>
  [[nodiscard]] static T* gather(T* first, T* last, Belongs const& belongs)
  {
    auto* to = first;
    for (auto* x = first; x != last; ++x) {
      bool const is_one = belongs(std::as_const(*x));
      T const moved     = *x;
      *x                = *to;
      *to               = moved;
      to += is_one;
    }
    return to;
  }

  void sort(T* first, T* last, int levels)
  {
    while (last - first >= least_to_divide) {
      if (levels-- == 0) {
        sort_heap(first, last - first);
        return;
      }
      auto const middle = divide(first, last);
      sort(middle.last, last, levels);
      last = middle.first;
    }
    insert_each(first, last);
  }

  void insert_each(T* first, T* last)
  {
    if (first == last) return;
    for (auto* next = first + 1; next != last; ++next) {
      if (less_(std::as_const(*next), std::as_const(*first))) {
        insert_at(first, next);
      } else if (less_(std::as_const(*next), std::as_const(next[-1]))) {
        insert_behind_first(next);
      }
    }
  }

  static void insert_at(T* to, T* from)
  {
    held moved{from};
    for (; moved.place != to; --moved.place) *moved.place = std::move(moved.place[-1]);
    moved.put();
  }

  /// `from` is less than the one before it, and not less than the first, which ends the search.
  void insert_behind_first(T* from)
  {
    held moved{from};
    do {
      *moved.place = std::move(moved.place[-1]);
      --moved.place;
    } while (less_(std::as_const(moved.element), std::as_const(moved.place[-1])));
    moved.put();
  }

  /// The median of three, or of three such medians, to the front; elements that are not less and
  /// not greater stay behind it.
  void move_pivot_to(T* first, T* last)
  {
    auto* const middle = first + (last - first) / 2;
    if (last - first > many) {
      move_median(first + 1, first + 1, first + 2, first + 3);
      move_median(middle, middle - 1, middle, middle + 1);
      move_median(last - 1, last - 3, last - 2, last - 1);
    }
    move_median(first, first + 1, middle, last - 1);
  }

  void move_median(T* to, T* a, T* b, T* c)
  {
    auto* const median = median_of(a, b, c);
    if (median != to) swap_elements(*to, *median);
  }

  [[nodiscard]] T* median_of(T* a, T* b, T* c)
  {
    if (less_(std::as_const(*b), std::as_const(*a))) std::swap(a, b);
    if (!less_(std::as_const(*c), std::as_const(*b))) return b;
    return less_(std::as_const(*c), std::as_const(*a)) ? a : c;
  }

  void sort_heap(T* first, std::ptrdiff_t size)
  {
    for (auto i = size / 2; i-- > 0;) sift_down(first, i, size);
    for (auto end = size - 1; end > 0; --end) {
      swap_elements(first[0], first[end]);
      sift_down(first, 0, end);
    }
  }

  void sift_down(T* heap, std::ptrdiff_t at, std::ptrdiff_t size)
  {
    for (auto child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && less_(std::as_const(heap[child]), std::as_const(heap[child + 1]))) {
        ++child;
      }
      if (!less_(std::as_const(heap[at]), std::as_const(heap[child]))) return;
      swap_elements(heap[at], heap[child]);
      at = child;
    }
  }

  Less& less_;
};

}  // namespace heddle::detail
