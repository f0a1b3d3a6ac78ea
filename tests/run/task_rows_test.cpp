#include <heddle/base/error.hpp>
#include <heddle/run/task_group.hpp>
#include <heddle/run/task_rows.hpp>
#include <heddle/workflow/edge_table.hpp>

#include "tests/support/bytes_in_use.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/random_rows.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace heddle {
namespace {

using test::allocator_tells;
using test::bytes_in_use;
using test::message_of_call;
using test::random_rows;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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
  EXPECT_THAT(message_of_call([&] { rows.run(e); }),
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

/// Every other task is a condition, which chooses the next of two.
TEST(TaskRows, TakeLittleMemoryWithConditionsToo)
{
  constexpr std::size_t num_pairs = 300'000;
  if (!allocator_tells()) GTEST_SKIP() << "the allocator does not tell how much is in use";
  executor e{0};
  auto const before = bytes_in_use();
  task_rows rows;
  rows.reserve(2 * num_pairs + 1, num_pairs + 1);
  for (std::size_t i = 0; i < num_pairs; ++i) {
    auto const task      = rows.add([] {}, {.name = "task of rows", .priority = 1});
    auto const condition = rows.add_condition([] { return false; }, {.name = "condition"});
    rows.order(task, condition);
    if (i > 0) rows.order_if({task.id - 1}, 0, task);
    rows.order_if(condition, 1, {0});
  }
  rows.order(rows.add([] {}), {0});
  EXPECT_TRUE(rows.run(e));
  EXPECT_LE(bytes_in_use() - before, 2 * num_pairs * 96 + 3 * num_pairs * 4 + 100'000);
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

/// A body that throws when it is moved a certain number of times.
struct thrown_by_move {
  explicit thrown_by_move(int* moves) : moves_left{moves} {}
  thrown_by_move(thrown_by_move const& other) : moves_left{other.moves_left} { count(); }
  thrown_by_move(thrown_by_move&& other) : moves_left{other.moves_left} { count(); }
  void operator()() const {}
  void count() const
  {
    if ((*moves_left)-- == 0) throw std::runtime_error{"moved"};
  }
  int* moves_left;
};

TEST(TaskRows, AreAsBeforeIfAddingATaskThrows)
{
  for (int moves = 0; moves < 6; ++moves) {
    executor e{0};
    task_rows rows;
    int count = 0;
    rows.add([&count] { ++count; }, {.name = "first"});
    int moves_left   = moves;
    bool const threw = [&] {
      try {
        rows.add(thrown_by_move{&moves_left}, {.name = "throws"});
        return false;
      } catch (std::runtime_error const&) {
        return true;
      }
    }();
    auto const last = rows.add([&count] { ++count; }, {.name = "last"});
    ASSERT_EQ(rows.num_tasks(), threw ? 2U : 3U);
    ASSERT_EQ(rows.name(last), "last");
    ASSERT_TRUE(rows.run(e));
    ASSERT_EQ(count, 2);
  }
}

}  // namespace
}  // namespace heddle
