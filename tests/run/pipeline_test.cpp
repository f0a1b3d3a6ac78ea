#include <heddle/run/pipeline.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

/// Gives 0, 1, ... up to `count`.
auto numbers(int count)
{
  return [count, n = 0]() mutable -> std::optional<int> {
    if (n == count) return std::nullopt;
    return n++;
  };
}

void burn(int amount)
{
  std::atomic<int> sink{0};
  for (int k = 0; k < amount; ++k) sink.store(k, std::memory_order_relaxed);
}

TEST(Pipeline, KeepsTheOrderAtSerialStages)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    for (std::size_t const tokens : {0U, 1U, 3U, 64U, 5000U}) {
      std::vector<int> first, last;
      auto const passed =
        run_pipeline(e, {tokens}, numbers(3000), serial([&](int n) {
                       first.push_back(n);
                       return n;
                     }),
                     parallel([](int n) {
                       burn(n % 7 * 100);
                       return std::to_string(n);
                     }),
                     serial([&](std::string const& s) { last.push_back(std::stoi(s)); }));
      std::vector<int> expected(3000);
      std::iota(expected.begin(), expected.end(), 0);
      ASSERT_EQ(passed, 3000U);
      ASSERT_EQ(first, expected);
      ASSERT_EQ(last, expected) << threads << " threads, " << tokens << " tokens";
    }
  }
}

TEST(Pipeline, TakesOneTokenAtATimeOutOfOrder)
{
  executor e{4};
  std::atomic<int> inside{0};
  std::set<int> seen;  // guarded by the stage
  run_pipeline(e, {}, numbers(20'000), parallel([](int n) {
                 burn(n % 13 * 50);
                 return n;
               }),
               serial_out_of_order([&](int n) {
                 EXPECT_EQ(++inside, 1);
                 seen.insert(n);
                 --inside;
               }));
  EXPECT_EQ(seen.size(), 20'000U);
}

TEST(Pipeline, HasNoMoreTokensInFlightThanAllowed)
{
  executor e{4};
  std::atomic<int> in_flight{0};
  std::atomic<int> most{0};
  run_pipeline(
    e, {.tokens = 3},
    [&, n = 0]() mutable -> std::optional<int> {
      if (n == 2000) return std::nullopt;
      auto const now = ++in_flight;
      for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      return n++;
    },
    parallel([](int n) {
      burn(300);
      return n;
    }),
    serial([&](int) { --in_flight; }));
  EXPECT_LE(most, 3);
}

TEST(Pipeline, OfNoTokensEndsAtOnce)
{
  executor e{1};
  EXPECT_EQ(run_pipeline(e, {}, numbers(0), serial([](int) {})), 0U);
}

TEST(Pipeline, PassesTokensWithoutResultsOn)
{
  executor e{1};
  int count = 0;
  run_pipeline(e, {}, numbers(100), serial([](int) {}), serial([&](std::monostate) { ++count; }));
  EXPECT_EQ(count, 100);
}

TEST(Pipeline, ThrowsWhatSourceAndStagesThrow)
{
  for (int const threads : {0, 3}) {
    executor e{threads};
    std::atomic<int> num_after{0};
    EXPECT_THROW(run_pipeline(e, {}, numbers(100'000), parallel([](int n) {
                                if (n == 500) throw std::runtime_error{"no"};
                                burn(100);
                                return n;
                              }),
                              serial([&](int) { ++num_after; })),
                 std::runtime_error);
    EXPECT_LT(num_after, 100'000);
    EXPECT_THROW(
      run_pipeline(
        e, {}, []() -> std::optional<int> { throw std::runtime_error{"no"}; }, serial([](int) {})),
      std::runtime_error);
  }
}

TEST(Pipeline, AsksTheSourceForNothingAfterAFailure)
{
  executor e{0};
  int num_asked = 0;
  EXPECT_THROW(run_pipeline(
                 e, {.tokens = 1}, [&]() -> std::optional<int> { return num_asked++; },
                 serial([](int) { throw std::runtime_error{"no"}; })),
               std::runtime_error);
  EXPECT_EQ(num_asked, 1);
}

TEST(Pipeline, MayBeNested)
{
  executor e{3};
  std::atomic<long> sum{0};
  run_pipeline(e, {}, numbers(50), parallel([&](int n) {
                 run_pipeline(e, {}, numbers(n), parallel([](int m) { return m; }),
                              serial([&](int m) { sum += m; }));
               }));
  long expected = 0;
  for (long n = 0; n < 50; ++n) expected += n * (n - 1) / 2;
  EXPECT_EQ(sum, expected);
}

TEST(Pipeline, MovesTokensThatCannotBeCopied)
{
  executor e{2};
  long sum = 0;
  run_pipeline(e, {}, numbers(1000), parallel([](int n) { return std::make_unique<int>(n); }),
               serial([&](std::unique_ptr<int> p) { sum += *p; }));
  EXPECT_EQ(sum, 499'500);
}

}  // namespace
}  // namespace heddle
