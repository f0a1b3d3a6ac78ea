/// @file
/// Linear programs of one form: every task splits itself among ways to be done so that the row with
/// the largest load has as little as possible.
///
///     minimise  max over rows r of  sum over ways w of share[w] x load(w, r)
///     where     the shares of the ways of each task are >= 0 and sum to 1
///
/// A row is a resource that bears work, or a path that takes time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle {

/// What one way of doing a task adds to one row.
struct row_load {
  std::int32_t row;
  double seconds;  ///< finite, not negative
};

/// Built task by task: `begin_task`, then per way `begin_way` and its loads.
struct min_max_program {
  std::int32_t num_rows = 0;
  std::vector<std::int32_t> first_way{};   ///< [tasks + 1]
  std::vector<std::int32_t> first_load{};  ///< [ways + 1]
  std::vector<row_load> loads{};           ///< by way, each row once

  [[nodiscard]] std::size_t num_tasks() const { return first_way.size() - 1; }
  [[nodiscard]] std::size_t num_ways() const { return first_load.size() - 1; }

  [[nodiscard]] std::span<row_load const> loads_of(std::int32_t way) const
  {
    auto const w     = static_cast<std::size_t>(way);
    auto const begin = static_cast<std::size_t>(first_load[w]);
    return std::span{loads}.subspan(begin, static_cast<std::size_t>(first_load[w + 1]) - begin);
  }
};

struct min_max_solution {
  std::vector<double> shares{};  ///< [ways], of a vertex: at most tasks + rows of them are not 0
  std::vector<double> prices{};  ///< [rows], of a row's seconds; >= 0, their sum about 1
  double value       = 0;        ///< the largest row of `shares`
  double lower_bound = 0;        ///< `proven_value` of `prices`
};

/// The largest row of `shares`, but for rounding.
[[nodiscard]] double largest_row(min_max_program const& program, std::span<double const> shares);

/// What every way to share costs at least, whatever the prices are (weak duality): negative ones
/// count as 0, all are divided by their sum, and each task pays for its cheapest way. Every
/// operation rounds down, so that no error of the solver and none of this sum makes it too large.
[[nodiscard]] double proven_value(min_max_program const& program, std::span<double const> prices);

/// Solves by the primal simplex method with generalized upper bounds (Dantzig, Van Slyke 1967): a
/// basis holds one key way a task and `num_rows` other columns, so that only a matrix of
/// [rows x rows] is kept. The answer carries its own proof: `lower_bound` meets `value` within 1e-9
/// unless the iterations ran out.
///
/// Takes about O((tasks + rows) x (rows^2 + loads of 64 tasks)) time and 8 rows^2 bytes.
///
/// @param start [tasks], one way of each task: where to begin
[[nodiscard]] min_max_solution solve(min_max_program const& program,
                                     std::span<std::int32_t const> start);

/// Whether a bound proves a value to be the least but for rounding.
[[nodiscard]] inline bool is_closed(double lower_bound, double value)
{
  return value <= lower_bound * (1 + 1e-9);
}

}  // namespace heddle
