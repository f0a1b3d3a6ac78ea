#include <heddle/base/error.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/fork_join.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/run/task_group.hpp>

#include "tests/support/message_of.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace heddle {
namespace {

using namespace std::chrono_literals;
using test::message_of_call;

// ---- fork and join ----

int fibonacci(executor& e, int n)
{
  if (n < 2) return n;
  int a = 0, b = 0;
  fork_join(
    e, [&] { a = fibonacci(e, n - 1); }, [&] { b = fibonacci(e, n - 2); });
  return a + b;
}

TEST(ForkJoin, CountsToTheEnd)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    EXPECT_EQ(fibonacci(e, 20), 6765);
  }
}

TEST(ForkJoin, ThrowsWhatTheFirstThrowsElseTheSecond)
{
  executor e{1};
  auto const nothing = [] {};
  auto const one     = [] { throw std::runtime_error{"one"}; };
  auto const two     = [] { throw std::runtime_error{"two"}; };
  EXPECT_EQ(message_of_call([&] { fork_join(e, nothing, nothing); }), "");
  EXPECT_EQ(message_of_call([&] { fork_join(e, one, nothing); }), "one");
  EXPECT_EQ(message_of_call([&] { fork_join(e, nothing, two); }), "two");
  EXPECT_EQ(message_of_call([&] { fork_join(e, one, two); }), "one");
}

// ---- groups ----

void add_tree(task_group& group, std::atomic<int>& count, int depth)
{
  ++count;
  if (depth == 0) return;
  for (int i = 0; i < 2; ++i) group.add([&, depth] { add_tree(group, count, depth - 1); });
}

TEST(TaskGroup, WaitsForWhatItsTasksAdd)
{
  for (int const threads : {0, 1, 4}) {
    executor e{threads};
    for (int run = 0; run < 20; ++run) {
      std::atomic<int> count{0};
      task_group group{e};
      add_tree(group, count, 10);
      group.wait();
      ASSERT_EQ(count, 2047) << threads;
    }
  }
}

TEST(TaskGroup, ThrowsTheFirstExceptionAndCanBeUsedAgain)
{
  executor e{1};
  std::atomic<int> count{0};
  task_group group{e};
  for (int i = 0; i < 10; ++i) {
    group.add([&] {
      ++count;
      throw std::runtime_error{"no"};
    });
  }
  EXPECT_EQ(message_of_call([&] { group.wait(); }), "no");
  EXPECT_EQ(count, 10);
  group.add([&] { ++count; });
  group.wait();
  EXPECT_EQ(count, 11);
}

TEST(TaskGroup, MayBeNested)
{
  executor e{2};
  std::atomic<int> count{0};
  task_group outer{e};
  for (int i = 0; i < 50; ++i) {
    outer.add([&] {
      task_group inner{e};
      for (int j = 0; j < 20; ++j) inner.add([&] { ++count; });
      inner.wait();
      count += 1000;
    });
  }
  outer.wait();
  EXPECT_EQ(count, 51000);
}

// ---- async ----

TEST(Async, GivesResultsAndExceptions)
{
  for (int const threads : {0, 2}) {
    executor e{threads};
    auto number = async(e, [] { return 42; });
    auto text   = async(e, [s = std::make_unique<std::string>("moved")] { return *s; });
    auto none   = async(e, [] {});
    auto wrong  = async(e, []() -> int { throw std::runtime_error{"no"}; });
    EXPECT_EQ(number.get(), 42);
    EXPECT_EQ(text.get(), "moved");
    none.get();
    EXPECT_EQ(message_of_call([&] { wrong.get(); }), "no");
    EXPECT_THROW(number.get(), invalid_argument);
  }
}

TEST(Async, WithoutAFutureIsCalledAtTheLatestWhenTheExecutorGoes)
{
  for (int const threads : {0, 1, 3}) {
    std::atomic<int> count{0};
    {
      executor e{threads};
      for (int i = 0; i < 200; ++i) {
        static_cast<void>(async(e, [&] {
          ++count;
          static_cast<void>(async(e, [&] { ++count; }));
        }));
      }
    }
    EXPECT_EQ(count, 400) << threads;
  }
}

TEST(Async, IsTakenByAThreadThatSleeps)
{
  executor e{1};
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(1ms);
    auto f          = async(e, [] { return 1; });
    auto const late = std::chrono::steady_clock::now() + 10s;
    while (!f.has_ended() && std::chrono::steady_clock::now() < late) std::this_thread::yield();
    ASSERT_TRUE(f.has_ended());
  }
}

/// Where the thread that adds is a worker of another executor at the moment.
TEST(TaskGroup, TakesTasksFromInsideOfAnotherExecutor)
{
  executor e{1}, other{0};
  for (int run = 0; run < 50; ++run) {
    std::atomic<int> count{0};
    task_group group{e};
    for_each(other, range{0, 3}, [&](std::size_t) { group.add([&count] { ++count; }); });
    group.wait();
    ASSERT_EQ(count, 3);
  }
}

}  // namespace
}  // namespace heddle
