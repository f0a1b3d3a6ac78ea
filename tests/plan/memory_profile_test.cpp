#include "src/plan/memory_profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace heddle {
namespace {

TEST(MemoryProfile, IsEmptyAtFirst)
{
  EXPECT_EQ(memory_profile{}.first_fit(3, 5, 0), 3);
}

TEST(MemoryProfile, StartsWhenEnoughIsLeftUntilTheEnd)
{
  memory_profile used;
  used.occupy(2, 6, 10);
  used.occupy(4, 8, 5);
  EXPECT_EQ(used.first_fit(0, 4, 10), 0);
  EXPECT_EQ(used.first_fit(0, 5, 10), 6);
  EXPECT_EQ(used.first_fit(0, 2, 9), 0);
  EXPECT_EQ(used.first_fit(1, 2, 9), 6);
  EXPECT_EQ(used.first_fit(7, 1, 4), 8);
  EXPECT_EQ(used.first_fit(5, 9, 15), 5);
}

TEST(MemoryProfile, HoldsNothingInNoTime)
{
  memory_profile used;
  used.occupy(2, 2, 10);
  EXPECT_EQ(used.first_fit(2, 1, 0), 2);
}

struct held {
  double start;
  double finish;
  double bytes;
};

/// All starts that can be first are tried, and all times at which use may rise are looked at.
double plain_first_fit(std::vector<held> const& all, double ready, double length, double most)
{
  auto const fits = [&](double start) {
    std::vector<double> times{start};
    for (auto const& h : all) {
      if (h.start > start && h.start < start + length) times.push_back(h.start);
    }
    return std::ranges::all_of(times, [&](double time) {
      double sum = 0;
      for (auto const& h : all) sum += h.start <= time && time < h.finish ? h.bytes : 0;
      return sum <= most;
    });
  };
  std::vector<double> starts{ready};
  for (auto const& h : all) starts.push_back(std::max(ready, h.finish));
  std::ranges::sort(starts);
  return *std::ranges::find_if(starts, fits);
}

TEST(MemoryProfile, EqualsAPlainSearch)
{
  std::mt19937_64 random{3};
  auto const below = [&](std::uint64_t n) { return static_cast<double>(random() % n); };
  for (int i = 0; i < 300; ++i) {
    memory_profile used;
    std::vector<held> all;
    for (int t = 0; t < 20; ++t) {
      auto const ready = below(30), length = 1 + below(9), most = below(12);
      auto const start = used.first_fit(ready, length, most);
      ASSERT_EQ(start, plain_first_fit(all, ready, length, most)) << i << ", " << t;
      all.push_back({start, start + length, 12 - most});
      used.occupy(start, start + length, 12 - most);
    }
  }
}

}  // namespace
}  // namespace heddle
