#include <heddle/base/error.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/fork_join.hpp>
#include <heddle/run/task_group.hpp>
#include <heddle/run/task_rows.hpp>
#include <heddle/workflow/edge_table.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Random rows, each task of which makes a number from those of its predecessors.
class random_rows {
 public:
  random_rows(std::size_t num_tasks, std::uint64_t seed)
    : numbers_(num_tasks), expected_(num_tasks), before_(num_tasks)
  {
    std::mt19937_64 random{seed};
    std::size_t const reach = 1 + random() % 64;
    std::size_t const edges = random() % 5;
    for (std::size_t t = 0; t < num_tasks; ++t) {
      auto const task = rows_.add([this, t] { numbers_[t] = number_of(t, numbers_); },
                                  {.priority = static_cast<float>(random() % 4)});
      for (std::size_t e = 0; t > 0 && e < edges; ++e) {
        auto const p = t - 1 - random() % std::min(t, reach);
        before_[t].push_back(p);
        rows_.order({static_cast<task_id>(p)}, task);
      }
      expected_[t] = number_of(t, expected_);
    }
  }

  void run(executor& e, std::stop_token const& stop = {})
  {
    std::ranges::fill(numbers_, 0);
    rows_.run(e, stop);
  }
  [[nodiscard]] bool is_right() const { return numbers_ == expected_; }

 private:
  [[nodiscard]] std::uint64_t number_of(std::size_t t, std::vector<std::uint64_t> const& all) const
  {
    std::uint64_t number = t + 1;
    for (auto const p : before_[t]) number = number * 6364136223846793005U + all[p];
    return number;
  }

  std::vector<std::uint64_t> numbers_;
  std::vector<std::uint64_t> expected_;
  std::vector<std::vector<std::size_t>> before_;
  task_rows rows_{};
};

std::string message_of(std::function<void()> const& call)
{
  try {
    call();
    return "";
  } catch (std::exception const& e) {
    return e.what();
  }
}

// ---- rows ----

/// Random rows, of which some tasks throw or ask the run to stop when they are told to.
class faulty_rows {
 public:
  enum class fault { none, throws, stops };

  faulty_rows(std::size_t num_tasks, std::uint64_t seed)
    : num_calls_(num_tasks), before_(num_tasks), is_faulty_(num_tasks)
  {
    std::mt19937_64 random{seed};
    std::size_t const reach = 1 + random() % 100;
    for (std::size_t t = 0; t < num_tasks; ++t) {
      is_faulty_[t] = random() % 2000 == 0;
      auto const task =
        rows_.add([this, t] { call(t); }, {.priority = static_cast<float>(random() % 8)});
      for (auto e = random() % 4; t > 0 && e > 0; --e) {
        auto const p = t - 1 - random() % std::min(t, reach);
        before_[t].push_back(p);
        rows_.order({static_cast<task_id>(p)}, task);
      }
    }
    is_faulty_[num_tasks / 2] = true;
  }

  /// Whether it ended as it should: nothing is called twice, or without what goes before it.
  bool run(executor& e, fault f)
  {
    for (auto& n : num_calls_) n = 0;
    fault_          = f;
    is_late_        = false;
    stop_           = std::stop_source{};
    bool has_thrown = false, is_whole = false;
    try {
      is_whole = rows_.run(e, stop_.get_token());
    } catch (task_failed const&) {
      has_thrown = true;
    }
    auto const num_called = std::ranges::count_if(num_calls_, [](auto const& n) { return n == 1; });
    bool const are_all    = static_cast<std::size_t>(num_called) == num_calls_.size();
    bool const none_twice = std::ranges::all_of(num_calls_, [](auto const& n) { return n <= 1; });
    bool const is_right   = f == fault::none     ? is_whole && are_all
                            : f == fault::throws ? has_thrown && !is_whole
                                                 : !has_thrown && is_whole == are_all;
    return is_right && none_twice && !is_late_;
  }

 private:
  void call(std::size_t t)
  {
    for (auto const p : before_[t]) {
      if (num_calls_[p].load(std::memory_order_relaxed) != 1) is_late_ = true;
    }
    num_calls_[t].fetch_add(1, std::memory_order_relaxed);
    if (!is_faulty_[t]) return;
    if (fault_ == fault::throws) throw std::runtime_error{"injected"};
    if (fault_ == fault::stops) stop_.request_stop();
  }

  std::vector<std::atomic<int>> num_calls_;
  std::vector<std::vector<std::size_t>> before_;
  std::vector<char> is_faulty_;
  std::atomic<bool> is_late_{false};
  fault fault_ = fault::none;
  std::stop_source stop_{};
  task_rows rows_{};
};

void stress(std::uint64_t seeds, std::size_t num_tasks)
{
  using fault = faulty_rows::fault;
  executor e{7};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    faulty_rows rows{num_tasks, seed};
    for (auto const f : {fault::throws, fault::stops, fault::none}) {
      ASSERT_TRUE(rows.run(e, f)) << "seed " << seed << ", fault " << static_cast<int>(f);
    }
  }
}

TEST(TaskRows, SurviveExceptionsAndStops)
{
  stress(20, 2000);
}

TEST(TaskRows, Slow_SurviveExceptionsAndStopsOfTenMillionTasks)
{
  stress(1000, 10'000);
}

TEST(TaskRows, OfRandomWorkflowsAreRight)
{
  for (int const threads : {0, 1, 3, 7}) {
    executor e{threads};
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      random_rows rows{1 + seed * 37 % 1500, seed};
      for (int run = 0; run < 3; ++run) {
        rows.run(e);
        ASSERT_TRUE(rows.is_right()) << "threads " << threads << ", seed " << seed;
      }
    }
  }
}

TEST(TaskRows, AreRightWithFullFencesToo)
{
  detail::use_asymmetric_fences(false);
  EXPECT_FALSE(detail::has_asymmetric_fences());
  {
    executor e{3};
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      random_rows rows{1 + seed * 37 % 1500, seed};
      rows.run(e);
      ASSERT_TRUE(rows.is_right()) << "seed " << seed;
    }
  }
  detail::use_asymmetric_fences(true);
}

TEST(TaskRows, OfOneThreadGoDepthFirstAndByPriority)
{
  executor e{0};
  std::string order;
  task_rows rows;
  auto const say  = [&order](char c) { return [&order, c] { order += c; }; };
  auto const root = rows.add(say('r'));
  auto const low  = rows.add(say('a'), {.priority = 1});
  auto const high = rows.add(say('b'), {.priority = 2});
  auto const leaf = rows.add(say('c'));
  rows.order(root, high);
  rows.order(root, low);
  rows.order(high, leaf);
  rows.run(e);
  EXPECT_EQ(order, "rbca");
}

TEST(TaskRows, NameTheTaskThatThrewFirstAndLeaveOutTheRest)
{
  for (int const threads : {0, 2}) {
    executor e{threads};
    int num_run   = 0;
    bool is_wrong = true;
    task_rows rows;
    auto const first  = rows.add([&] { ++num_run; }, {.name = "first"});
    auto const second = rows.add(
      [&] {
        if (is_wrong) throw std::runtime_error{"no such file"};
      },
      {.name = "second"});
    auto const third = rows.add([&] { ++num_run; });
    rows.order(first, second);
    rows.order(second, third);
    try {
      rows.run(e);
      FAIL() << "nothing was thrown";
    } catch (task_failed const& error) {
      EXPECT_STREQ(error.what(), "task \"second\": no such file");
      EXPECT_THROW(std::rethrow_if_nested(error), std::runtime_error);
    }
    EXPECT_EQ(num_run, 1);
    is_wrong = false;
    EXPECT_TRUE(rows.run(e));
    EXPECT_EQ(num_run, 3);
  }
}

TEST(TaskRows, NameATaskWithoutANameByItsNumber)
{
  executor e{0};
  task_rows rows;
  rows.add([] {}, {.name = "named"});
  rows.add([] { throw 7; });
  EXPECT_THAT(message_of([&] { rows.run(e); }),
              AllOf(HasSubstr("task 1: "), Not(HasSubstr("named"))));
}

TEST(TaskRows, StopWhenAsked)
{
  executor e{1};
  std::stop_source stop;
  int num_run = 0;
  task_rows rows;
  auto const first  = rows.add([&] { stop.request_stop(); });
  auto const second = rows.add([&] { ++num_run; });
  rows.order(first, second);
  EXPECT_FALSE(rows.run(e, stop.get_token()));
  EXPECT_EQ(num_run, 0);
  EXPECT_TRUE(rows.run(e));
  EXPECT_EQ(num_run, 1);
}

TEST(TaskRows, RefuseCirclesAndUnknownTasks)
{
  executor e{0};
  task_rows rows;
  auto const a = rows.add([] {}, {.name = "a"});
  auto const b = rows.add([] {});
  rows.order(a, b);
  EXPECT_THROW(rows.order(a, a), invalid_argument);
  EXPECT_THROW(rows.order(a, {7}), invalid_argument);
  EXPECT_TRUE(rows.run(e));
  rows.order(b, a);
  EXPECT_THROW(rows.run(e), cycle_error);
}

TEST(TaskRows, WithoutTasksAreDoneAtOnce)
{
  executor e{0};
  task_rows rows;
  EXPECT_TRUE(rows.run(e));
}

TEST(TaskRows, MayGrowBetweenRuns)
{
  executor e{1};
  std::atomic<int> sum{0};
  task_rows rows;
  auto before = rows.add([&] { sum += 1; });
  for (int i = 0; i < 100; ++i) {
    sum              = 0;
    auto const after = rows.add([&] { sum += 1; });
    rows.order(before, after);
    before = after;
    rows.run(e);
    ASSERT_EQ(sum, i + 2);
  }
}

/// Bytes that this process has from its allocator.
std::size_t bytes_in_use()
{
  auto const info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Those of sanitizers do not.
bool allocator_tells()
{
  return bytes_in_use() > 0;
}

/// 64 of the row, 4 of the priority, 4 and the letters of the name; 4 an edge.
TEST(TaskRows, TakeLittleMemory)
{
  constexpr std::size_t num_tasks = 300'000, edges_of_task = 4;
  if (!allocator_tells()) GTEST_SKIP() << "the allocator does not tell how much is in use";
  executor e{0};
  auto const before = bytes_in_use();
  task_rows rows;
  rows.reserve(num_tasks, num_tasks * edges_of_task);
  std::array<std::uint64_t, 4> const capture{};
  for (std::size_t t = 0; t < num_tasks; ++t) {
    auto const task =
      rows.add([capture] { static_cast<void>(capture); }, {.name = "task of rows", .priority = 1});
    for (std::size_t b = 1; b <= std::min(t, edges_of_task); ++b) {
      rows.order({static_cast<task_id>(t - b)}, task);
    }
  }
  rows.run(e);
  auto const bytes = bytes_in_use() - before;
  EXPECT_LE(bytes, num_tasks * 96 + num_tasks * edges_of_task * 4 + 100'000);
  EXPECT_GE(bytes, num_tasks * 64);
}

TEST(TaskRows, Slow_LeaveNoMemoryBehindAfterTenMillionTasks)
{
  if (!allocator_tells()) GTEST_SKIP() << "the allocator does not tell how much is in use";
  executor e{2};
  auto const run = [&] {
    for (std::uint64_t seed = 0; seed < 20; ++seed) random_rows{5000, seed}.run(e);
    task_group group{e};
    for (int i = 0; i < 10'000; ++i) group.add([] {});
    group.wait();
  };
  run();
  auto const before = bytes_in_use();
  for (int i = 0; i < 100; ++i) run();
  EXPECT_LE(bytes_in_use(), before + 1'000'000);
}

TEST(TaskRows, KeepAndDestroyLargeAndCountedCaptures)
{
  auto const counted = std::make_shared<int>(0);
  std::array<int, 100> large{};
  std::iota(large.begin(), large.end(), 0);
  int sum = 0;
  {
    executor e{0};
    task_rows rows;
    rows.add([counted] { ++*counted; });
    rows.add([large, &sum] { sum = std::accumulate(large.begin(), large.end(), 0); });
    auto moved = std::move(rows);
    moved.run(e);
    moved.run(e);
    EXPECT_EQ(counted.use_count(), 2);
  }
  EXPECT_EQ(*counted, 2);
  EXPECT_EQ(counted.use_count(), 1);
  EXPECT_EQ(sum, 4950);
}

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
  EXPECT_EQ(message_of([&] { fork_join(e, nothing, nothing); }), "");
  EXPECT_EQ(message_of([&] { fork_join(e, one, nothing); }), "one");
  EXPECT_EQ(message_of([&] { fork_join(e, nothing, two); }), "two");
  EXPECT_EQ(message_of([&] { fork_join(e, one, two); }), "one");
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
  EXPECT_EQ(message_of([&] { group.wait(); }), "no");
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
    EXPECT_EQ(message_of([&] { wrong.get(); }), "no");
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

// ---- threads ----

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
  fibonacci(e, 15);
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
      sum += fibonacci(b, 10);
      auto back = async(b, [&] { return fibonacci(a, 8); });
      sum += back.get();
    });
  }
  group.wait();
  EXPECT_EQ(sum, 20 * (55 + 21));
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
