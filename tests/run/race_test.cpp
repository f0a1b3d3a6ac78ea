#include <heddle/run/loops.hpp>
#include <heddle/run/race.hpp>

#include <heddle/base/error.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

void wait_until_told(std::stop_token const& stop)
{
  while (!stop.stop_requested()) std::this_thread::yield();
}

TEST(Race, TriesOneWayAfterTheOtherOnOneThread)
{
  executor e{0};
  std::string order;
  auto const way = [&order](char name, std::optional<int> result) {
    return [&order, name, result](std::stop_token const&) {
      order += name;
      return result;
    };
  };
  EXPECT_EQ(race<int>(e, way('a', {}), way('b', 2), way('c', 3)), 2);
  EXPECT_EQ(order, "ab");
}

TEST(Race, TellsTheLosersThatTheyHaveLost)
{
  executor e{1};
  for (int run = 0; run < 100; ++run) {
    std::atomic<bool> has_begun{false}, was_told{false};
    auto const result = race<int>(
      e,
      [&](std::stop_token const& stop) -> std::optional<int> {
        has_begun = true;
        wait_until_told(stop);
        was_told = true;
        return std::nullopt;
      },
      [&](std::stop_token const&) {
        while (!has_begun) std::this_thread::yield();
        return 7;
      });
    ASSERT_EQ(result, 7);
    ASSERT_TRUE(was_told);  // and has ended before
  }
}

TEST(Race, HasOneWinnerThoughAllAreGood)
{
  executor e{4};
  for (int run = 0; run < 2000; ++run) {
    std::atomic<int> begun{0};
    auto const way = [&begun](int number) {
      return [&begun, number](std::stop_token const&) {
        ++begun;
        while (begun < 2) std::this_thread::yield();  // two at least are good at the same time
        return std::optional{std::vector<int>(100, number)};
      };
    };
    auto const result = race<std::vector<int>>(e, way(0), way(1), way(2));
    ASSERT_TRUE(result);
    ASSERT_THAT(*result, testing::Each(result->front()));
  }
}

TEST(Race, ThrowsOnlyIfNoWayIsGood)
{
  executor e{2};
  auto const throws = [](std::stop_token const&) -> std::optional<int> {
    throw std::runtime_error{"no"};
  };
  auto const gives_up = [](std::stop_token const&) -> std::optional<int> { return std::nullopt; };
  EXPECT_EQ(race<int>(e, throws, gives_up, [](std::stop_token const&) { return 1; }), 1);
  EXPECT_THROW(static_cast<void>(race<int>(e, gives_up, throws)), std::runtime_error);
  EXPECT_EQ(race<int>(e, gives_up, gives_up), std::nullopt);
}

TEST(Race, MayHoldLoopsAndRaces)
{
  executor e{3};
  auto const sum_to = [&e](std::size_t n) {
    return [&e, n](std::stop_token const&) {
      return std::optional{reduce(e, range{0, n}, std::size_t{0}, std::plus<>{}, [](range part) {
        return (part.first + part.last - 1) * part.size() / 2;
      })};
    };
  };
  for (int run = 0; run < 200; ++run) {
    auto const result = race<std::size_t>(
      e, [&](std::stop_token const&) { return race<std::size_t>(e, sum_to(1000), sum_to(1000)); },
      sum_to(1000));
    ASSERT_EQ(result, 499'500U);
  }
}

/// The outer race's second way waits for the first, which must not be under it.
TEST(Race, InsideOfARaceLeavesTheOuterWaysAlone)
{
  executor e{0};
  auto const result = race<int>(
    e,
    [&e](std::stop_token const&) {
      return race<int>(
        e, [](std::stop_token const&) -> std::optional<int> { return std::nullopt; },
        [](std::stop_token const&) { return 2; });
    },
    [](std::stop_token const& stop) -> std::optional<int> {
      wait_until_told(stop);
      return std::nullopt;
    });
  EXPECT_EQ(result, 2);
}

TEST(RunAhead, GivesTheChosenResultAlone)
{
  for (int const threads : {0, 3}) {
    executor e{threads};
    for (int run = 0; run < 300; ++run) {
      auto const chosen = run % 2;
      auto const result = run_ahead<std::string>(
        e, [chosen] { return chosen; }, [](std::stop_token const&) { return "then"; },
        [](std::stop_token const&) { return "else"; });
      ASSERT_EQ(result, chosen == 0 ? "then" : "else");
    }
  }
}

TEST(RunAhead, RunsTheWaysBeforeTheDecision)
{
  executor e{1};
  std::atomic<bool> has_begun{false};
  auto const result = run_ahead<int>(
    e,
    [&] {
      while (!has_begun) std::this_thread::yield();  // the way does not wait for the decision
      return 1;
    },
    [&](std::stop_token const& stop) -> std::optional<int> {
      has_begun = true;
      wait_until_told(stop);
      return std::nullopt;
    },
    [](std::stop_token const&) { return 5; });
  EXPECT_EQ(result, 5);
}

TEST(RunAhead, ThrowsWhatDecisionAndChosenWayThrow)
{
  executor e{2};
  auto const one    = [](std::stop_token const&) { return 1; };
  auto const throws = [](std::stop_token const&) -> std::optional<int> {
    throw std::out_of_range{"no"};
  };
  auto const ahead = [&](auto choose) {
    static_cast<void>(run_ahead<int>(e, choose, one, throws));
  };
  EXPECT_NO_THROW(ahead([] { return 0; }));
  EXPECT_THROW(ahead([] { return 1; }), std::out_of_range);
  EXPECT_THROW(ahead([] { return 2; }), invalid_argument);
  EXPECT_THROW(ahead([]() -> int { throw std::runtime_error{"no"}; }), std::runtime_error);
}

/// Each way writes a mark of its own into what it returns; the result is whole, and of a good way.
TEST(Race, IsOfAGoodWayOverManySeeds)
{
  executor e{7};
  std::mt19937_64 random{1};
  for (int run = 0; run < 3000; ++run) {
    auto const way = [&](int number) {
      auto const kind = random() % 4;
      auto const work = static_cast<int>(random() % 300);
      return [=](std::stop_token const& stop) -> std::optional<std::vector<int>> {
        std::vector<int> mine(20);
        for (int k = 0; k < work && !stop.stop_requested(); ++k) mine[0] = k;
        if (kind == 0) return std::nullopt;
        if (kind == 1) throw std::runtime_error{"no"};
        return std::vector<int>(20, number * 2);
      };
    };
    try {
      auto const result = race<std::vector<int>>(e, way(1), way(2), way(3), way(4));
      if (result) {
        ASSERT_THAT(*result, testing::Each(result->front()));
        ASSERT_EQ(result->front() % 2, 0);
      }
    } catch (std::runtime_error const&) {
    }
  }
}

}  // namespace
}  // namespace heddle
