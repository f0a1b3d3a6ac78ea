#include <heddle/base/error.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/run/scan.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

constexpr std::size_t sizes[] = {0, 1, 2, 17, 1000, 300'000};

/// Burns some microseconds, so that loops are worth dividing.
void burn(std::size_t i)
{
  std::atomic<std::size_t> sink{i};
  for (int k = 0; k < 1000; ++k)
    sink.store(sink.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

TEST(ForEach, CallsEachIndexOnce)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    for (auto const size : sizes) {
      std::vector<std::atomic<int>> calls(size + 5);
      for_each(e, range{5, size + 5}, [&](std::size_t i) { ++calls[i]; });
      for (std::size_t i = 0; i < size + 5; ++i) ASSERT_EQ(calls[i], i < 5 ? 0 : 1) << i;
    }
  }
}

TEST(ForEach, DividesWhatTakesLong)
{
  executor e{3};
  for (int run = 0; run < 20; ++run) {
    std::vector<std::atomic<int>> calls(2000);
    for_each(e, range{0, calls.size()}, [&](std::size_t i) {
      burn(i);
      ++calls[i];
    });
    for (auto const& each : calls) ASSERT_EQ(each, 1);
  }
}

TEST(ForEach, GivesPartsOfAtLeastTheGrain)
{
  executor e{3};
  std::atomic<std::size_t> done{0};
  std::atomic<int> num_small{0};
  for_each(e, range{0, 1000},
           [&](range part) {
             burn(0);
             done += part.size();
             if (part.size() < 64) ++num_small;
           },
           {.grain = 64});
  EXPECT_EQ(done, 1000U);
  EXPECT_LE(num_small, 16);  // the rests of parts
}

TEST(ForEach, KeepsToItsParallelism)
{
  executor e{4};
  for (std::size_t const most : {1U, 2U}) {
    std::atomic<std::size_t> at_once{0};
    std::atomic<std::size_t> most_seen{0};
    for_each(e, range{0, 2000},
             [&](std::size_t i) {
               auto const now = ++at_once;
               for (auto seen = most_seen.load();
                    seen < now && !most_seen.compare_exchange_weak(seen, now);) {
               }
               burn(i);
               --at_once;
             },
             {.max_parallelism = most});
    EXPECT_LE(most_seen, most);
  }
}

TEST(ForEach, GoesOverElements)
{
  executor e{2};
  std::vector<int> v(100'000, 1);
  for_each(e, v, [](int& x) { ++x; });
  EXPECT_EQ(std::accumulate(v.begin(), v.end(), 0), 200'000);
}

TEST(ForEach, MayBeNested)
{
  executor e{2};
  std::atomic<std::size_t> sum{0};
  for_each(e, range{0, 50}, [&](std::size_t i) {
    for_each(e, range{0, 200}, [&](std::size_t j) {
      burn(j);
      sum += i * j;
    });
  });
  EXPECT_EQ(sum, 1225U * 19900U);
}

TEST(ForEach, EndsEarlyAndThrowsWhatABodyThrows)
{
  for (int const threads : {0, 3}) {
    executor e{threads};
    std::atomic<std::size_t> done{0};
    EXPECT_THROW(for_each(e, range{0, 100'000},
                          [&](std::size_t i) {
                            if (i == 7) throw std::runtime_error{"no"};
                            burn(i);
                            ++done;
                          }),
                 std::runtime_error);
    EXPECT_LT(done, 100'000U);
  }
}

TEST(Transform, MakesEachElement)
{
  executor e{2};
  std::vector<int> x(50'000);
  std::iota(x.begin(), x.end(), 0);
  std::vector<long> y(x.size());
  transform(e, std::span<int const>{x}, std::span{y}, [](int v) { return 2L * v; });
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], 2 * x[i]);
}

TEST(Reduce, KeepsTheOrderOfOperands)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    for (std::size_t const size : {0U, 1U, 500U}) {
      auto const digits =
        reduce(e, range{0, size}, std::string{"<"}, std::plus<>{}, [](range part) {
          std::string s;
          for (auto i = part.first; i < part.last; ++i) {
            burn(i);
            s += static_cast<char>('0' + i % 10);
          }
          return s;
        });
      std::string expected = "<";
      for (std::size_t i = 0; i < size; ++i) expected += static_cast<char>('0' + i % 10);
      ASSERT_EQ(digits, expected);
    }
  }
}

TEST(Reduce, AddsUpElements)
{
  executor e{3};
  std::vector<std::int64_t> v(300'001);
  std::iota(v.begin(), v.end(), 1);
  EXPECT_EQ(reduce(e, std::span<std::int64_t const>{v}), 300'001LL * 300'002 / 2);
  EXPECT_EQ(reduce(e, std::span<std::int64_t const>{}, std::int64_t{5}), 5);
}

TEST(Reduce, ThrowsWhatTheOperationThrowsAndLeavesNothingBehind)
{
  executor e{3};
  auto const fail = [](std::string const&, std::string const&) -> std::string {
    throw std::runtime_error{"no"};
  };
  auto const fold = [](range part) {
    burn(part.first);
    return std::string(100, 'x');
  };
  EXPECT_THROW(static_cast<void>(reduce(e, range{0, 5000}, std::string{}, fail, fold)),
               std::runtime_error);
}

TEST(Loops, RefuseWhatDoesNotFit)
{
  executor e{1};
  std::vector<int> const x(10);
  std::vector<int> y(9);
  auto const twice = [](int v) { return 2 * v; };
  EXPECT_THROW(transform(e, std::span{x}, std::span{y}, twice), invalid_argument);
  EXPECT_THROW(inclusive_scan(e, std::span{x}, std::span{y}), invalid_argument);
  EXPECT_THROW(exclusive_scan(e, std::span{x}, std::span{y}, 0), invalid_argument);
  EXPECT_THROW(static_cast<void>(histogram(e, range{0, 10}, 5, [](std::size_t i) { return i; })),
               invalid_argument);
}

TEST(Histogram, CountsEachIndex)
{
  executor e{3};
  for (std::size_t const bins : {1U, 10U, 256U, 300U}) {
    for (auto const size : sizes) {
      auto const bin_of = [bins](std::size_t i) { return i * i % bins; };
      std::vector<std::size_t> expected(bins);
      for (std::size_t i = 0; i < size; ++i) ++expected[bin_of(i)];
      EXPECT_EQ(histogram(e, range{0, size}, bins, bin_of), expected) << bins << ' ' << size;
    }
  }
}

/// All indices but the first, which tells that they take long, wait for each other.
TEST(ForEach, DividesFewIndicesThatTakeLong)
{
  executor e{3};
  for (std::size_t const size : {2U, 3U}) {
    std::atomic<std::size_t> num_waiting{0};
    for_each(e, range{0, size + 1}, [&](std::size_t i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
      if (i == 0) return;
      ++num_waiting;
      for (int look = 0; num_waiting < size && look < 5000; ++look) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
      EXPECT_EQ(num_waiting, size);
    });
  }
}

/// What is known of earlier loops is believed where the first index does not speak against it, and
/// then for an eighth of the rest.
TEST(ChunkSize, BelievesWhatWasUsualUnlessTheFirstIndexTakesLong)
{
  constexpr double usual_ticks = 2;
  constexpr range rest{1, 8001};
  bool is_believed = false;
  for (int run = 0; run < 1000 && !is_believed; ++run) {  // where nothing comes in between
    detail::chunk_size quick{1, 0, usual_ticks, false};
    quick.begin();
    quick.end(1, rest.size());
    is_believed = quick.next(rest) == detail::chunk_size::even_end(1001) - 1;
  }
  EXPECT_TRUE(is_believed);

  detail::chunk_size slow{1, 0, usual_ticks, false};
  slow.begin();
  std::this_thread::sleep_for(std::chrono::milliseconds{1});
  slow.end(1, rest.size());
  EXPECT_EQ(slow.next(rest), 1U);
}

/// Where nobody can share the loop, there is no need to look at the clock after a first index.
TEST(ChunkSize, BelievesWhatWasUsualAtOnceWhereNobodyCanShare)
{
  constexpr range all{0, 1000};
  detail::chunk_size const alone{1, 0, 2, true};
  EXPECT_EQ(alone.next(all), all.size());
  EXPECT_FALSE(alone.may_take_long(all.size()));
  detail::chunk_size const unknown{1, 0, 0, true};
  EXPECT_EQ(unknown.next(all), 1U);
  EXPECT_TRUE(unknown.may_take_long(1));
}

TEST(Executor, HasOneThreadUnlessAnotherIsThereOrLent)
{
  executor alone{0};
  executor::visit const here{alone};
  EXPECT_TRUE(alone.has_one_thread());
  {
    std::atomic<bool> is_guest{false};
    std::jthread const other{[&](std::stop_token stop) {
      executor::visit const guest{alone};
      is_guest = true;
      while (!stop.stop_requested()) std::this_thread::yield();
    }};
    while (!is_guest) std::this_thread::yield();
    EXPECT_FALSE(alone.has_one_thread());
  }
  EXPECT_TRUE(alone.has_one_thread());
  {
    std::stop_source leave;
    leave.request_stop();
    alone.join(leave.get_token());
    EXPECT_FALSE(alone.has_one_thread()) << "a thread that joined once may do so again";
  }
  executor two{1};
  EXPECT_FALSE(two.has_one_thread());
  executor lent{two, 2};
  EXPECT_FALSE(lent.has_one_thread());
}

TEST(ChunkSize, RemembersWhatIsMeasured)
{
  std::atomic<double> usual_ticks{0};
  detail::chunk_size chunk{1, 0, 0, false};
  chunk.remember_in(usual_ticks);
  EXPECT_EQ(usual_ticks, 0);
  chunk.begin();
  std::this_thread::sleep_for(std::chrono::milliseconds{1});
  chunk.end(10, 0);
  chunk.remember_in(usual_ticks);
  EXPECT_GT(usual_ticks, 0);
}

/// Loops that follow each other closely share what takes a microsecond; each index is still called
/// once, by whoever comes.
TEST(ForEach, CallsEachIndexOnceInAFastSequenceOfShortLoops)
{
  executor e{3};
  std::vector<int> calls(3000);
  for (int run = 1; run <= 2000; ++run) {
    for_each(e, range{0, calls.size()}, [&](std::size_t i) { ++calls[i]; });
    ASSERT_EQ(std::ranges::count(calls, run), std::ssize(calls));
  }
}

/// Who does which index of a loop, each part of which waits until as many have begun.
std::vector<std::thread::id> threads_of(executor& e, std::size_t size, std::size_t parts)
{
  std::vector<std::thread::id> of(size);
  std::atomic<std::size_t> num_begun{0};
  for_each(e, range{0, size},
           [&](range part) {
             ++num_begun;
             while (num_begun < parts) std::this_thread::yield();
             std::fill_n(of.begin() + static_cast<std::ptrdiff_t>(part.first), part.size(),
                         std::this_thread::get_id());
           },
           {.divided = division::fixed});
  return of;
}

TEST(FixedDivision, GivesEachThreadTheSamePartEachTime)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    auto const parts = static_cast<std::size_t>(threads) + 1;
    auto const first = threads_of(e, 1001, parts);
    EXPECT_EQ(first[0], std::this_thread::get_id());
    EXPECT_EQ(std::set(first.begin(), first.end()).size(), parts);
    for (int run = 0; run < 50; ++run) ASSERT_EQ(threads_of(e, 1001, parts), first);
  }
}

TEST(FixedDivision, MakesPartsOfTheSameSizeThatMakeUpTheLoop)
{
  executor e{3};
  for (std::size_t const size : {1U, 3U, 4U, 1002U}) {
    std::vector<std::atomic<int>> calls(size + 5);
    std::atomic<std::size_t> num_parts{0};
    for_each(e, range{5, size + 5},
             [&](range part) {
               ++num_parts;
               EXPECT_LE(part.size(), (size + 3) / 4);
               for (auto i = part.first; i < part.last; ++i) ++calls[i];
             },
             {.divided = division::fixed});
    EXPECT_EQ(num_parts, std::min<std::size_t>(size, 4));
    for (std::size_t i = 0; i < size + 5; ++i) ASSERT_EQ(calls[i], i < 5 ? 0 : 1) << i;
  }
}

TEST(FixedDivision, KeepsToItsParallelismAndGrain)
{
  executor e{3};
  auto const num_parts = [&](loop_options options) {
    options.divided = division::fixed;
    std::atomic<int> count{0};
    for_each(
      e, range{0, 100}, [&](range) { ++count; }, options);
    return count.load();
  };
  EXPECT_EQ(num_parts({.max_parallelism = 2}), 2);
  EXPECT_EQ(num_parts({.grain = 40}), 2);
  EXPECT_EQ(num_parts({.grain = 1000}), 1);
  EXPECT_EQ(num_parts({.max_parallelism = 50}), 4);
}

TEST(FixedDivision, MayBeNestedAndKeepsTheOrderOfOperands)
{
  executor e{3};
  loop_options const options{.divided = division::fixed};
  std::vector<std::string> results(20);
  auto const make = [&](std::size_t i) {
    auto const digit = [](range part) {
      std::string s;
      for (auto k = part.first; k < part.last; ++k) s += static_cast<char>('0' + k % 10);
      return s;
    };
    results[i] = reduce(e, range{i, i + 10}, std::string{}, std::plus<>{}, digit, options);
  };
  for (int run = 0; run < 20; ++run) {
    for_each(e, range{0, results.size()}, make, options);
    for (std::size_t i = 0; i < results.size(); ++i) {
      std::string expected;
      for (auto k = i; k < i + 10; ++k) expected += static_cast<char>('0' + k % 10);
      ASSERT_EQ(results[i], expected);
    }
  }
}

TEST(FixedDivision, ThrowsWhatABodyThrows)
{
  executor e{2};
  for (int run = 0; run < 20; ++run) {
    EXPECT_THROW(for_each(e, range{0, 300},
                          [&](std::size_t i) {
                            if (i == 150) throw std::runtime_error{"no"};
                          },
                          {.divided = division::fixed}),
                 std::runtime_error);
  }
}

TEST(FirstTouch, SetsEachElement)
{
  executor e{3};
  std::size_t const size = 100'003;
  auto const x           = std::make_unique_for_overwrite<double[]>(size);
  first_touch(e, std::span{x.get(), size}, 2.5);
  EXPECT_EQ(std::count(x.get(), x.get() + size, 2.5), size);
}

}  // namespace
}  // namespace heddle
