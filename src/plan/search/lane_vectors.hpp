/// @file
/// What the bodies of lanes have of vectors: places looked up, ticks added, arrivals over links.
/// Read once for each set of vector instructions, as Highway has it; by `lane_bodies.cpp` alone.
#if defined(HEDDLE_LANE_VECTORS) == defined(HWY_TARGET_TOGGLE)
#ifdef HEDDLE_LANE_VECTORS
#undef HEDDLE_LANE_VECTORS
#else
#define HEDDLE_LANE_VECTORS
#endif

#include "kernels/search_decode.hpp"

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace heddle::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using kernels::place_code;
using kernels::search_lanes;
using kernels::search_problem;

/// What transfers hang on beside the task: whether two places are one, or in one memory node, or
/// how they are linked; of many places, whether the upper bytes of their codes are alike.
enum class nearness { of_places, of_nodes, of_links, of_many };

#if HWY_TARGET != HWY_SCALAR

/// The number at `code` of each lane, one of `table[0 .. Places)`.
template <int Places, class D, class V = hn::Vec<D>, class M>
HWY_INLINE V select(V const* table, M const* bits)
{
  V half[Places / 2];
#pragma GCC unroll 8
  for (int p = 0; p < Places / 2; ++p) {
    half[p] = hn::IfThenElse(bits[0], table[2 * p + 1], table[2 * p]);
  }
  if constexpr (Places == 2) {
    return half[0];
  } else {
    return select<Places / 2, D>(half, bits + 1);
  }
}

template <int Places>
inline constexpr int num_bits = Places == 4   ? 2
                                : Places == 8 ? 3
                                              : 4;

/// The bits of the lanes' places, as `select` takes them.
template <int Places, class D, class V, class M>
HWY_INLINE void test_bits(D d, V code, M* bits)
{
#pragma GCC unroll 4
  for (int b = 0; b < num_bits<Places>; ++b) {
    bits[b] = hn::TestBit(code, hn::Set(d, static_cast<hn::TFromD<D>>(2U << b)));
  }
}

/// Times of 16 bits from a table of at most 16, execution or other.
template <int Places, class D, class V, class M>
HWY_INLINE V times_at(D d, std::uint16_t const* row, V code, M const* bits)
{
  if constexpr (Places <= 8) {
    return hn::TableLookupBytes(hn::LoadDup128(d, row), code);
  } else {
    auto const entry = hn::And(code, hn::Set(d, 0x0f0f));
    return hn::IfThenElse(bits[3], hn::TableLookupBytes(hn::LoadDup128(d, row + 8), entry),
                          hn::TableLookupBytes(hn::LoadDup128(d, row), entry));
  }
}

template <int Places, class D, class V, class M>
HWY_INLINE V times_at(D d, std::uint32_t const* row, V /*code*/, M const* bits)
{
  V all[Places];
#pragma GCC unroll 16
  for (int p = 0; p < Places; ++p) all[p] = hn::Set(d, row[p]);
  return select<Places, D>(all, bits);
}

template <class D, class V>
HWY_INLINE V add(D /*d*/, V a, V b, std::uint16_t /*tick*/)
{
  return hn::SaturatedAdd(a, b);
}
template <class D, class V>
HWY_INLINE V add(D d, V a, V b, std::uint32_t /*tick*/)
{
  return hn::Min(hn::Add(a, b), hn::Set(d, kernels::search_limit<std::uint32_t>));
}

template <class D>
HWY_INLINE hn::Vec<D> codes(D d, place_code const* from, std::uint16_t /*tick*/)
{
  return hn::Load(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> codes(D d, place_code const* from, std::uint32_t /*tick*/)
{
  return hn::PromoteTo(d, hn::Load(hn::Rebind<place_code, D>{}, from));
}

/// A number that a lane's type holds, in all lanes.
template <class D, class Number>
HWY_INLINE hn::Vec<D> set_number(D d, Number number)
{
  return hn::Set(d, static_cast<hn::TFromD<D>>(number));
}

/// `kernels::transfer_ticks`, cut to the limit.
template <class D, class V>
HWY_INLINE V transfer_ticks(D d, kernels::transfer_size size, V share, std::uint16_t /*tick*/)
{
  auto const mantissa = hn::And(share, set_number(d, kernels::share_mantissa_bits));
  auto const exponent = hn::And(share, set_number(d, kernels::share_exponent_bits));
  V const product     = hn::MulHigh(mantissa, set_number(d, size.mantissa()));
  hn::RebindToSigned<D> const ds;
  auto const zero  = hn::Zero(ds);
  auto const shift = hn::Add(hn::BitCast(ds, exponent), set_number(ds, size.exponent()));
  auto const right = hn::Min(hn::Max(shift, zero), set_number(ds, kernels::most_right_shift));
  V const shorter  = product >> hn::BitCast(d, right);
  if (size.exponent() >= 0) return shorter;
  // A product has 15 bits at least, or is 0.
  V const twice   = hn::SaturatedAdd(product, product);
  auto const once = hn::Eq(shift, hn::Set(ds, std::int16_t{-1}));
  V const longer  = hn::IfThenElse(hn::RebindMask(d, once), twice, hn::SaturatedAdd(twice, twice));
  return hn::IfThenElse(hn::RebindMask(d, hn::Lt(shift, zero)), longer, shorter);
}

template <class D, class V>
HWY_INLINE V transfer_ticks(D d, kernels::transfer_size size, V share, std::uint32_t /*tick*/)
{
  auto const mantissa = hn::And(share, set_number(d, kernels::share_mantissa_bits));
  auto const exponent = hn::And(share, set_number(d, kernels::share_exponent_bits));
  V const product     = hn::ShiftRight<16>(hn::Mul(mantissa, set_number(d, size.mantissa())));
  hn::RebindToSigned<D> const ds;
  auto const zero  = hn::Zero(ds);
  auto const shift = hn::Add(hn::BitCast(ds, exponent), set_number(ds, size.exponent()));
  auto const right = hn::Min(hn::Max(shift, zero), set_number(ds, kernels::most_right_shift));
  auto const left =
    hn::Min(hn::Max(hn::Neg(shift), zero), set_number(ds, kernels::most_left_shift));
  return (product >> hn::BitCast(d, right)) << hn::BitCast(d, left);
}

/// When the outputs of predecessors arrive where the lanes' tasks are. In turn: `turn_to` a task,
/// at the places `code`, of which `bits` are the bits; `arrival` of what `ended` at the places
/// `from` and goes over the edge `e`.
template <int Places, nearness Near, class D, class Tick>
class arrivals;

template <int Places, class D, class Tick>
class arrivals<Places, nearness::of_places, D, Tick> {
  using V = hn::Vec<D>;

 public:
  HWY_INLINE arrivals(D /*d*/, search_problem<Tick> const& /*problem*/) {}

  template <class M>
  HWY_INLINE void turn_to(D /*d*/, V code, M const* /*bits*/)
  {
    home_ = code;
  }
  HWY_INLINE V arrival(D d, kernels::search_edge const& e, V ended, V from) const
  {
    hn::Repartition<std::uint32_t, D> const d32;
    V const moved = hn::BitCast(d, hn::Set(d32, e.transfer));
    return hn::IfThenElse(hn::Eq(home_, from), ended, add(d, ended, moved, Tick{}));
  }

 private:
  V home_;
};

template <int Places, class D, class Tick>
class arrivals<Places, nearness::of_nodes, D, Tick> {
  using V = hn::Vec<D>;

 public:
  HWY_INLINE arrivals(D d, search_problem<Tick> const& problem) : places_{d, problem}
  {
    alignas(16) std::uint8_t node[kernels::few_places];
    for (int p = 0; p < kernels::few_places; ++p) {
      node[p] = static_cast<std::uint8_t>((problem.nodes >> (4 * p)) & 0xf);
    }
    hn::Repartition<std::uint8_t, D> const d8;
    node_of_place_ = hn::BitCast(d, hn::LoadDup128(d8, node));
  }

  template <class M>
  HWY_INLINE void turn_to(D d, V code, M const* bits)
  {
    places_.turn_to(d, nodes(d, code), bits);
  }
  HWY_INLINE V arrival(D d, kernels::search_edge const& e, V ended, V from) const
  {
    return places_.arrival(d, e, ended, nodes(d, from));
  }

 private:
  /// For comparisons alone: the bytes above the first are alike.
  HWY_INLINE V nodes(D d, V code) const
  {
    return hn::TableLookupBytes(node_of_place_, hn::And(hn::ShiftRight<1>(code), hn::Set(d, 0x0f)));
  }

  V node_of_place_;  ///< a byte each, in every 16 bytes
  arrivals<Places, nearness::of_places, D, Tick> places_;
};

template <int Places, class D, class Tick>
class arrivals<Places, nearness::of_many, D, Tick> {
  using V = hn::Vec<D>;

 public:
  HWY_INLINE arrivals(D d, search_problem<Tick> const& problem) : places_{d, problem} {}

  HWY_INLINE void turn_to(D d, V code)
  {
    places_.turn_to(d, hn::ShiftRight<8>(code), static_cast<hn::Mask<D> const*>(nullptr));
  }
  HWY_INLINE V arrival(D d, kernels::search_edge const& e, V ended, V from) const
  {
    return places_.arrival(d, e, ended, hn::ShiftRight<8>(from));
  }

 private:
  arrivals<Places, nearness::of_places, D, Tick> places_;
};

template <int Places, class D, class Tick>
class arrivals<Places, nearness::of_links, D, Tick> {
  using V = hn::Vec<D>;

 public:
  HWY_INLINE arrivals(D /*d*/, search_problem<Tick> const& problem) : problem_{problem} {}

  template <class M>
  HWY_INLINE void turn_to(D d, V code, M const* bits)
  {
#pragma GCC unroll 16
    for (int p = 0; p < Places; ++p) {
      share_[p]   = times_at<Places>(d, problem_.share + p * problem_.row, code, bits);
      latency_[p] = times_at<Places>(d, problem_.latency + p * problem_.row, code, bits);
    }
  }
  HWY_INLINE V arrival(D d, kernels::search_edge const& e, V ended, V from) const
  {
    if (e.transfer == 0) return ended;
    hn::Mask<D> bits[num_bits<Places>];
    test_bits<Places>(d, from, bits);
    V const ticks   = transfer_ticks(d, {e.transfer}, select<Places, D>(share_, bits), Tick{});
    V const latency = select<Places, D>(latency_, bits);
    return add(d, ended, add(d, ticks, latency, Tick{}), Tick{});
  }

 private:
  search_problem<Tick> const& problem_;
  V share_[Places];    ///< from each place to where the task is
  V latency_[Places];  ///< the same
};

#if HWY_TARGET == HWY_AVX3
/// The same where one instruction looks up 32 of 64 numbers of 16 bits (VPERMI2W; Highway 1.0 has
/// none for it). It looks at the lowest six bits of an entry's number, which is from x row + to;
/// the bits above choose among four such tables.
template <int Places, class D>
class arrivals<Places, nearness::of_links, D, std::uint16_t> {
  using V = hn::Vec<D>;

 public:
  HWY_INLINE arrivals(D d, search_problem<std::uint16_t> const& problem)
  {
#pragma GCC unroll 8
    for (int v = 0; v < num_vectors; ++v) {
      share_[v]   = hn::Load(d, problem.share + v * search_lanes);
      latency_[v] = hn::Load(d, problem.latency + v * search_lanes);
    }
  }

  template <class M>
  HWY_INLINE void turn_to(D d, V code, M const* /*bits*/)
  {
    to_ = hn::And(hn::ShiftRight<1>(code), hn::Set(d, row - 1));
  }
  HWY_INLINE V arrival(D d, kernels::search_edge const& e, V ended, V from) const
  {
    if (e.transfer == 0) return ended;
    V const entry   = hn::Or(hn::ShiftLeft<row_shift>(from), to_);
    V const ticks   = transfer_ticks(d, {e.transfer}, at(d, share_, entry, from), std::uint16_t{});
    V const latency = at(d, latency_, entry, from);
    return hn::SaturatedAdd(ended, hn::SaturatedAdd(ticks, latency));
  }

 private:
  static constexpr int row         = Places <= 8 ? 8 : 16;
  static constexpr int row_shift   = Places <= 8 ? 2 : 3;  ///< codes are twice the place
  static constexpr int num_vectors = row * row / search_lanes;

  static HWY_INLINE V at(D d, V const* table, V entry, V from)
  {
    V of[num_vectors / 2];
#pragma GCC unroll 4
    for (int pair = 0; pair < num_vectors / 2; ++pair) {
      of[pair] =
        V{_mm512_permutex2var_epi16(table[2 * pair].raw, entry.raw, table[2 * pair + 1].raw)};
    }
    if constexpr (num_vectors == 2) {
      return of[0];
    } else {
      hn::Mask<D> bits[num_bits<Places>];
      test_bits<Places>(d, from, bits);
      return select<4, D>(of, bits + 2);
    }
  }

  V share_[num_vectors];
  V latency_[num_vectors];
  V to_;
};
#endif

#endif

}  // namespace
}  // namespace heddle::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
