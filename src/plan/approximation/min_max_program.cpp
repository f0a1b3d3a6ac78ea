#include "src/plan/approximation/min_max_program.hpp"

#include "src/plan/approximation/rounded.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Prices >= 0 whose exact sum is at most 1.
std::vector<double> feasible(std::span<double const> prices)
{
  double sum = 0;
  for (auto const each : prices) sum = rounded_up(sum + std::max(each, 0.0));
  std::vector<double> result;
  for (auto const each : prices) {
    result.push_back(each > 0 ? rounded_down(each / sum) : 0);
  }
  return result;
}

}  // namespace

double largest_row(min_max_program const& program, std::span<double const> shares)
{
  std::vector<double> row(static_cast<std::size_t>(program.num_rows));
  for (std::size_t w = 0; w < program.num_ways(); ++w) {
    for (auto const& load : program.loads_of(static_cast<std::int32_t>(w))) {
      row[static_cast<std::size_t>(load.row)] += shares[w] * load.seconds;
    }
  }
  return row.empty() ? 0 : *std::max_element(row.begin(), row.end());
}

double proven_value(min_max_program const& program, std::span<double const> prices)
{
  auto const price = feasible(prices);
  double sum       = 0;
  for (std::size_t t = 0; t < program.num_tasks(); ++t) {
    double cheapest = infinite;
    for (auto w = program.first_way[t]; w < program.first_way[t + 1]; ++w) {
      double cost = 0;
      for (auto const& load : program.loads_of(w)) {
        cost = rounded_down(cost +
                            rounded_down(price[static_cast<std::size_t>(load.row)] * load.seconds));
      }
      cheapest = std::min(cheapest, cost);
    }
    sum = rounded_down(sum + cheapest);
  }
  return sum;
}

}  // namespace heddle
