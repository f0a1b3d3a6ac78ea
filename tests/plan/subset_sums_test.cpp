#include "src/plan/exact/subset_sums.hpp"

#include "tests/support/every_schedule.hpp"

#include <gtest/gtest.h>

#include <random>

namespace heddle {
namespace {

// Of 5, 3 and 2: 2 and 3 and 5 in 9.5 leave 2 or 3 out. Of 3 and 2 alone there are 5.
TEST(SubsetSums, AreTheMostThatFits)
{
  std::vector<double> const work{5, 3, 2};
  subset_sums const sums{work};
  EXPECT_EQ(sums.filled(3, 9.5), 8);
  EXPECT_EQ(sums.filled(3, 6.5), 5);
  EXPECT_EQ(sums.filled(3, 10), 10);
  EXPECT_EQ(sums.filled(2, 9.5), 5);
  EXPECT_EQ(sums.filled(2, 1.5), 0);
  EXPECT_EQ(sums.filled(2, -1), 0);
  EXPECT_EQ(sums.filled(0, 7), 0);
}

double most_that_fits(std::span<double const> work, double capacity)
{
  double best = 0;
  for (std::size_t set = 0; set < std::size_t{1} << work.size(); ++set) {
    double sum = 0;
    for (std::size_t i = 0; i < work.size(); ++i) sum += (set >> i & 1) != 0 ? work[i] : 0;
    if (sum <= capacity) best = std::max(best, sum);
  }
  return best;
}

TEST(SubsetSums, NeverSayLessThanFits)
{
  std::mt19937_64 random{7};
  for (int i = 0; i < 20; ++i) {
    std::vector<double> work(14);
    for (auto& each : work) each = test::below(random, 100);
    subset_sums const sums{work};
    for (std::size_t k = 0; k <= work.size(); ++k) {
      double const capacity = test::below(random, 300);
      auto const most       = most_that_fits(std::span{work}.last(k), capacity);
      if (k <= 12) {
        EXPECT_EQ(sums.filled(k, capacity), most);
      } else {
        EXPECT_GE(sums.filled(k, capacity), most);
      }
    }
  }
}

}  // namespace
}  // namespace heddle
