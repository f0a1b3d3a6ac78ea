#include <heddle/base/error.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/blocking_region.hpp>
#include <heddle/run/fork_join.hpp>
#include <heddle/run/task_group.hpp>

#include "tests/support/comes_true.hpp"
#include "tests/support/random_rows.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;
using test::comes_true;
using test::random_rows;

int sum_to(executor& e, int n)
{
  if (n < 2) return n;
  int below = 0;
  fork_join(
    e, [&] { below = sum_to(e, n - 1); }, [] {});
  return below + n;
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

/// The threads of this process.
std::set<std::string> threads_here()
{
  std::set<std::string> all;
  for (auto const& thread : std::filesystem::directory_iterator{"/proc/self/task"}) {
    all.insert(thread.path().filename().string());
  }
  return all;
}

/// How often these threads have been given a CPU, each time after a sleep or a stop.
std::uint64_t times_on_a_cpu(std::set<std::string> const& threads)
{
  std::uint64_t sum = 0;
  for (auto const& thread : threads) {
    std::ifstream in{"/proc/self/task/" + thread + "/status"};
    for (std::string line; std::getline(in, line);) {
      if (line.find("ctxt_switches:") == std::string::npos) continue;
      sum += std::stoull(line.substr(line.find(':') + 1));
    }
  }
  return sum;
}

/// None of them does anything during three looks in a row, some time; a thread that wakes up by
/// itself does so between any two.
bool come_to_rest(std::set<std::string> const& threads)
{
  int looks_alike = 0;
  auto before     = times_on_a_cpu(threads);
  for (int look = 0; look < 100 && looks_alike < 3; ++look) {
    std::this_thread::sleep_for(50ms);
    auto const now = times_on_a_cpu(threads);
    looks_alike    = now == before ? looks_alike + 1 : 0;
    before         = now;
  }
  return looks_alike == 3;
}

/// With a thread that has joined, and a spare one.
TEST(Executor, SleepsWhenIdle)
{
  std::thread{[] {}}.join();  // ThreadSanitizer starts one of its own with the first
  auto const before = threads_here();
  executor e{2};
  std::jthread const joined{[&e](std::stop_token const& stop) { e.join(stop); }};
  sum_to(e, 15);
  std::atomic<int> num_blocked{0};
  for (int i = 0; i < 4; ++i) {
    static_cast<void>(async(e, [&] {
      blocking_region const here{e};
      ++num_blocked;
      EXPECT_TRUE(comes_true([&] { return num_blocked == 4; }));
    }));
  }
  ASSERT_TRUE(comes_true([&] { return num_blocked == 4; }));
  std::set<std::string> of_this;
  std::ranges::set_difference(threads_here(), before, std::inserter(of_this, of_this.end()));
  EXPECT_GE(of_this.size(), 4u);
  EXPECT_TRUE(come_to_rest(of_this));
}

TEST(Executor, ServesManyCallersAtOnce)
{
  executor e{1};
  std::atomic<int> num_right{0};
  std::vector<std::jthread> callers;
  for (std::uint64_t c = 0; c < 40; ++c) {
    callers.emplace_back([&, c] {
      random_rows rows{300, c + 1};
      for (int run = 0; run < 10; ++run) {
        rows.run(e);
        num_right += rows.is_right() ? 1 : 0;
      }
    });
  }
  callers.clear();
  EXPECT_EQ(num_right, 400);
}

/// 1024 threads hold a place each; others wait until one goes.
TEST(Executor, ServesMoreCallersThanItHasPlacesSlow)
{
  executor e{1};
  std::atomic<int> num_inside{0}, num_served{0};
  std::atomic<bool> may_leave{false};
  std::vector<std::jthread> callers;
  for (int c = 0; c < 1024; ++c) {
    callers.emplace_back([&] {
      executor::visit const here{e};
      ++num_inside;
      may_leave.wait(false);
    });
  }
  ASSERT_TRUE(comes_true([&] { return num_inside == 1024; }));
  for (int c = 0; c < 3; ++c) callers.emplace_back([&] { num_served += sum_to(e, 10); });
  may_leave = true;
  may_leave.notify_all();
  callers.clear();
  EXPECT_EQ(num_served, 3 * 55);
}

struct taken_job : detail::job {
  taken_job() : detail::job{&runner} {}
  static detail::job* note(detail::job& j, detail::worker&)
  {
    static_cast<taken_job&>(j).place = ++num_taken;
    return nullptr;
  }
  static constexpr detail::job_runner runner{&note};
  inline static std::atomic<int> num_taken{0};
  std::atomic<int> place{0};  ///< in the order in which they are taken
};

/// A thread of the second memory node takes what one of its own node has, though the other has some
/// too.
TEST(Executor, TakesTasksFromTheNearestThread)
{
  machine m;
  for (int r = 0; r < 5; ++r) {  // the first is the caller's
    m.resources.push_back({.id = {}, .memory_node = r == 0 || r > 2 ? 1 : 0, .core = r});
  }
  executor e{m};
  constexpr std::size_t giver_far = 0, giver_near = 2, taker = 3;
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> num_here{0}, num_given{0}, num_done{0};
    std::atomic<bool> is_over{false};
    std::array<taken_job, 4> jobs{};
    taken_job::num_taken = 0;
    auto const at_work   = [&] {
      auto& me      = *detail::this_worker;
      auto const id = static_cast<std::size_t>(me.id());
      ++num_here;
      EXPECT_TRUE(comes_true([&] { return num_here == 4; }));
      if (id == giver_far || id == giver_near) {
        me.give(jobs[id]);
        ++num_given;
      }
      EXPECT_TRUE(comes_true([&] { return id == taker ? num_given == 2 : is_over.load(); }));
      ++num_done;
    };
    for (int t = 0; t < 4; ++t) static_cast<void>(async(e, at_work));
    ASSERT_TRUE(comes_true([&] { return jobs[giver_near].place + jobs[giver_far].place == 3; }));
    EXPECT_EQ(jobs[giver_near].place, 1) << "round " << round;
    is_over = true;
    ASSERT_TRUE(comes_true([&] { return num_done == 4; }));
  }
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

/// Tasks of executors with few threads that run each other's tasks, deep and in all directions.
int count_tasks(std::vector<executor*> const& all, std::uint64_t seed, int depth)
{
  std::mt19937_64 random{seed};
  auto& e = *all[random() % all.size()];
  std::atomic<int> sum{1};
  if (depth == 0) return sum;
  auto const below = [&, a = random(), b = random()](bool is_first) {
    sum += count_tasks(all, is_first ? a : b, depth - 1);
  };
  auto const how = random() % 3;
  if (how == 0) {
    fork_join(
      e, [&] { below(true); }, [&] { below(false); });
  } else if (how == 1) {
    task_group group{e};
    for (bool const is_first : {true, false}) group.add([&, is_first] { below(is_first); });
    group.wait();
  } else {
    auto first = async(e, [&] { below(true); });
    below(false);
    first.get();
  }
  return sum;
}

TEST(Executor, MayBeUsedFromTasksOfOthersAnyhowSlow)
{
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random{seed};
    auto const few = [&] { return static_cast<int>(random() % 3); };
    executor a{few()}, b{few()}, c{a, 2};
    constexpr int depth = 8;
    EXPECT_EQ(count_tasks({&a, &b, &c}, seed, depth), (2 << depth) - 1) << "seed " << seed;
  }
}

TEST(Executor, GivesAThreadOnePlaceHoweverDeepItIs)
{
  executor a{0}, b{0};
  executor::visit const in_a{a};
  executor::visit const in_b{b};
  executor::visit const in_a_again{a};
  executor::visit const in_b_again{b};
  EXPECT_EQ(&in_a_again.self(), &in_a.self());
  EXPECT_EQ(&in_b_again.self(), &in_b.self());
  EXPECT_EQ(detail::this_worker, &in_b.self());
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

/// Runs twice as many tasks as there are threads, each of which waits until all threads are in one,
/// but not for ever; whether they came.
bool come_all_to_long_bodies(executor& e)
{
  std::atomic<int> begun{0};
  std::atomic<bool> have_come{true};
  task_rows rows;
  for (int t = 0; t < 2 * e.parallelism(); ++t) {
    rows.add([&] {
      ++begun;
      for (int tries = 0; begun < e.parallelism() && tries < 20'000; ++tries) {
        std::this_thread::sleep_for(std::chrono::microseconds{100});
      }
      if (begun < e.parallelism()) have_come = false;
    });
  }
  rows.run(e);
  return have_come;
}

/// Those who sleep, too, when the rest of the tasks is on the stacks of who is inside of one.
TEST(Executor, BringsAllThreadsToLongBodies)
{
  executor e{7};
  for (int round = 0; round < 40; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});  // mostly, all are asleep then
    ASSERT_TRUE(come_all_to_long_bodies(e)) << "round " << round;
  }
}

}  // namespace
}  // namespace heddle
