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

#include "src/plan/search/lane_vectors.hpp"

#include <bit>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace heddle::HWY_NAMESPACE {
namespace {

#if HWY_TARGET != HWY_SCALAR

/// The latest of `start` and of when what a task needs from its predecessors arrives.
template <class Arrivals, class Tick, class D>
HWY_INLINE hn::Vec<D> latest_arrival(D d, search_problem<Tick> const& problem, std::size_t task,
                                     place_code const* place, Tick const* HWY_RESTRICT finish,
                                     Arrivals const& predecessors, hn::Vec<D> start)
{
  auto const end = problem.predecessor + problem.first_predecessor[task + 1];
  for (auto e = problem.predecessor + problem.first_predecessor[task]; e < end; ++e) {
    auto const cell  = static_cast<std::size_t>(e->task) * search_lanes;
    auto const ended = hn::Load(d, finish + cell);
    auto const from  = codes(d, place + cell, Tick{});
    start            = hn::Max(start, predecessors.arrival(d, *e, ended, from));
  }
  return start;
}

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
    V const free_here = select<Places, D>(free, is_set);
    predecessors.turn_to(d, code, is_set);
    V const start     = latest_arrival(d, problem, task, place, finish, predecessors, free_here);
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

/// The same of many places. What is looked up for each lane, when its place is free and how long
/// the task takes there, is read and written lane by lane.
template <int Places, class Tick, class D>
HWY_INLINE void decode_lanes_of_many(D d, search_problem<Tick> const& problem,
                                     std::int32_t const* order, std::int32_t first,
                                     std::int32_t last, place_code const* place,
                                     Tick* HWY_RESTRICT finish, Tick* HWY_RESTRICT available)
{
  using V                     = hn::Vec<D>;
  constexpr std::size_t lanes = hn::MaxLanes(d);
  arrivals<Places, nearness::of_many, D, Tick> predecessors{d, problem};
  V const own = hn::Iota(d, Tick{0});
  alignas(64) Tick cell[lanes];  // of `available`, for each lane
  alignas(64) Tick free[lanes];
  alignas(64) Tick spent[lanes];
  for (auto position = first; position < last; ++position) {
    auto const task         = static_cast<std::size_t>(order[position]);
    auto const* const times = problem.execution + task * static_cast<std::size_t>(problem.row);
    auto* const ends        = finish + task * search_lanes;
    V const code            = codes(d, place + task * search_lanes, Tick{});
    V const row             = hn::ShiftLeft<4>(hn::And(code, hn::Set(d, Tick{0xfe})));
    hn::Store(hn::Or(row, own), d, cell);
#pragma GCC unroll 4
    for (std::size_t lane = 0; lane < lanes; ++lane) free[lane] = available[cell[lane]];
#pragma GCC unroll 4
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      spent[lane] = times[cell[lane] / search_lanes];
    }
    predecessors.turn_to(d, code);
    V const start =
      latest_arrival(d, problem, task, place, finish, predecessors, hn::Load(d, free));
    hn::Store(add(d, start, hn::Load(d, spent), Tick{}), d, ends);
#pragma GCC unroll 4
    for (std::size_t lane = 0; lane < lanes; ++lane) available[cell[lane]] = ends[lane];
  }
}

#else  // without vectors of Highway: those of the language, which GCC and Clang have for any CPU

/// The smallest that CPUs have: 8 or 4 lanes.
template <class Tick>
using small_vector [[gnu::vector_size(16)]] = Tick;

template <class Tick>
inline constexpr int small_lanes = 16 / static_cast<int>(sizeof(Tick));

template <class Tick>
HWY_INLINE small_vector<Tick> load(Tick const* from)
{
  small_vector<Tick> all;
  std::memcpy(&all, from, sizeof(all));
  return all;
}

template <class Tick>
HWY_INLINE void store(small_vector<Tick> const& all, Tick* to)
{
  std::memcpy(to, &all, sizeof(all));
}

/// Of the places at `from`, as wide as ticks.
template <class Tick>
HWY_INLINE small_vector<Tick> small_codes(place_code const* from)
{
  using narrow [[gnu::vector_size(small_lanes<Tick> * sizeof(place_code))]] = place_code;
  narrow all;
  std::memcpy(&all, from, sizeof(all));
  return __builtin_convertvector(all, small_vector<Tick>);
}

/// Ones where a condition holds.
template <class Tick, class Condition>
HWY_INLINE small_vector<Tick> mask_of(Condition const& holds)
{
  using V = small_vector<Tick>;
  return std::bit_cast<V>(holds);
}

/// The sum, or the limit, in as many bits as a tick has.
HWY_INLINE small_vector<std::uint16_t> add_fast(small_vector<std::uint16_t> a,
                                                small_vector<std::uint16_t> b)
{
  auto const room = ~a;
  return a + (b < room ? b : room);
}
HWY_INLINE small_vector<std::uint32_t> add_fast(small_vector<std::uint32_t> a,
                                                small_vector<std::uint32_t> b)
{
  using with_sign [[gnu::vector_size(16)]] = std::int32_t;  // sums stay far below 2^31
  constexpr auto limit = static_cast<std::int32_t>(kernels::search_limit<std::uint32_t>);
  auto const sum       = std::bit_cast<with_sign>(a + b);
  return std::bit_cast<small_vector<std::uint32_t> >(sum < limit ? sum : limit + with_sign{});
}

/// The ticks that a transfer takes to the lanes' places.
template <nearness Near, class Tick>
HWY_INLINE small_vector<Tick> small_transfer(search_problem<Tick> const& problem,
                                             kernels::search_edge const& e, place_code const* from,
                                             place_code const* to)
{
  if constexpr (Near == nearness::of_places) {
    auto const is_far = small_codes<Tick>(from) != small_codes<Tick>(to);
    return mask_of<Tick>(is_far) & static_cast<Tick>(e.transfer);
  } else {
    alignas(16) Tick moved[small_lanes<Tick>];
    for (int lane = 0; lane < small_lanes<Tick>; ++lane) {
      moved[lane] = kernels::limited_ticks<Tick>(problem.moved(e, from[lane], to[lane]));
    }
    return load(moved);
  }
}

/// One task on the lanes at which the columns begin.
template <int Places, nearness Near, class Tick>
HWY_INLINE void decode_task(search_problem<Tick> const& problem, std::size_t task,
                            place_code const* place, Tick* HWY_RESTRICT finish,
                            Tick* HWY_RESTRICT available)
{
  using V                 = small_vector<Tick>;
  auto const* const times = problem.execution + task * static_cast<std::size_t>(problem.row);
  auto const* const to    = place + task * search_lanes;
  V const code            = small_codes<Tick>(to);
  V start{}, execution{};
#pragma GCC unroll 16
  for (int p = 0; p < Places; ++p) {
    V const is_here = mask_of<Tick>(code == Tick{kernels::code_of_place(p)});
    start |= load(available + p * search_lanes) & is_here;
    execution |= times[p] & is_here;
  }
  auto const* const end = problem.predecessor + problem.first_predecessor[task + 1];
  for (auto const* e = problem.predecessor + problem.first_predecessor[task]; e < end; ++e) {
    auto const cell = static_cast<std::size_t>(e->task) * search_lanes;
    V const arrival =
      add_fast(load(finish + cell), small_transfer<Near>(problem, *e, place + cell, to));
    start = start < arrival ? arrival : start;
  }
  V const done = add_fast(start, execution);
  store<Tick>(done, finish + task * search_lanes);
#pragma GCC unroll 16
  for (int p = 0; p < Places; ++p) {
    auto* const free = available + p * search_lanes;
    V const is_here  = mask_of<Tick>(code == Tick{kernels::code_of_place(p)});
    store<Tick>((done & is_here) | (load(free) & ~is_here), free);
  }
}

template <int Places, nearness Near, class Tick>
void decode_rows(search_problem<Tick> const& problem, std::int32_t const* order, std::int32_t first,
                 std::int32_t last, place_code const* place, Tick* finish, Tick* available)
{
  for (auto position = first; position < last; ++position) {
    auto const task = static_cast<std::size_t>(order[position]);
    for (int lane = 0; lane < search_lanes; lane += small_lanes<Tick>) {
      decode_task<Places, Near>(problem, task, place + lane, finish + lane, available + lane);
    }
  }
}

#endif

/// `kernels::judge`, a row of lanes at a time.
template <int Places, class Tick>
HWY_INLINE void judge_rows(Tick const* available, Tick* HWY_RESTRICT makespan,
                           std::int32_t* HWY_RESTRICT energy)
{
  alignas(64) std::uint32_t latest[search_lanes]{};
  alignas(64) std::uint32_t sum[search_lanes]{};
  for (int p = 0; p < Places; ++p) {
    for (int lane = 0; lane < search_lanes; ++lane) {
      std::uint32_t const end = available[p * search_lanes + lane];
      latest[lane]            = latest[lane] < end ? end : latest[lane];
      sum[lane] += end;
    }
  }
  for (int lane = 0; lane < search_lanes; ++lane) {
    makespan[lane] = static_cast<Tick>(latest[lane]);
    energy[lane]   = kernels::energy_of(latest[lane], sum[lane] / Places);
  }
}

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
    if constexpr (Places > kernels::few_places) {
      with.template operator()<nearness::of_many>();
    } else if (problem.has_own_links()) {
      with.template operator()<nearness::of_links>();
    } else if (problem.shares_nodes()) {
      with.template operator()<nearness::of_nodes>();
    } else {
      with.template operator()<nearness::of_places>();
    }
  }

  template <int Places, nearness Near>
  static void decode_all(search_problem<Tick> const& problem, std::int32_t const* order,
                         std::int32_t first, std::int32_t last, place_code const* place,
                         Tick* finish, Tick* available)
  {
#if HWY_TARGET == HWY_SCALAR
    if constexpr (Near == nearness::of_many) {
      kernels::decode<Places>(kernels::serial_lanes{}, problem, order, first, last, place, finish,
                              available);
    } else {
      decode_rows<Places, Near>(problem, order, first, last, place, finish, available);
    }
#else
    hn::CappedTag<Tick, search_lanes> const d;
    for (std::size_t lane = 0; lane < search_lanes; lane += hn::Lanes(d)) {
      if constexpr (Near == nearness::of_many) {
        decode_lanes_of_many<Places>(d, problem, order, first, last, place + lane, finish + lane,
                                     available + lane);
      } else {
        decode_lanes<Places, Near>(d, problem, order, first, last, place + lane, finish + lane,
                                   available + lane);
      }
    }
#endif
  }

  template <int Places>
  [[gnu::flatten]] static void judge(Tick const* available, Tick* makespan, std::int32_t* energy)
  {
    if constexpr (Places > kernels::few_places) {
      judge_rows<Places>(available, makespan, energy);
    } else {
      kernels::judge<Places>(kernels::serial_lanes{}, available, makespan, energy);
    }
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
    return kernels::with_places(kernels::padded_places(places), [](auto p) { return with<p()>(); });
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
  return kernels::with_places(kernels::padded_places(places),
                              [](auto p) { return scalar_bodies<Tick, p()>(); });
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
