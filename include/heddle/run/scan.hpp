/// @file
/// Running sums over arrays, in one pass over memory.
#pragma once

#include <heddle/run/executor.hpp>
#include <heddle/run/loop_parts.hpp>
#include <heddle/run/scan_tiles.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace heddle {

/// to[i] = from[0] op ... op from[i] for all i; `to` may be `from`. `op` is associative, and called
/// at once on several threads. Where it is not quite associative, as the addition of floating-point
/// numbers, results are rounded differently than in a sequential scan, and may differ from run to
/// run.
///
/// Reads and writes memory once: a tile that fits into the nearest cache is folded and then
/// scanned; meanwhile the sum of all before comes from the tiles before, as far back as need be.
/// Results of 64 MiB and more go past the caches (x86, numbers of four or eight bytes that do not
/// replace the elements).
///
/// D. Merrill, M. Garland: Single-pass parallel prefix scan with decoupled look-back, NVIDIA
/// NVR-2016-002, 2016.
///
/// @throw invalid_argument if `to` has fewer elements
/// @throw what `op` throws, after which the content of `to` is unspecified
template <class T, class U, class Op = std::plus<>>
void inclusive_scan(executor& e, std::span<T const> from, std::span<U> to, Op op = {})
{
  detail::expect_room("inclusive_scan", from.size(), to.size());
  if (from.empty()) return;
  U first = from[0];
  to[0]   = first;
  detail::scan_of<detail::scan_kind::inclusive, T, U, Op>{from.subspan(1), to.subspan(1),
                                                          std::move(first), op}
    .run(e);
}

/// to[0] = init, to[i] = init op from[0] op ... op from[i - 1]; else the same.
template <class T, class U, class Op = std::plus<>>
void exclusive_scan(executor& e, std::span<T const> from, std::span<U> to, U init, Op op = {})
{
  detail::expect_room("exclusive_scan", from.size(), to.size());
  detail::scan_of<detail::scan_kind::exclusive, T, U, Op>{from, to, std::move(init), op}.run(e);
}

}  // namespace heddle
