#include <heddle/plan/ticks.hpp>

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

TEST(TickScale, RoundsToTheNearestOrDown)
{
  tick_scale const quarters{-2, 100, 10};
  EXPECT_EQ(quarters.seconds_per_tick(), 0.25);
  EXPECT_EQ(quarters.nearest(0.99), 4);
  EXPECT_EQ(quarters.nearest(0.875), 4) << "of two the larger";
  EXPECT_EQ(quarters.nearest(0.874), 3);
  EXPECT_EQ(quarters.down(0.99), 3);
  EXPECT_EQ(quarters.down(1), 4);
  EXPECT_EQ(quarters.seconds(3), 0.75);
}

TEST(TickScale, CountsWhatIsTooLongAsInfinite)
{
  tick_scale const seconds{0, 100, 10};
  EXPECT_EQ(seconds.down(0x1p30 - 0.5), infinite_ticks - 1);
  EXPECT_EQ(seconds.nearest(0x1p30 - 0.5), infinite_ticks);
  EXPECT_EQ(seconds.down(0x1p30), infinite_ticks);
  EXPECT_EQ(seconds.nearest(infinite), infinite_ticks);
  EXPECT_EQ(seconds.down(infinite), infinite_ticks);
}

TEST(TickScale, ThatCouldReachInfinityIsRefused)
{
  EXPECT_NO_THROW((tick_scale{0, 0x1p30 - 1, 1}));
  EXPECT_THROW((tick_scale{0, 0x1p30, 0}), invalid_argument);
  EXPECT_THROW((tick_scale{0, 0x1p30 - 1, 2}), invalid_argument) << "half a tick each";
  EXPECT_NO_THROW((tick_scale{1, 0x1p30, 2}));
  EXPECT_THROW((tick_scale{-1, 0x1p29, 0}), invalid_argument);
  EXPECT_THROW((tick_scale{0, -1, 1}), invalid_argument);
  EXPECT_THROW((tick_scale{0, infinite, 1}), invalid_argument);
  EXPECT_THROW((tick_scale{0, std::numeric_limits<double>::quiet_NaN(), 1}), invalid_argument);
}

TEST(TickScale, IsTheFinestThatStaysFinite)
{
  for (auto const longest : {1e-290, 0.75, 1.0, 0x1p30 - 1, 3e9, 1e300}) {
    for (std::int64_t const summands : {1, 1000, 1 << 29}) {
      auto const scale = tick_scale::finest(longest, summands);
      auto const most  = longest / scale.seconds_per_tick() + static_cast<double>(summands) / 2;
      EXPECT_LT(most, 0x1p30) << longest << ", " << summands;
      auto const finer = 2 * longest / scale.seconds_per_tick() + static_cast<double>(summands) / 2;
      EXPECT_GE(finer, 0x1p30) << longest << ", " << summands;
    }
  }
  EXPECT_EQ(tick_scale::finest(0, 1).nearest(0), 0);
  EXPECT_THROW(static_cast<void>(tick_scale::finest(1, std::int64_t{1} << 31)), invalid_argument);
  EXPECT_THROW(static_cast<void>(tick_scale::finest(infinite, 1)), invalid_argument);
}

}  // namespace
}  // namespace heddle
