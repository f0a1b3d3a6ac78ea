#include <heddle/run/scan.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

constexpr std::size_t sizes[] = {0, 1, 3, 4, 5, 100, 4095, 4096, 4097, 40'000, 1'000'003};

std::vector<std::int64_t> random_numbers(std::size_t size)
{
  std::mt19937_64 random{size};
  std::vector<std::int64_t> numbers(size);
  for (auto& n : numbers) n = static_cast<std::int64_t>(random() % 1000);
  return numbers;
}

TEST(Scan, InclusiveEqualsTheSequentialOne)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    for (auto const size : sizes) {
      auto const x = random_numbers(size);
      std::vector<std::int64_t> y(size), expected(size);
      std::inclusive_scan(x.begin(), x.end(), expected.begin());
      inclusive_scan(e, std::span{x}, std::span{y});
      ASSERT_EQ(y, expected) << size;
    }
  }
}

TEST(Scan, ExclusiveEqualsTheSequentialOneInPlaceToo)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    for (auto const size : sizes) {
      auto x = random_numbers(size);
      std::vector<std::int64_t> expected(size);
      std::exclusive_scan(x.begin(), x.end(), expected.begin(), std::int64_t{7});
      exclusive_scan(e, std::span<std::int64_t const>{x}, std::span{x}, std::int64_t{7});
      ASSERT_EQ(x, expected) << size;
    }
  }
}

/// Results that go past the caches, from where a line begins and from elsewhere: the whole of it,
/// and what is left at either end.
TEST(Scan, OfMoreThanTheCachesHoldEqualsTheSequentialOne)
{
  constexpr std::size_t size = 17'000'001;
  std::vector<std::uint32_t> x(size), y(size), expected(size);
  std::iota(x.begin(), x.end(), 1U);
  for (int const threads : {0, 3}) {
    executor e{threads};
    for (std::size_t const first : {0, 5}) {
      auto const from = std::span<std::uint32_t const>{x}.subspan(first);
      auto const to   = std::span{y}.subspan(first);
      auto const last = expected.begin() + static_cast<std::ptrdiff_t>(to.size());
      std::exclusive_scan(from.begin(), from.end(), expected.begin(), 7U);
      exclusive_scan(e, from, to, 7U);
      ASSERT_TRUE(std::equal(to.begin(), to.end(), expected.begin(), last));
      std::inclusive_scan(from.begin(), from.end(), expected.begin());
      inclusive_scan(e, from, to);
      ASSERT_TRUE(std::equal(to.begin(), to.end(), expected.begin(), last));
    }
  }
}

/// x -> a x + b, by composition: associative, not commutative.
struct affine {
  std::uint64_t a = 1, b = 0;
  friend bool operator==(affine const&, affine const&) = default;
};

TEST(Scan, KeepsTheOrderOfOperands)
{
  auto const compose = [](affine const& f, affine const& g) {
    return affine{f.a * g.a, g.a * f.b + g.b};
  };
  executor e{3};
  std::mt19937_64 random{1};
  std::vector<affine> x(200'000);
  for (auto& f : x) f = {random() | 1, random()};
  std::vector<affine> y(x.size()), expected(x.size());
  std::inclusive_scan(x.begin(), x.end(), expected.begin(), compose);
  for (int run = 0; run < 10; ++run) {
    inclusive_scan(e, std::span<affine const>{x}, std::span{y}, compose);
    ASSERT_EQ(y, expected);
  }
}

TEST(Scan, ThrowsWhatTheOperationThrows)
{
  for (int const threads : {0, 3}) {
    executor e{threads};
    std::vector<int> x(300'000, 1), y(x.size());
    x[150'000]      = -1;
    auto const fail = [](int a, int b) {
      if (b == -1) throw std::runtime_error{"no"};
      return a + b;
    };
    EXPECT_THROW(inclusive_scan(e, std::span<int const>{x}, std::span{y}, fail),
                 std::runtime_error);
  }
}

}  // namespace
}  // namespace heddle
