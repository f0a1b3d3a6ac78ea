#include "src/plan/approximation/min_max_program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace heddle {
namespace {

/// Built from loads as [tasks][ways][rows].
using table = std::vector<std::vector<std::vector<double>>>;

min_max_program make(table const& tasks)
{
  min_max_program program;
  program.first_way = program.first_load = {0};
  for (auto const& ways : tasks) {
    for (auto const& rows : ways) {
      program.num_rows = static_cast<std::int32_t>(rows.size());
      for (std::size_t r = 0; r < rows.size(); ++r) {
        if (rows[r] > 0) program.loads.push_back({static_cast<std::int32_t>(r), rows[r]});
      }
      program.first_load.push_back(static_cast<std::int32_t>(program.loads.size()));
    }
    program.first_way.push_back(static_cast<std::int32_t>(program.num_ways()));
  }
  return program;
}

min_max_solution solve_from_first_ways(min_max_program const& program)
{
  return solve(program, std::span{program.first_way}.first(program.num_tasks()));
}

/// Up to `most_tasks` tasks of up to four ways on up to twelve rows, times `unit`; with few
/// different loads many vertices coincide.
min_max_program random_program(std::mt19937_64& random, std::uint64_t most_tasks, double unit)
{
  auto const rows  = 1 + random() % 12;
  auto const loads = random() % 2 == 0 ? 4 : 1000;
  table tasks(1 + random() % most_tasks);
  for (auto& ways : tasks) {
    ways.resize(1 + random() % 4, std::vector<double>(rows));
    for (auto& way : ways) {
      for (auto& load : way) {
        if (random() % 3 == 0)
          load = unit * static_cast<double>(random() % static_cast<std::uint64_t>(loads));
      }
    }
  }
  return make(tasks);
}

// Two machines, one twice as fast: 9 s and 18 s, together 6 s each.
TEST(MinMaxProgram, SplitsOneTaskBetweenTwoRows)
{
  auto const solution = solve_from_first_ways(make({{{18, 0}, {0, 9}}}));
  EXPECT_DOUBLE_EQ(solution.value, 6);
  EXPECT_NEAR(solution.lower_bound, 6, 1e-12);
  EXPECT_LE(solution.lower_bound, 6);
  EXPECT_DOUBLE_EQ(solution.shares[0], 1.0 / 3);
  EXPECT_DOUBLE_EQ(solution.shares[1], 2.0 / 3);
}

TEST(MinMaxProgram, OfNothingIsNothing)
{
  EXPECT_EQ(solve_from_first_ways(make({})).value, 0);
  EXPECT_EQ(solve_from_first_ways(make({{{0, 0}}})).value, 0);
}

TEST(MinMaxProgram, IsSolvedToItsProof)
{
  std::mt19937_64 random{1};
  for (int i = 0; i < 2000; ++i) {
    auto const unit     = std::pow(10.0, static_cast<double>(i % 25) - 12);
    auto const program  = random_program(random, 60, unit);
    auto const solution = solve_from_first_ways(program);
    EXPECT_TRUE(is_closed(solution.lower_bound, solution.value)) << "case " << i;
    EXPECT_LE(solution.lower_bound, solution.value * (1 + 1e-12)) << "case " << i;
  }
}

TEST(MinMaxProgram, IsSolvedByAVertex)
{
  std::mt19937_64 random{2};
  for (int i = 0; i < 1000; ++i) {
    auto const program  = random_program(random, 60, 1);
    auto const solution = solve_from_first_ways(program);
    auto const used     = std::count_if(solution.shares.begin(), solution.shares.end(),
                                        [](double share) { return share > 0; });
    EXPECT_LE(static_cast<std::size_t>(used),
              program.num_tasks() + static_cast<std::size_t>(program.num_rows))
      << "case " << i;
    for (std::size_t t = 0; t < program.num_tasks(); ++t) {
      double sum = 0;
      for (auto w = program.first_way[t]; w < program.first_way[t + 1]; ++w)
        sum += solution.shares[static_cast<std::size_t>(w)];
      EXPECT_NEAR(sum, 1, 1e-9) << "case " << i;
    }
  }
}

// Whatever the prices, no way to share is cheaper.
TEST(MinMaxProgram, IsBoundedByAnyPrices)
{
  std::mt19937_64 random{3};
  std::uniform_real_distribution<double> number{-1, 3};
  for (int i = 0; i < 1000; ++i) {
    auto const program = random_program(random, 20, 1);
    std::vector<double> prices, shares;
    for (int r = 0; r < program.num_rows; ++r) prices.push_back(number(random));
    for (std::size_t t = 0; t < program.num_tasks(); ++t) {
      auto const ways = program.first_way[t + 1] - program.first_way[t];
      for (int w = 0; w < ways; ++w) shares.push_back(1.0 / ways);
    }
    auto const bound = proven_value(program, prices);
    EXPECT_LE(bound, largest_row(program, shares)) << "case " << i;
    EXPECT_LE(bound, solve_from_first_ways(program).value * (1 + 1e-12)) << "case " << i;
  }
}

TEST(MinMaxProgram, PaysNothingForPricesOfNothing)
{
  EXPECT_EQ(proven_value(make({{{1, 2}}}), std::vector<double>{0, -1}), 0);
}

// 3 x 0.1 summed up in machine arithmetic is more than 0.3.
TEST(MinMaxProgram, RoundsItsProofDown)
{
  auto const program = make({{{0.1}}, {{0.1}}, {{0.1}}});
  EXPECT_LT(proven_value(program, std::vector<double>{1}), 0.1 + 0.1 + 0.1);
  EXPECT_NEAR(proven_value(program, std::vector<double>{1}), 0.3, 1e-15);
}

}  // namespace
}  // namespace heddle
