/// Threads that join an executor, that are lent to a part of it, and that take the seats of those
/// which block.
#include <heddle/base/error.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/blocking_region.hpp>
#include <heddle/run/fork_join.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/run/task_group.hpp>

#include "tests/support/comes_true.hpp"
#include "tests/support/random_rows.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using test::comes_true;
using test::random_rows;

/// How many are inside at once, at most.
class meter {
 public:
  class scope {
   public:
    explicit scope(meter& m) : meter_{m}
    {
      auto const now = ++m.inside_;
      auto most      = m.most_.load();
      while (most < now && !m.most_.compare_exchange_weak(most, now)) {
      }
    }
    ~scope() { --meter_.inside_; }
    scope(scope const&)            = delete;
    scope& operator=(scope const&) = delete;

   private:
    meter& meter_;
  };
  [[nodiscard]] int most() const { return most_; }

 private:
  std::atomic<int> inside_{0}, most_{0};
};

/// A thread that joins, until told to stop.
std::jthread joining(executor& e)
{
  return std::jthread{[&e](std::stop_token const& stop) { e.join(stop); }};
}

// ---- joining ----

TEST(ExecutorJoin, RunsTasksOfAnExecutorWithoutThreads)
{
  executor e{0};
  auto const one = joining(e);
  std::atomic<int> count{0};
  for (int round = 0; round < 100; ++round) {
    static_cast<void>(async(e, [&] { ++count; }));
    ASSERT_TRUE(comes_true([&] { return count == round + 1; }));
  }
}

TEST(ExecutorJoin, EndsWhenToldToAndLeavesTheRest)
{
  executor e{0};
  std::atomic<int> count{0};
  std::atomic<bool> has_begun{false}, may_end{false};
  auto one = joining(e);
  static_cast<void>(async(e, [&] {
    for (int i = 0; i < 3000; ++i) static_cast<void>(async(e, [&] { ++count; }));
    has_begun = true;
    EXPECT_TRUE(comes_true([&] { return may_end.load(); }));
  }));
  ASSERT_TRUE(comes_true([&] { return has_begun.load(); }));
  one.request_stop();
  may_end = true;
  one.join();
  EXPECT_EQ(count, 0);
  auto const another = joining(e);
  EXPECT_TRUE(comes_true([&] { return count == 3000; }));
}

TEST(ExecutorJoin, EndsBeforeTheExecutorDoes)
{
  std::atomic<int> count{0};
  auto e = std::make_unique<executor>(1);
  std::vector<std::jthread> joined;
  std::atomic<int> num_back{0}, num_here{0};
  for (int t = 0; t < 3; ++t) {
    joined.emplace_back([&, &e = *e] {
      ++num_here;
      e.join({});
      ++num_back;
    });
  }
  ASSERT_TRUE(comes_true([&] { return num_here == 3; }));
  for (int i = 0; i < 1000; ++i) static_cast<void>(async(*e, [&] { ++count; }));
  std::vector<future<void>> at_work;
  std::atomic<int> working{0};
  for (int t = 0; t < 4; ++t) {  // each of the four threads is there
    at_work.push_back(async(*e, [&] {
      ++working;
      EXPECT_TRUE(comes_true([&] { return working == 4; }));
    }));
  }
  ASSERT_TRUE(comes_true([&] { return working == 4; }));
  e.reset();
  EXPECT_EQ(count, 1000);
  EXPECT_TRUE(comes_true([&] { return num_back == 3; }));
}

TEST(ExecutorJoin, IsRefusedToTooMany)
{
  executor e{0};
  std::stop_source stop;
  std::atomic<int> num_refused{0};
  std::vector<std::jthread> all;
  for (int t = 0; t < 257; ++t) {
    all.emplace_back([&] {
      try {
        e.join(stop.get_token());
      } catch (invalid_argument const&) {
        ++num_refused;
        stop.request_stop();
      }
    });
  }
  all.clear();
  EXPECT_EQ(num_refused, 1);
}

/// Threads come and go while others run rows and groups.
TEST(ExecutorJoin, LosesNothingWhileThreadsComeAndGoSlow)
{
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    executor e{static_cast<int>(random() % 2)};
    std::atomic<bool> is_over{false};
    std::atomic<int> count{0};
    std::vector<std::jthread> restless;
    for (int t = 0; t < 3; ++t) {
      restless.emplace_back([&, pause = random() % 200] {
        while (!is_over) {
          auto const one = joining(e);
          std::this_thread::sleep_for(std::chrono::microseconds{pause});
        }
      });
    }
    random_rows rows{200, seed};
    for (int run = 0; run < 20; ++run) {
      rows.run(e);
      ASSERT_TRUE(rows.is_right()) << "seed " << seed;
      for (int i = 0; i < 50; ++i) static_cast<void>(async(e, [&] { ++count; }));
    }
    is_over = true;
    restless.clear();
    auto const one = joining(e);
    EXPECT_TRUE(comes_true([&] { return count == 1000; })) << "seed " << seed;
  }
}

// ---- parts ----

TEST(ExecutorPart, HasNoMoreThreadsAtWorkThanAskedFor)
{
  executor e{5};
  for (int most = 1; most <= 3; ++most) {
    executor few{e, most};
    EXPECT_EQ(few.parallelism(), most);
    meter at_work;
    std::atomic<int> together{0};
    task_group group{few};
    for (int i = 0; i < 200; ++i) {
      group.add([&] {
        meter::scope const here{at_work};
        if (together.fetch_add(1) < most) {  // all who may come do
          EXPECT_TRUE(comes_true([&] { return together >= most; }));
        }
      });
    }
    group.wait();
    EXPECT_EQ(at_work.most(), most);
  }
}

TEST(ExecutorPart, SendsItsThreadsBack)
{
  executor e{2};
  for (int round = 0; round < 50; ++round) {
    executor few{e, 3};
    random_rows rows{100, static_cast<std::uint64_t>(round)};
    rows.run(few);
    EXPECT_TRUE(rows.is_right());
  }
  std::atomic<int> together{0}, num_done{0};
  for (int t = 0; t < 2; ++t) {
    static_cast<void>(async(e, [&] {
      ++together;
      EXPECT_TRUE(comes_true([&] { return together == 2; }));
      ++num_done;
    }));
  }
  EXPECT_TRUE(comes_true([&] { return num_done == 2; }));
}

TEST(ExecutorPart, MayBeMadeByTasksAndOfParts)
{
  executor e{3};
  std::atomic<std::size_t> sum{0};
  task_group group{e};
  for (int t = 0; t < 20; ++t) {
    group.add([&] {
      executor half{e, 3};
      executor quarter{half, 2};
      for_each(quarter, range{0, 100}, [&](std::size_t i) { sum += i; });
      for_each(half, range{0, 100}, [&](std::size_t i) { sum += i; });
    });
  }
  group.wait();
  EXPECT_EQ(sum, 20u * 2 * 4950);
}

TEST(ExecutorPart, RefusesToBeOfNobody)
{
  executor e{1};
  EXPECT_THROW((executor{e, 0}), invalid_argument);
}

// ---- blocking ----

/// Threads sleep at it until it is open.
class gate {
 public:
  void open()
  {
    is_open_ = true;
    is_open_.notify_all();
  }
  void wait() const { is_open_.wait(false); }

 private:
  std::atomic<bool> is_open_{false};
};

/// All threads block, and more tasks than there are threads, until the last task has run.
TEST(BlockingRegion, LetsTheTaskRunThatAllOthersWaitFor)
{
  executor e{2};
  for (int round = 0; round < 20; ++round) {
    gate exit;
    std::atomic<int> num_done{0};
    for (int i = 0; i < 8; ++i) {
      static_cast<void>(async(e, [&] {
        {
          blocking_region const here{e};
          exit.wait();
        }
        ++num_done;
      }));
    }
    auto last          = async(e, [&] { exit.open(); });
    auto const is_done = comes_true([&] { return num_done == 8; });
    EXPECT_TRUE(is_done) << "round " << round;
    exit.open();
    last.get();
    ASSERT_TRUE(comes_true([&] { return num_done == 8; }));
    if (!is_done) return;
  }
}

/// The task that the others wait for is on the stack of one who blocks.
TEST(BlockingRegion, GivesAwayWhatWaitsOnItsStack)
{
  for (int threads = 0; threads < 3; ++threads) {
    executor e{threads};
    for (int round = 0; round < 20; ++round) {
      std::atomic<bool> may_end{false};
      task_group group{e};
      group.add([&] {
        for (int i = 0; i < 3000; ++i) static_cast<void>(async(e, [] {}));
        static_cast<void>(async(e, [&] { may_end = true; }));
        blocking_region const here{e};
        EXPECT_TRUE(comes_true([&] { return may_end.load(); })) << "round " << round;
      });
      group.wait();
    }
  }
}

/// And on that of one who is in a long body.
TEST(BlockingRegion, TakesWhatWaitsOnTheStackOfAnother)
{
  executor e{1};
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> has_added{false}, has_run{false};
    task_group group{e};
    auto other = async(e, [&] {
      EXPECT_TRUE(comes_true([&] { return has_added.load(); }));
      blocking_region const here{e};
      EXPECT_TRUE(comes_true([&] { return has_run.load(); }));
    });
    group.add([&] { has_run = true; });
    has_added = true;
    EXPECT_TRUE(comes_true([&] { return has_run.load(); })) << "round " << round;
    group.wait();
    other.get();
  }
}

TEST(BlockingRegion, HasNoMoreThreadsAtWorkThanBefore)
{
  executor e{2};
  meter at_work;
  std::atomic<int> num_done{0};
  for (int i = 0; i < 400; ++i) {
    static_cast<void>(async(e, [&] {
      for (int part = 0; part < 2; ++part) {
        blocking_region const here{e};
        std::this_thread::sleep_for(std::chrono::microseconds{20});
      }
      ++num_done;
    }));
    static_cast<void>(async(e, [&] {
      static_cast<void>(meter::scope{at_work});
      ++num_done;
    }));
  }
  EXPECT_TRUE(comes_true([&] { return num_done == 800; }));
  EXPECT_LE(at_work.most(), 4);
}

TEST(BlockingRegion, InsideOfAnotherChangesNothing)
{
  executor e{1};
  meter at_work;
  std::atomic<int> num_done{0};
  auto blocked = async(e, [&] {
    blocking_region const here{e};
    blocking_region const once_more{e};
    EXPECT_TRUE(comes_true([&] { return num_done == 10; }));
  });
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(async(e, [&] {
      {
        meter::scope const here{at_work};
        std::this_thread::sleep_for(std::chrono::microseconds{300});
      }
      ++num_done;
    }));
  }
  EXPECT_TRUE(comes_true([&] { return num_done == 10 && blocked.has_ended(); }));
  EXPECT_EQ(at_work.most(), 1);
}

TEST(BlockingRegion, DoesNothingOnAThreadThatDoesNotWorkThere)
{
  executor a{0}, b{0};
  blocking_region const outside{a};
  auto in_b = async(b, [&] { blocking_region const there{a}; });
  in_b.get();
}

/// Rows whose tasks block now and then, on executors that come and go.
TEST(BlockingRegion, LosesNothingInRandomRowsSlow)
{
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random{seed};
    std::atomic<int> num_done{0};
    {
      executor e{static_cast<int>(random() % 4)};
      task_group group{e};
      for (int i = 0; i < 40; ++i) {
        group.add([&, bits = random()] {
          task_group inner{e};
          for (int k = 0; k < 10; ++k) inner.add([&] { ++num_done; });
          if (bits % 3 == 0) {
            blocking_region const here{e};
            std::this_thread::sleep_for(std::chrono::microseconds{bits % 64});
          }
          inner.wait();
          if (bits % 5 == 0)
            static_cast<void>(async(e, [&] {
              blocking_region const here{e};
              ++num_done;
            }));
          num_done += bits % 5 == 0 ? 0 : 1;
        });
      }
      group.wait();
    }
    ASSERT_EQ(num_done, 40 * 11) << "seed " << seed;
  }
}

}  // namespace
}  // namespace heddle
