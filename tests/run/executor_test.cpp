#include <heddle/base/error.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/fork_join.hpp>
#include <heddle/run/task_group.hpp>

#include "tests/support/random_rows.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;
using test::random_rows;

int sum_to(executor& e, int n)
{
  if (n < 2) return n;
  int below = 0;
  fork_join(
    e, [&] { below = sum_to(e, n - 1); }, [] {});
  return below + n;
}

/// Waits, without helping, until others have made it true.
bool comes_true(std::function<bool()> const& what)
{
  auto const late = std::chrono::steady_clock::now() + 10s;
  while (!what()) {
    if (std::chrono::steady_clock::now() > late) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(Executor, TakesTasksFromAThreadInsideALongBody)
{
  executor e{2};
  std::atomic<int> count{0};
  task_group group{e};
  for (int round = 0; round < 20; ++round) {
    count = 0;
    for (int i = 0; i < 100; ++i) group.add([&] { ++count; });
    ASSERT_TRUE(comes_true([&] { return count == 100; })) << "round " << round;
    group.wait();
  }
}

/// Threads whose bodies are long are raided by several others at once, who are raided themselves.
TEST(Executor, EndsWhenManyThreadsRaidEachOther)
{
  executor e{7};
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> count{0};
    task_group group{e};
    for (int t = 0; t < 4; ++t) {
      group.add([&] {
        task_group inner{e};
        for (int i = 0; i < 30; ++i) inner.add([&] { ++count; });
        std::this_thread::sleep_for(100us);
        inner.wait();
      });
    }
    group.wait();
    ASSERT_EQ(count, 120);
  }
}

TEST(Executor, SleepsWhenIdle)
{
  executor e{2};
  sum_to(e, 15);
  std::this_thread::sleep_for(20ms);
  auto const cpu_seconds = [] {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  };
  auto const before = cpu_seconds();
  std::this_thread::sleep_for(500ms);
  EXPECT_LT(cpu_seconds() - before, 0.05);
}

TEST(Executor, ServesMoreCallersThanItHasPlaces)
{
  executor e{1};
  std::atomic<int> num_right{0};
  std::vector<std::thread> callers;
  for (std::uint64_t c = 0; c < 40; ++c) {
    callers.emplace_back([&, c] {
      random_rows rows{300, c + 1};
      for (int run = 0; run < 10; ++run) {
        rows.run(e);
        num_right += rows.is_right() ? 1 : 0;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(num_right, 400);
}

TEST(Executor, MayBeUsedFromTasksOfAnother)
{
  executor a{1}, b{1};
  std::atomic<int> sum{0};
  task_group group{a};
  for (int i = 0; i < 20; ++i) {
    group.add([&] {
      sum += sum_to(b, 10);
      auto back = async(b, [&] { return sum_to(a, 8); });
      sum += back.get();
    });
  }
  group.wait();
  EXPECT_EQ(sum, 20 * (55 + 36));
}

int descend(executor& a, executor& b, int depth)
{
  if (depth == 0) return 0;
  int below = 0;
  fork_join(
    a, [&] { below = descend(b, a, depth - 1); }, [] {});
  return below + 1;
}

TEST(Executor, MayBeUsedFromTasksOfAnotherToAnyDepth)
{
  executor a{1}, b{1};
  EXPECT_EQ(descend(a, b, 500), 500);
}

/// In a process of its own, with room for the stacks of some threads only.
[[noreturn]] void ask_for_too_many_threads()
{
  rlimit const little{std::size_t{1} << 30, std::size_t{1} << 30};
  setrlimit(RLIMIT_AS, &little);
  try {
    executor const e{1000};
  } catch (system_error const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::exit(0);
  }
  std::exit(1);
}

TEST(ExecutorDeathTest, SaysThatTheSystemRefusesAThread)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer needs more addresses than are left";
#endif
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ask_for_too_many_threads(), testing::ExitedWithCode(0),
              "executor: thread [0-9]+ of 1000 could not be made: .*; ask for fewer");
}

TEST(Executor, RefusesAnImpossibleNumberOfThreads)
{
  EXPECT_THROW(executor{-1}, invalid_argument);
}

}  // namespace
}  // namespace heddle
