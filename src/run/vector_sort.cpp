#include "src/run/vector_sort.hpp"

#include <hwy/cache_control.h>
#include <hwy/contrib/sort/vqsort.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

// The file is read once for each set of vector instructions.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/run/vector_sort.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef HEDDLE_RUN_VECTOR_SORT_ONCE
#define HEDDLE_RUN_VECTOR_SORT_ONCE
namespace heddle::detail {
namespace {

/// Turns the bits of a key into an integer of the same order: integer = f(bits ^ before) ^ after,
/// where f(x) inverts the `magnitude` of negative x. What turns it back has `before` and `after`
/// exchanged, for f is its own inverse.
template <class Lane>
struct key_code {
  Lane before    = 0;
  Lane magnitude = 0;
  Lane after     = 0;

  [[nodiscard]] Lane operator()(Lane bits) const noexcept
  {
    Lane const x    = static_cast<Lane>(bits ^ before);
    Lane const sign = static_cast<Lane>(x >> (std::numeric_limits<Lane>::digits));
    return static_cast<Lane>(x ^ (sign & magnitude) ^ after);
  }
};

template <class Lane>
std::size_t partition_few(Lane* keys, std::size_t size, Lane pivot, key_code<Lane> const& code)
{
  auto const middle =
    std::partition(keys, keys + size, [&](Lane bits) { return code(bits) <= pivot; });
  return static_cast<std::size_t>(middle - keys);
}

}  // namespace
}  // namespace heddle::detail
#endif

HWY_BEFORE_NAMESPACE();
namespace heddle::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class Lane = hn::TFromD<D>>
hn::Vec<D> coded(D d, hn::Vec<D> bits, key_code<Lane> const& code)
{
  auto const x = hn::Xor(bits, hn::Set(d, code.before));
  auto const y = hn::And(hn::BroadcastSignBit(x), hn::Set(d, code.magnitude));
  return hn::Xor(hn::Xor(x, y), hn::Set(d, code.after));
}

template <class Lane>
void code_keys(Lane* keys, std::size_t size, key_code<Lane> const& code)
{
  hn::ScalableTag<Lane> const d;
  auto const lanes = hn::Lanes(d);
  std::size_t i    = 0;
  for (; i + lanes <= size; i += lanes) {
    hn::StoreU(coded(d, hn::LoadU(d, keys + i), code), d, keys + i);
  }
  for (; i < size; ++i) keys[i] = code(keys[i]);
}

/// Whether there is -0, or a magnitude of at least `largest`: an infinity, a NaN or the largest
/// number. -0 is the least of all as an integer.
template <class Lane>
bool has_special(Lane const* keys, std::size_t size, Lane largest)
{
  hn::ScalableTag<Lane> const d;
  constexpr auto minus_0 = std::numeric_limits<Lane>::min();
  auto const lanes       = hn::Lanes(d);
  auto const magnitude   = hn::Set(d, std::numeric_limits<Lane>::max());
  auto least0 = hn::Zero(d), least1 = least0, most0 = least0, most1 = least0;
  std::size_t i = 0;
  for (; i + 2 * lanes <= size; i += 2 * lanes) {
    auto const v0 = hn::LoadU(d, keys + i), v1 = hn::LoadU(d, keys + i + lanes);
    least0 = hn::Min(least0, v0);
    least1 = hn::Min(least1, v1);
    most0  = hn::Max(most0, hn::And(v0, magnitude));
    most1  = hn::Max(most1, hn::And(v1, magnitude));
  }
  auto const is_special =
    hn::Or(hn::Eq(hn::Min(least0, least1), hn::Set(d, minus_0)),
           hn::Gt(hn::Max(most0, most1), hn::Set(d, static_cast<Lane>(largest - 1))));
  if (!hn::AllFalse(d, is_special)) return true;
  return std::any_of(keys + i, keys + size,
                     [&](Lane bits) { return (bits & ~minus_0) >= largest || bits == minus_0; });
}

/// Stores the lanes that are at most `pivot` to `left`, and the others so that they end at `right`;
/// how many went left. May write a whole vector to the one and up to the other.
template <class D, class Lane = hn::TFromD<D>>
std::size_t store_both(D d, hn::Vec<D> keys, hn::Vec<D> pivot, key_code<Lane> const& code,
                       Lane* left, Lane* right)
{
  auto const goes_right = hn::Gt(coded(d, keys, code), pivot);
  if constexpr (hn::CompressIsPartition<Lane>::value) {
    auto const both = hn::CompressNot(keys, goes_right);
    hn::StoreU(both, d, left);
    hn::StoreU(both, d, right - hn::Lanes(d));
    return hn::Lanes(d) - hn::CountTrue(d, goes_right);
  } else {
    auto const num_left  = hn::CompressStore(keys, hn::Not(goes_right), d, left);
    auto const num_right = hn::Lanes(d) - num_left;
    hn::CompressBlendedStore(keys, goes_right, d, right - num_right);
    return num_left;
  }
}

/// Puts keys whose code is at most `pivot` first; how many.
///
/// Reads blocks from both ends, [0, unread_first) and [unread_last, size), and writes to both ends,
/// [0, left) and [right, size). A block from each end is put aside at first, so that there are two
/// blocks of room between reading and writing. The next block is read at the end with less room:
/// then both ends have room for a block.
template <class Lane>
std::size_t partition(Lane* keys, std::size_t size, Lane pivot, key_code<Lane> const& by)
{
  auto const code = by;  // a copy, which no key can be part of
  hn::ScalableTag<Lane> const d;
  constexpr std::size_t unroll = 4;
  constexpr auto most_lanes    = hn::MaxLanes(d);
  auto const lanes             = hn::Lanes(d);
  auto const block             = unroll * lanes;
  auto const pivots            = hn::Set(d, pivot);
  if (size < 2 * block) return partition_few(keys, size, pivot, code);

  std::array<Lane, 3 * unroll * most_lanes> aside;
  std::memcpy(aside.data(), keys, block * sizeof(Lane));
  std::memcpy(aside.data() + block, keys + size - block, block * sizeof(Lane));

  std::size_t left = 0, right = size, unread_first = block, unread_last = size - block;
  auto const store = [&](auto v) {
    auto const num_left = store_both(d, v, pivots, code, keys + left, keys + right);
    left += num_left;
    right -= lanes - num_left;
  };
  while (unread_last - unread_first >= block) {
    bool const at_left = unread_first - left <= right - unread_last;
    if (!at_left) unread_last -= block;
    Lane const* const from = keys + (at_left ? unread_first : unread_last);
    auto const v0 = hn::LoadU(d, from), v1 = hn::LoadU(d, from + lanes),
               v2 = hn::LoadU(d, from + 2 * lanes), v3 = hn::LoadU(d, from + 3 * lanes);
    if (at_left) unread_first += block;
    hwy::Prefetch(at_left ? from + 4 * block : from - 3 * block);
    store(v0);
    store(v1);
    store(v2);
    store(v3);
  }

  auto const rest = unread_last - unread_first;
  std::memcpy(aside.data() + 2 * block, keys + unread_first, rest * sizeof(Lane));
  std::size_t i = 0;
  for (; right - left >= 2 * lanes; i += lanes) store(hn::LoadU(d, aside.data() + i));
  for (; left < right; ++i) {
    if (code(aside[i]) <= pivot) {
      keys[left++] = aside[i];
    } else {
      keys[--right] = aside[i];
    }
  }
  return left;
}

// One of each for the table of targets, which knows no templates.
void code16(std::int16_t* k, std::size_t n, key_code<std::int16_t> const& c)
{
  code_keys(k, n, c);
}
void code32(std::int32_t* k, std::size_t n, key_code<std::int32_t> const& c)
{
  code_keys(k, n, c);
}
void code64(std::int64_t* k, std::size_t n, key_code<std::int64_t> const& c)
{
  code_keys(k, n, c);
}
bool special32(std::int32_t const* k, std::size_t n, std::int32_t l)
{
  return has_special(k, n, l);
}
bool special64(std::int64_t const* k, std::size_t n, std::int64_t l)
{
  return has_special(k, n, l);
}

std::size_t partition16(std::int16_t* keys, std::size_t n, std::int16_t pivot,
                        key_code<std::int16_t> const& code)
{
  return partition(keys, n, pivot, code);
}
std::size_t partition32(std::int32_t* keys, std::size_t n, std::int32_t pivot,
                        key_code<std::int32_t> const& code)
{
  return partition(keys, n, pivot, code);
}
std::size_t partition64(std::int64_t* keys, std::size_t n, std::int64_t pivot,
                        key_code<std::int64_t> const& code)
{
  return partition(keys, n, pivot, code);
}

}  // namespace
}  // namespace heddle::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::detail {
namespace {

HWY_EXPORT(code16);
HWY_EXPORT(code32);
HWY_EXPORT(code64);
HWY_EXPORT(special32);
HWY_EXPORT(special64);
HWY_EXPORT(partition16);
HWY_EXPORT(partition32);
HWY_EXPORT(partition64);

void code_keys(std::int16_t* keys, std::size_t size, key_code<std::int16_t> const& code)
{
  HWY_DYNAMIC_DISPATCH(code16)(keys, size, code);
}
void code_keys(std::int32_t* keys, std::size_t size, key_code<std::int32_t> const& code)
{
  HWY_DYNAMIC_DISPATCH(code32)(keys, size, code);
}
void code_keys(std::int64_t* keys, std::size_t size, key_code<std::int64_t> const& code)
{
  HWY_DYNAMIC_DISPATCH(code64)(keys, size, code);
}
bool has_special(std::int32_t const* keys, std::size_t size)
{
  constexpr auto largest = std::bit_cast<std::int32_t>(std::numeric_limits<float>::max());
  return HWY_DYNAMIC_DISPATCH(special32)(keys, size, largest);
}
bool has_special(std::int64_t const* keys, std::size_t size)
{
  constexpr auto largest = std::bit_cast<std::int64_t>(std::numeric_limits<double>::max());
  return HWY_DYNAMIC_DISPATCH(special64)(keys, size, largest);
}
std::size_t partition(std::int16_t* keys, std::size_t size, std::int16_t pivot,
                      key_code<std::int16_t> const& code)
{
  return HWY_DYNAMIC_DISPATCH(partition16)(keys, size, pivot, code);
}
std::size_t partition(std::int32_t* keys, std::size_t size, std::int32_t pivot,
                      key_code<std::int32_t> const& code)
{
  return HWY_DYNAMIC_DISPATCH(partition32)(keys, size, pivot, code);
}
std::size_t partition(std::int64_t* keys, std::size_t size, std::int64_t pivot,
                      key_code<std::int64_t> const& code)
{
  return HWY_DYNAMIC_DISPATCH(partition64)(keys, size, pivot, code);
}

template <class Key>
using lane_of =
  std::conditional_t<sizeof(Key) == 2, std::int16_t,
                     std::conditional_t<sizeof(Key) == 4, std::int32_t, std::int64_t>>;

/// Ascending integers for keys of this order.
template <class Key, class Lane = lane_of<Key>>
key_code<Lane> code_of(key_order const& order)
{
  key_code<Lane> code;
  if constexpr (std::is_floating_point_v<Key>) code.magnitude = std::numeric_limits<Lane>::max();
  if constexpr (std::is_unsigned_v<Key>) code.after = std::numeric_limits<Lane>::min();
  if (order.is_descending) code.after = static_cast<Lane>(~code.after);
  return code;
}

template <class Lane>
key_code<Lane> inverse(key_code<Lane> const& code)
{
  return {code.after, code.magnitude, code.before};
}

/// Codes of keys that lie about evenly in the array, sorted.
template <std::size_t size, class Lane>
std::array<Lane, size> sample_of(Lane const* keys, std::size_t num_keys, key_code<Lane> const& code)
{
  std::array<Lane, size> sample;
  auto const distance  = num_keys / size;
  std::uint64_t random = num_keys;
  for (std::size_t i = 0; i < size; ++i) {
    random    = random * 6364136223846793005U + 1442695040888963407U;
    sample[i] = code(keys[i * distance + (random >> 33) % distance]);
  }
  std::sort(sample.begin(), sample.end());
  return sample;
}

constexpr std::size_t most_few = 64;  // fewer keys are sorted faster without vectors

template <class Lane>
void sort_few(Lane* keys, std::size_t size, key_code<Lane> const& code)
{
  std::transform(keys, keys + size, keys, code);
  std::sort(keys, keys + size);
  std::transform(keys, keys + size, keys, inverse(code));
}

/// Of floating-point numbers, Highway before 1.1 puts the largest finite number in place of
/// infinities and one zero in place of the other, and takes quadratic steps until it gives up where
/// the largest number is there many times. As integers they have none of this.
template <class Key, class Lane>
bool are_for_integers(Lane const* keys, std::size_t size, key_code<Lane> const& code)
{
  if constexpr (std::is_floating_point_v<Key>) {
    auto const sample = sample_of<16>(keys, size, code);
    return std::adjacent_find(sample.begin(), sample.end()) != sample.end() ||
           has_special(keys, size);
  }
  return false;
}

template <class Key>
void sort_typed(Key* keys, std::size_t size, key_order const& order)
{
  auto const code   = code_of<Key>(order);
  auto* const lanes = reinterpret_cast<lane_of<Key>*>(keys);
  if (size <= most_few) {
    sort_few(lanes, size, code);
  } else if (are_for_integers<Key>(lanes, size, code)) {
    code_keys(lanes, size, code);
    hwy::Sorter{}(lanes, size, hwy::SortAscending{});
    code_keys(lanes, size, inverse(code));
  } else if (order.is_descending) {
    hwy::Sorter{}(keys, size, hwy::SortDescending{});
  } else {
    hwy::Sorter{}(keys, size, hwy::SortAscending{});
  }
}

/// Keys equal to the pivot get a part of their own if they are many, or nothing else is there.
template <class Key>
key_cut divide_typed(Key* keys, std::size_t size, key_order const& order)
{
  constexpr std::size_t sample_size = 64;
  auto const code                   = code_of<Key>(order);
  auto* const lanes                 = reinterpret_cast<lane_of<Key>*>(keys);
  auto const sample                 = sample_of<sample_size>(lanes, size, code);
  auto const pivot                  = sample[sample_size / 2];
  auto const last                   = partition(lanes, size, pivot, code);
  auto const num_equal              = std::ranges::count(sample, pivot);
  if (last < size && num_equal <= 4) return {last, last};
  if (pivot == std::numeric_limits<lane_of<Key>>::min()) return {0, last};
  return {partition(lanes, last, static_cast<lane_of<Key>>(pivot - 1), code), last};
}

template <class Key>
bool is_sorted(Key const* keys, std::size_t size, key_order const& order)
{
  auto const code   = code_of<Key>(order);
  auto const* lanes = reinterpret_cast<lane_of<Key> const*>(keys);
  return std::is_sorted(lanes, lanes + size, [&](auto a, auto b) { return code(a) < code(b); });
}

/// Calls `f` with a pointer of the type that the order says.
template <class Void, class F>
auto with_type(Void* keys, key_order const& order, F const& f)
{
  auto const as = [&]<class Key>(Key) {
    return f(static_cast<std::conditional_t<std::is_const_v<Void>, Key const, Key>*>(keys));
  };
  if (order.is_floating) return order.num_bytes == 4 ? as(float{}) : as(double{});
  switch (order.num_bytes) {
    case 2:
      return order.is_signed ? as(std::int16_t{}) : as(std::uint16_t{});
    case 4:
      return order.is_signed ? as(std::int32_t{}) : as(std::uint32_t{});
    default:
      return order.is_signed ? as(std::int64_t{}) : as(std::uint64_t{});
  }
}

}  // namespace

void sort_keys_here(void* keys, std::size_t size, key_order const& order) noexcept
{
  with_type(keys, order, [&](auto* typed) { sort_typed(typed, size, order); });
}

key_cut divide_keys(void* keys, std::size_t size, key_order const& order) noexcept
{
  return with_type(keys, order, [&](auto* typed) { return divide_typed(typed, size, order); });
}

bool are_keys_sorted(void const* keys, std::size_t size, key_order const& order) noexcept
{
  return with_type(keys, order, [&](auto* typed) { return is_sorted(typed, size, order); });
}

}  // namespace heddle::detail
#endif
