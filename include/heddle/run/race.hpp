/// @file
/// Speculation: several ways to one result at once, of which one counts.
#pragma once

#include <heddle/base/stage_team.hpp>
#include <heddle/run/executor.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

namespace heddle {
namespace detail {

/// The first good attempt wins; see `stage_team::race`.
[[nodiscard]] std::optional<std::size_t> race(executor& e, std::span<any_attempt const> attempts,
                                              std::stop_token const& stop);
[[nodiscard]] std::optional<std::size_t> race(executor& e, std::span<any_attempt const> attempts,
                                              std::function<std::size_t()> const& choose,
                                              std::stop_token const& stop);

/// An attempt that keeps what `f` makes.
template <class Result, class F>
any_attempt keeping(std::optional<Result>& result, F& f)
{
  return [&result, &f](std::stop_token stop) {
    result = f(std::move(stop));
    return result.has_value();
  };
}

}  // namespace detail

/// A way to a result: asked to give up by its stop token; none: not good.
template <class F, class Result>
concept way_to = std::is_invocable_r_v<std::optional<Result>, F&, std::stop_token>;

/// Calls all ways at once, as far as there are threads that have nothing else to do; the first that
/// gives a result wins, and the others' stop tokens are set. On one thread, one way after the other
/// is tried. A result is the way's own until it has won, so exactly one is ever seen; side effects
/// beyond it are the user's. Returns when all ways that have begun have ended: a long one should
/// look at its stop token every few milliseconds.
///
///     auto const root = race<double>(e, [&](std::stop_token s) { return newton(f, s); },
///                                       [&](std::stop_token s) { return bisect(f, s); });
///
/// @return none if no way gave a result
/// @throw  if none did, the exception of the first way that threw one
template <class Result, way_to<Result>... Way>
[[nodiscard]] std::optional<Result> race(executor& e, Way... ways)
{
  std::array<std::optional<Result>, sizeof...(Way)> results;
  auto const winner = [&]<std::size_t... I>(std::index_sequence<I...>)
  {
    std::array<any_attempt, sizeof...(Way)> const attempts{detail::keeping(results[I], ways)...};
    return detail::race(e, attempts, {});
  }
  (std::index_sequence_for<Way...>{});
  return winner ? std::move(results[*winner]) : std::nullopt;
}

/// Calls the ways ahead of the decision which of them is wanted: while `choose()` runs, idle
/// threads run the ways, `ways[0]` first. When it has returned the number of one, the others' stop
/// tokens are set, and that one's result is returned when it has ended; the others' are dropped.
///
/// @return none if the chosen way gave no result
/// @throw  what `choose` and the chosen way throw; invalid_argument if there is no such way
template <class Result, std::invocable Choose, way_to<Result>... Way>
[[nodiscard]] std::optional<Result> run_ahead(executor& e, Choose choose, Way... ways)
{
  std::array<std::optional<Result>, sizeof...(Way)> results;
  auto const chosen = [&]<std::size_t... I>(std::index_sequence<I...>)
  {
    std::array<any_attempt, sizeof...(Way)> const attempts{detail::keeping(results[I], ways)...};
    return detail::race(e, attempts, [&choose] { return static_cast<std::size_t>(choose()); }, {});
  }
  (std::index_sequence_for<Way...>{});
  return chosen ? std::move(results[*chosen]) : std::nullopt;
}

}  // namespace heddle
