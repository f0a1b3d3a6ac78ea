#include "src/plan/search/lane_bodies.hpp"

// Three sets of instructions are enough: what is between them gains little. Vectors of unknown size
// cannot be kept in arrays.
#include <hwy/detect_targets.h>
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// The file is read once for each set of vector instructions.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/plan/search/lane_bodies.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using kernels::place_code;
using kernels::search_lanes;
using kernels::search_problem;

/// What transfers hang on beside the task: whether two places are one, or in one memory node, or
/// how they are linked.
enum class nearness { of_places, of_nodes, of_links };

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
    alignas(16) std::uint8_t node[kernels::most_search_places];
    for (int p = 0; p < kernels::most_search_places; ++p) {
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
    V const entry   = hn::Or(hn::ShiftLeft < row == 8 ? 2 : 3 > (from), to_);
    V const ticks   = transfer_ticks(d, {e.transfer}, at(d, share_, entry, from), std::uint16_t{});
    V const latency = at(d, latency_, entry, from);
    return hn::SaturatedAdd(ended, hn::SaturatedAdd(ticks, latency));
  }

 private:
  static constexpr int row         = Places <= 8 ? 8 : 16;
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

/// As many lanes as a vector holds. The times of the places stay in registers.
template <int Places, nearness Near, class Tick, class D>
HWY_INLINE void decode_lanes(D d, search_problem<Tick> const& problem, std::int32_t const* order,
                             std::int32_t first, std::int32_t last, place_code const* place,
                             Tick* HWY_RESTRICT finish, Tick* HWY_RESTRICT available)
{
  using V = hn::Vec<D>;
  using M = hn::Mask<D>;
  V free[Places];
#pragma GCC unroll 16
  for (int p = 0; p < Places; ++p) free[p] = hn::Load(d, available + p * search_lanes);
  arrivals<Places, Near, D, Tick> predecessors{d, problem};
  for (auto position = first; position < last; ++position) {
    auto const task = static_cast<std::size_t>(order[position]);
    V const code    = codes(d, place + task * search_lanes, Tick{});
    M is_set[num_bits<Places>];
    test_bits<Places>(d, code, is_set);
    V start = select<Places, D>(free, is_set);
    predecessors.turn_to(d, code, is_set);
    auto const end = problem.predecessor + problem.first_predecessor[task + 1];
    for (auto e = problem.predecessor + problem.first_predecessor[task]; e < end; ++e) {
      auto const cell = static_cast<std::size_t>(e->task) * search_lanes;
      V const ended   = hn::Load(d, finish + cell);
      V const from    = codes(d, place + cell, Tick{});
      start           = hn::Max(start, predecessors.arrival(d, *e, ended, from));
    }
    V const execution = times_at<Places>(
      d, problem.execution + task * static_cast<std::size_t>(problem.row), code, is_set);
    V const done = add(d, start, execution, Tick{});
    hn::Store(done, d, finish + task * search_lanes);
#pragma GCC unroll 16
    for (int p = 0; p < Places; ++p) {
      auto const here = hn::Eq(code, hn::Set(d, Tick{kernels::code_of_place(p)}));
      free[p]         = hn::IfThenElse(here, done, free[p]);
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < Places; ++p) hn::Store(free[p], d, available + p * search_lanes);
}

#else  // without vectors: loops over the lanes, without branches, which compilers make vectors of

template <class Tick, class Fn>
HWY_INLINE void for_lanes(Fn fn)
{
  for (int lane = 0; lane < search_lanes; ++lane) fn(lane);
}

/// `which ? yes : no` by masks.
template <class Tick>
HWY_INLINE Tick choose(bool which, Tick yes, Tick no)
{
  auto const mask = static_cast<Tick>(-static_cast<Tick>(which));
  return static_cast<Tick>((yes & mask) | (no & ~mask));
}

/// The sum, or the limit, in as many bits as a tick has.
HWY_INLINE std::uint16_t add_fast(std::uint16_t a, std::uint16_t b)
{
  auto const sum = static_cast<std::uint16_t>(a + b);
  return sum < a ? std::uint16_t{0xffff} : sum;
}
HWY_INLINE std::uint32_t add_fast(std::uint32_t a, std::uint32_t b)
{
  return kernels::limited_ticks<std::uint32_t>(a + b);
}

/// The greater start after one predecessor.
template <class Tick, class Moved>
HWY_INLINE void arrive(Tick* HWY_RESTRICT start, place_code const* HWY_RESTRICT code,
                       place_code const* HWY_RESTRICT from, Tick const* HWY_RESTRICT ended,
                       Moved moved)
{
  for_lanes<Tick>([&](int lane) {
    Tick const arrival = add_fast(ended[lane], moved(code[lane], from[lane]));
    Tick const before  = start[lane];
    start[lane]        = before < arrival ? arrival : before;
  });
}

template <int Places, nearness Near, class Tick>
void decode_rows(search_problem<Tick> const& problem, std::int32_t const* order, std::int32_t first,
                 std::int32_t last, place_code const* place, Tick* finish,
                 Tick* HWY_RESTRICT available)
{
  for (auto position = first; position < last; ++position) {
    auto const task         = static_cast<std::size_t>(order[position]);
    auto const* const code  = place + task * search_lanes;
    auto const* const times = problem.execution + task * static_cast<std::size_t>(problem.row);
    alignas(64) Tick start[search_lanes]{};
    alignas(64) Tick execution[search_lanes]{};
    for (int p = 0; p < Places; ++p) {
      auto const* const free = available + p * search_lanes;
      auto const here        = kernels::code_of_place(p);
      for_lanes<Tick>([&](int lane) {
        bool const is_here = code[lane] == here;
        start[lane]        = choose(is_here, free[lane], start[lane]);
        execution[lane]    = choose(is_here, times[p], execution[lane]);
      });
    }
    auto const* const end = problem.predecessor + problem.first_predecessor[task + 1];
    for (auto const* e = problem.predecessor + problem.first_predecessor[task]; e < end; ++e) {
      auto const cell  = static_cast<std::size_t>(e->task) * search_lanes;
      auto const moved = static_cast<Tick>(e->transfer);
      arrive(start, code, place + cell, finish + cell, [&](place_code to, place_code from) {
        if constexpr (Near == nearness::of_links) {
          return kernels::limited_ticks<Tick>(problem.moved(*e, from, to));
        } else {
          bool const is_near = Near == nearness::of_nodes ? problem.is_near(to, from) : to == from;
          return choose(is_near, Tick{0}, moved);
        }
      });
    }
    for_lanes<Tick>([&](int lane) { start[lane] = add_fast(start[lane], execution[lane]); });
    for_lanes<Tick>([&](int lane) {
      finish[task * search_lanes + static_cast<std::size_t>(lane)] = start[lane];
    });
    for (int p = 0; p < Places; ++p) {
      auto* const free = available + p * search_lanes;
      auto const here  = kernels::code_of_place(p);
      for_lanes<Tick>(
        [&](int lane) { free[lane] = choose(code[lane] == here, start[lane], free[lane]); });
    }
  }
}

#endif

template <class Tick>
struct bodies_of {
  template <int Places>
  static void decode(search_problem<Tick> const& problem, std::int32_t const* order,
                     std::int32_t first, std::int32_t last, place_code const* place, Tick* finish,
                     Tick* available)
  {
    auto const with = [&]<nearness Near>() {
      decode_all<Places, Near>(problem, order, first, last, place, finish, available);
    };
    if (problem.has_own_links()) return with.template operator()<nearness::of_links>();
    if (problem.shares_nodes()) return with.template operator()<nearness::of_nodes>();
    with.template operator()<nearness::of_places>();
  }

  template <int Places, nearness Near>
  static void decode_all(search_problem<Tick> const& problem, std::int32_t const* order,
                         std::int32_t first, std::int32_t last, place_code const* place,
                         Tick* finish, Tick* available)
  {
#if HWY_TARGET == HWY_SCALAR
    decode_rows<Places, Near>(problem, order, first, last, place, finish, available);
#else
    hn::CappedTag<Tick, search_lanes> const d;
    for (std::size_t lane = 0; lane < search_lanes; lane += hn::Lanes(d)) {
      decode_lanes<Places, Near>(d, problem, order, first, last, place + lane, finish + lane,
                                 available + lane);
    }
#endif
  }

  template <int Places>
  [[gnu::flatten]] static void judge(Tick const* available, Tick* makespan, std::int32_t* energy)
  {
    kernels::judge<Places>(kernels::serial_lanes{}, available, makespan, energy);
  }

  [[gnu::flatten]] static void propose(search_problem<Tick> const& problem,
                                       kernels::lane_state<Tick> const& state,
                                       kernels::lane_move kind, std::int32_t first,
                                       std::int32_t last)
  {
    using kernels::lane_move;
    kernels::serial_lanes const lanes;
    switch (kind) {  // a loop without branches for each
      case lane_move::place:
        return kernels::propose(lanes, problem, state, lane_move::place, first, last);
      case lane_move::neighbour:
        return kernels::propose(lanes, problem, state, lane_move::neighbour, first, last);
      case lane_move::swap:
        return kernels::propose(lanes, problem, state, lane_move::swap, first, last);
      case lane_move::pair:
        return kernels::propose(lanes, problem, state, lane_move::pair, first, last);
    }
  }

  [[gnu::flatten]] static void accept(kernels::lane_state<Tick> const& state,
                                      kernels::lane_move kind, std::uint16_t const* noise)
  {
    using kernels::lane_move;
    kernels::serial_lanes const lanes;
    if (has_partner(kind)) return kernels::accept(lanes, state, lane_move::swap, noise);
    kernels::accept(lanes, state, lane_move::place, noise);
  }

  template <int Places>
  static lane_bodies<Tick> with()
  {
    constexpr char const* name = HWY_TARGET == HWY_SCALAR ? "portable" : nullptr;
    return {name ? name : hwy::TargetName(HWY_TARGET), decode<Places>, judge<Places>, propose,
            accept};
  }

  static lane_bodies<Tick> of(int places)
  {
    if (places <= 4) return with<4>();
    if (places <= 8) return with<8>();
    return with<16>();
  }
};

lane_bodies<std::uint16_t> bodies16(int places)
{
  return bodies_of<std::uint16_t>::of(places);
}
lane_bodies<std::uint32_t> bodies32(int places)
{
  return bodies_of<std::uint32_t>::of(places);
}

}  // namespace
}  // namespace heddle::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle {
namespace {

HWY_EXPORT(bodies16);
HWY_EXPORT(bodies32);

lane_bodies<std::uint16_t> chosen(int places, std::uint16_t /*tick*/)
{
  return HWY_DYNAMIC_DISPATCH(bodies16)(places);
}
lane_bodies<std::uint32_t> chosen(int places, std::uint32_t /*tick*/)
{
  return HWY_DYNAMIC_DISPATCH(bodies32)(places);
}

template <class Tick>
lane_bodies<Tick> compiled_for(lane_target target, int places)
{
  constexpr bool is_narrow         = sizeof(Tick) == 2;
  [[maybe_unused]] auto const take = [&](auto narrow, auto wide) {
    if constexpr (is_narrow) {
      return narrow(places);
    } else {
      return wide(places);
    }
  };
  [[maybe_unused]] auto const has = hwy::SupportedTargets();
#if HWY_TARGETS & HWY_AVX3
  if (target == lane_target::avx512) {
    return (has & HWY_AVX3) != 0 ? take(N_AVX3::bodies16, N_AVX3::bodies32) : lane_bodies<Tick>{};
  }
#endif
#if HWY_TARGETS & HWY_AVX2
  if (target == lane_target::avx2) {
    return (has & HWY_AVX2) != 0 ? take(N_AVX2::bodies16, N_AVX2::bodies32) : lane_bodies<Tick>{};
  }
#endif
  if (target == lane_target::portable) {
    return take(HWY_STATIC_DISPATCH(bodies16), HWY_STATIC_DISPATCH(bodies32));
  }
  return {};
}

/// The kernel bodies as they are.
template <class Tick, int Places>
lane_bodies<Tick> scalar_bodies()
{
  using lanes = kernels::serial_lanes;
  return {
    "scalar",
    [](kernels::search_problem<Tick> const& problem, std::int32_t const* order, std::int32_t first,
       std::int32_t last, kernels::place_code const* place, Tick* finish, Tick* available) {
      kernels::decode<Places>(lanes{}, problem, order, first, last, place, finish, available);
    },
    [](Tick const* available, Tick* makespan, std::int32_t* energy) {
      kernels::judge<Places>(lanes{}, available, makespan, energy);
    },
    [](kernels::search_problem<Tick> const& problem, kernels::lane_state<Tick> const& state,
       kernels::lane_move kind, std::int32_t first,
       std::int32_t last) { kernels::propose(lanes{}, problem, state, kind, first, last); },
    [](kernels::lane_state<Tick> const& state, kernels::lane_move kind,
       std::uint16_t const* noise) { kernels::accept(lanes{}, state, kind, noise); }};
}

template <class Tick>
lane_bodies<Tick> scalar_bodies(int places)
{
  if (places <= 4) return scalar_bodies<Tick, 4>();
  if (places <= 8) return scalar_bodies<Tick, 8>();
  return scalar_bodies<Tick, 16>();
}

}  // namespace

template <class Tick>
lane_bodies<Tick> bodies_for(int places, lane_target target)
{
  if (target == lane_target::widest) return chosen(places, Tick{});
  if (target == lane_target::scalar) return scalar_bodies<Tick>(places);
  return compiled_for<Tick>(target, places);
}

template lane_bodies<std::uint16_t> bodies_for(int, lane_target);
template lane_bodies<std::uint32_t> bodies_for(int, lane_target);

}  // namespace heddle
#endif
