#include "src/plan/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace heddle {
namespace {

TEST(Timeline, OfNothingIsFreeFromTheStart)
{
  timeline const free;
  EXPECT_EQ(free.first_fit(0, 5), 0);
  EXPECT_EQ(free.first_fit(3, 5), 3);
  EXPECT_EQ(free.end(), 0);
}

TEST(Timeline, FillsTheFirstGapThatIsLongEnough)
{
  timeline busy;
  busy.occupy(1, 2);
  busy.occupy(4, 6);
  EXPECT_EQ(busy.end(), 6);
  EXPECT_EQ(busy.first_fit(0, 1), 0);
  EXPECT_EQ(busy.first_fit(0, 2), 2);
  EXPECT_EQ(busy.first_fit(0, 2.5), 6);
  EXPECT_EQ(busy.first_fit(3, 1), 3);
  EXPECT_EQ(busy.first_fit(3.5, 1), 6);
  busy.occupy(2, 4);
  EXPECT_EQ(busy.first_fit(0, 2), 6);
}

/// All gaps in one list, searched from the first.
class plain_timeline {
 public:
  [[nodiscard]] double first_fit(double ready, double length) const
  {
    for (auto const& [begin, end] : gaps_) {
      auto const start = std::max(ready, begin);
      if (start + length <= end) return start;
    }
    return -1;
  }

  void occupy(double start, double finish)
  {
    auto const gap =
      std::find_if(gaps_.begin(), gaps_.end(), [&](auto g) { return finish <= g.second; });
    auto const [begin, end] = *gap;
    auto const at           = gaps_.erase(gap);
    std::vector<std::pair<double, double>> rest;
    if (begin < start) rest.emplace_back(begin, start);
    if (finish < end) rest.emplace_back(finish, end);
    gaps_.insert(at, rest.begin(), rest.end());
  }

 private:
  std::vector<std::pair<double, double>> gaps_{{0, std::numeric_limits<double>::infinity()}};
};

/// Gaps of about one unit, in many blocks, for a task that fits them exactly or misses them by a
/// bit.
TEST(Timeline, FindsExactFitsInManyBlocks)
{
  for (double const unit : {1.0, 0.1, 1.0 / 3}) {
    timeline fast;
    plain_timeline plain;
    for (int i = 0; i < 1000; ++i) {
      fast.occupy(unit * (2 * i + 1), unit * (2 * i + 2));
      plain.occupy(unit * (2 * i + 1), unit * (2 * i + 2));
    }
    for (int i = 0; i < 2000; ++i) {
      EXPECT_EQ(fast.first_fit(unit * i, unit), plain.first_fit(unit * i, unit))
        << unit << ' ' << i;
    }
  }
}

/// Places `count` tasks on both, whose lengths and ready times are multiples of `unit`.
void compare_with_plain(std::uint64_t seed, int count, double unit, std::uint64_t horizon)
{
  std::mt19937_64 random{seed};
  timeline fast;
  plain_timeline plain;
  for (int i = 0; i < count; ++i) {
    auto const length = unit * static_cast<double>(random() % 20);
    auto const ready  = unit * static_cast<double>(random() % horizon);
    auto const start  = fast.first_fit(ready, length);
    ASSERT_EQ(start, plain.first_fit(ready, length)) << "task " << i << ", seed " << seed;
    fast.occupy(start, start + length);
    plain.occupy(start, start + length);
  }
}

TEST(Timeline, EqualsThePlainScanBitForBit)
{
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    compare_with_plain(seed, 500, 1, 3000);             // integers: many gaps fit exactly
    compare_with_plain(seed, 500, 0.1, 3000);           // sums are rounded
    compare_with_plain(seed, 500, 1.0 / 3 * 1e-6, 99);  // crowded
  }
  compare_with_plain(99, 6000, 0.1, 200000);  // many blocks
}

}  // namespace
}  // namespace heddle
