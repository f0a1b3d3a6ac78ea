/// @file
/// Kernel body of the placement scores; see heddle/plan/placement_score.hpp for the definition.
#pragma once

#include "kernels/group.hpp"
#include "kernels/min_plus.hpp"

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace heddle::kernels {

/// Where a task cannot run, or what comes after it cannot.
inline constexpr std::int32_t infinite_score = std::int32_t{1} << 30;

/// What one scenario reads and writes; shapes as in `placement_costs`.
struct placement_score_args {
  std::int32_t num_places;
  std::int32_t const* first_edge;
  std::int32_t const* successor;
  std::int32_t const* execution;
  float const* transfer_share;
  float const* links;
  std::int32_t* score;
};

/// How far the scenarios of one launch lie apart; 0 for what they share.
struct scenario_strides {
  std::int64_t execution;
  std::int64_t transfer_share;
  std::int64_t links;
  std::int64_t score;
};

HEDDLE_HOST_DEVICE inline placement_score_args of_scenario(placement_score_args args,
                                                           scenario_strides const& strides,
                                                           std::int64_t scenario)
{
  args.execution += scenario * strides.execution;
  args.transfer_share += scenario * strides.transfer_share;
  args.links += scenario * strides.links;
  args.score += scenario * strides.score;
  return args;
}

/// Numbers of `Width` neighbouring places: on a CPU a vector, for a thread of a GPU one number.
template <int Width>
struct places_vector {
  std::int32_t at[Width];
};

template <int Width>
using of_places = std::conditional_t<Width == 1, std::int32_t, places_vector<Width>>;

template <int Width>
HEDDLE_HOST_DEVICE std::int32_t& at(places_vector<Width>& all, int place)
{
  return all.at[place];
}
template <int Width>
HEDDLE_HOST_DEVICE std::int32_t at(places_vector<Width> const& all, int place)
{
  return all.at[place];
}
HEDDLE_HOST_DEVICE inline std::int32_t& at(std::int32_t& one, int)
{
  return one;
}
HEDDLE_HOST_DEVICE inline std::int32_t at(std::int32_t const& one, int)
{
  return one;
}

/// `fn(place)` for each of `Width` places.
template <int Width, class Fn>
HEDDLE_HOST_DEVICE void for_places(Fn fn)
{
#if defined(__GNUC__) && !defined(__CUDACC__)
#pragma GCC unroll 1  // the vectorizer takes the loop whole; unrolled before, it would stay scalar
#endif
  for (int place = 0; place < Width; ++place) fn(place);
}

/// Makes `best` the least of itself and, over `Count` places q from `first_q` on, of
/// transfer(p, q) + score(q), for each place p of the vector. Several q at once, since `best` is
/// loaded and stored in between.
template <int Count, int Width>
HEDDLE_HOST_DEVICE void improve(of_places<Width>& best, float share, float const* links,
                                std::int32_t num_places, std::int32_t const* score_of_successor)
{
  for_places<Width>([&](int p) {
    auto least = at(best, p);
    for (int q = 0; q < Count; ++q) {
      auto const* const seconds = links + 2 * q * static_cast<std::int64_t>(num_places) + p;
      auto const transfer       = std::fma(share, seconds[0], seconds[num_places]);
      least = add_min(static_cast<std::int32_t>(transfer), score_of_successor[q], least);
    }
    at(best, p) = least;
  });
}

/// For an edge that moves something: min over q of transfer(p, q) + score(q).
template <int Width>
HEDDLE_HOST_DEVICE of_places<Width> after_transfer(placement_score_args const& args, float share,
                                                   std::int32_t const* score_of_successor,
                                                   std::int32_t first_place)
{
  constexpr int at_once = 4;
  auto const places     = args.num_places;
  auto const* links     = args.links + first_place;
  of_places<Width> best;
  for_places<Width>([&](int p) { at(best, p) = infinite_score; });
  std::int32_t q = 0;
  for (; q + at_once <= places; q += at_once, links += 2 * at_once * std::int64_t{places}) {
    improve<at_once, Width>(best, share, links, places, score_of_successor + q);
  }
  for (; q < places; ++q, links += 2 * std::int64_t{places}) {
    improve<1, Width>(best, share, links, places, score_of_successor + q);
  }
  return best;
}

/// For an edge that moves nothing: min over q of score(q), whatever p.
template <int Width>
HEDDLE_HOST_DEVICE of_places<Width> at_once(std::int32_t num_places,
                                            std::int32_t const* score_of_successor)
{
  auto least = infinite_score;
  for (std::int32_t q = 0; q < num_places; ++q) least = add_min(0, score_of_successor[q], least);
  of_places<Width> best;
  for_places<Width>([&](int p) { at(best, p) = least; });
  return best;
}

/// Sets the scores of `task` at the places from `first_place` on, reading those of its successors.
/// One group per task and `Width` places.
template <int Width, thread_group Group>
HEDDLE_HOST_DEVICE void placement_score(Group const& group, placement_score_args const& args,
                                        std::int32_t task, std::int32_t first_place)
{
  auto const longest_tail = group.reduce(
    args.first_edge[task], args.first_edge[task + 1], of_places<Width>{},
    [&](int edge) {
      auto const* const score = args.score + args.successor[edge] * std::int64_t{args.num_places};
      auto const share        = args.transfer_share[edge];
      return share == 0 ? at_once<Width>(args.num_places, score)
                        : after_transfer<Width>(args, share, score, first_place);
    },
    [](of_places<Width> a, of_places<Width> const& b) {
      for_places<Width>([&](int p) { at(a, p) = at(a, p) < at(b, p) ? at(b, p) : at(a, p); });
      return a;
    });

  group.once([&] {
    auto const first = task * std::int64_t{args.num_places} + first_place;
    for_places<Width>([&](int p) {
      auto const tail      = at(longest_tail, p);
      auto const execution = args.execution[first + p];
      args.score[first + p] =
        tail == infinite_score ? infinite_score : add_min(tail, execution, infinite_score);
    });
  });
}

}  // namespace heddle::kernels
