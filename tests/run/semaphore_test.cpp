#include <heddle/base/error.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/semaphore.hpp>
#include <heddle/run/task_rows.hpp>

#include "tests/support/random_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using test::random_rows;

/// How much is held at a time, and the most that ever was.
class gauge {
 public:
  void add(int units)
  {
    auto const now = now_.fetch_add(units) + units;
    for (auto most = most_.load(); most < now && !most_.compare_exchange_weak(most, now);) {
    }
  }
  void take(int units) { now_ -= units; }
  [[nodiscard]] int most() const { return most_; }

 private:
  std::atomic<int> now_{0}, most_{0};
};

/// All of its units are free.
bool is_whole(semaphore& s)
{
  if (!s.try_acquire(s.num_units())) return false;
  executor e{0};
  executor::visit const here{e};
  s.release(s.num_units(), here.self());
  return true;
}

/// Random rows whose tasks hold random units of some semaphores, given in random order.
class holding_rows {
 public:
  enum class fault { none, throws, stops };

  holding_rows(std::size_t num_tasks, std::uint64_t seed) : num_calls_(num_tasks)
  {
    std::mt19937_64 random{seed};
    auto const num_semaphores = 1 + random() % 4;
    for (std::size_t s = 0; s < num_semaphores; ++s) {
      semaphores_.push_back(std::make_unique<semaphore>(1 + random() % 4));
      gauges_.push_back(std::make_unique<gauge>());
    }
    holds_.resize(num_tasks);
    faulty_ = random() % num_tasks;
    for (std::size_t t = 0; t < num_tasks; ++t) add_task(t, random);
  }

  bool run(executor& e, fault f)
  {
    for (auto& n : num_calls_) n = 0;
    fault_ = f;
    stop_  = std::stop_source{};
    try {
      return rows_.run(e, stop_.get_token());
    } catch (task_failed const&) {
      return false;
    }
  }

  [[nodiscard]] bool are_all_run() const
  {
    return std::ranges::all_of(num_calls_, [](auto const& n) { return n == 1; });
  }
  [[nodiscard]] bool are_limits_kept() const
  {
    for (std::size_t s = 0; s < gauges_.size(); ++s) {
      if (gauges_[s]->most() > static_cast<int>(semaphores_[s]->num_units())) return false;
    }
    return true;
  }
  [[nodiscard]] bool are_units_back() const
  {
    return std::ranges::all_of(semaphores_, [](auto const& s) { return is_whole(*s); });
  }

 private:
  struct held {
    std::size_t of;
    int units;
  };

  void add_task(std::size_t t, std::mt19937_64& random)
  {
    auto const task = rows_.add([this, t] { call(t); });
    if (t > 0 && random() % 2 == 0) rows_.order({static_cast<task_id>(random() % t)}, task);
    std::vector<std::size_t> order(semaphores_.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::shuffle(order, random);
    order.resize(random() % (order.size() + 1));
    for (auto const s : order) {
      auto const units = 1 + random() % semaphores_[s]->num_units();
      holds_[t].push_back({s, static_cast<int>(units)});
      rows_.hold(task, *semaphores_[s], units);
    }
  }

  void call(std::size_t t)
  {
    for (auto const& h : holds_[t]) gauges_[h.of]->add(h.units);
    ++num_calls_[t];
    if (t % 16 == 0) std::this_thread::yield();
    for (auto const& h : holds_[t]) gauges_[h.of]->take(h.units);
    if (t != faulty_) return;
    if (fault_ == fault::throws) throw std::runtime_error{"injected"};
    if (fault_ == fault::stops) stop_.request_stop();
  }

  std::vector<std::unique_ptr<semaphore>> semaphores_{};
  std::vector<std::unique_ptr<gauge>> gauges_{};
  std::vector<std::vector<held>> holds_{};
  std::vector<std::atomic<int>> num_calls_;
  std::size_t faulty_ = 0;
  fault fault_        = fault::none;
  std::stop_source stop_{};
  task_rows rows_{};
};

void stress(int threads, std::uint64_t seeds)
{
  using fault = holding_rows::fault;
  executor e{threads};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    holding_rows rows{10 + seed * 37 % 300, seed};
    for (auto const f : {fault::none, fault::throws, fault::stops, fault::none}) {
      bool const is_complete = rows.run(e, f);
      ASSERT_TRUE(f != fault::none || (is_complete && rows.are_all_run()))
        << "seed " << seed << ", threads " << threads;
      ASSERT_FALSE(f == fault::throws && is_complete);
      ASSERT_TRUE(rows.are_limits_kept()) << "seed " << seed << ", threads " << threads;
      ASSERT_TRUE(rows.are_units_back()) << "seed " << seed << ", threads " << threads;
    }
  }
}

TEST(Semaphore, IsNeverHeldByMoreThanItHas)
{
  for (int const threads : {0, 1, 7}) stress(threads, 50);
}

TEST(Semaphore, Slow_IsNeverHeldByMoreThanItHas)
{
  for (int const threads : {1, 3, 7}) stress(threads, 1000);
}

TEST(Semaphore, OfTwoMayBeWantedInOppositeOrders)
{
  executor e{7};
  semaphore a{1}, b{1};
  gauge in_a, in_b;
  std::atomic<int> num_run{0};
  task_rows rows;
  for (int t = 0; t < 2000; ++t) {
    auto const task = rows.add([&] {
      in_a.add(1);
      in_b.add(1);
      ++num_run;
      in_b.take(1);
      in_a.take(1);
    });
    rows.hold(task, t % 2 == 0 ? a : b);
    rows.hold(task, t % 2 == 0 ? b : a);
  }
  EXPECT_TRUE(rows.run(e));
  EXPECT_EQ(num_run, 2000);
  EXPECT_EQ(in_a.most(), 1);
  EXPECT_EQ(in_b.most(), 1);
}

/// Both wait inside of the executor whose run ends, and of the other.
TEST(Semaphore, MayServeExecutorsThatComeAndGo)
{
  semaphore s{1};
  gauge inside;
  std::atomic<int> num_run{0}, num_joins{0};
  constexpr int rounds = 80, tasks = 20;
  auto const work = [&] {
    for (int round = 0; round < rounds; ++round) {
      executor e{1};
      task_rows rows;
      auto const join = rows.add([&] { ++num_joins; });
      for (int t = 0; t < tasks; ++t) {
        auto const task = rows.add([&] {
          inside.add(1);
          ++num_run;
          std::this_thread::yield();
          inside.take(1);
        });
        rows.hold(task, s);
        rows.order(task, join);
        rows.order(rows.add([] {}), join);
      }
      rows.run(e);
    }
  };
  std::thread other{work};
  work();
  other.join();
  EXPECT_EQ(num_run, 2 * rounds * tasks);
  EXPECT_EQ(num_joins, 2 * rounds);
  EXPECT_EQ(inside.most(), 1);
  EXPECT_TRUE(is_whole(s));
}

TEST(Semaphore, IsHeldAnewInEachRoundOfALoop)
{
  executor e{3};
  semaphore s{1};
  gauge inside;
  constexpr std::size_t num_loops = 4;
  std::array<int, num_loops> rounds{};
  task_rows rows;
  for (auto& i : rounds) {
    auto const first = rows.add([&i] { i = 0; });
    auto const body  = rows.add([&] {
      inside.add(1);
      ++i;
      inside.take(1);
    });
    auto const again = rows.add_condition([&i] { return i < 1000; });
    rows.hold(body, s);
    rows.hold(again, s);
    rows.order(first, body);
    rows.order(body, again);
    rows.order_if(again, true, body);
  }
  EXPECT_TRUE(rows.run(e));
  for (int const i : rounds) EXPECT_EQ(i, 1000);
  EXPECT_EQ(inside.most(), 1);
  EXPECT_TRUE(is_whole(s));
}

TEST(Semaphore, RefusesWhatItCanNeverServe)
{
  EXPECT_THROW(semaphore{0}, invalid_argument);
  executor e{0};
  semaphore s{2};
  int num_run = 0;
  task_rows rows;
  auto const task = rows.add([&] { ++num_run; });
  EXPECT_THROW(rows.hold({1}, s), invalid_argument);
  EXPECT_THROW(rows.hold(task, s, 3), invalid_argument);
  rows.hold(task, s);
  rows.hold(task, s);
  EXPECT_TRUE(rows.run(e));
  EXPECT_EQ(num_run, 1);
  rows.hold(task, s);
  EXPECT_THROW(rows.run(e), invalid_argument);
  EXPECT_EQ(num_run, 1);
}

/// A job that says that it was run.
struct telling_job : detail::job {
  telling_job() : detail::job{&runner_of_these} {}
  static detail::job* tell(detail::job& j, detail::worker&)
  {
    static_cast<telling_job&>(j).is_run = true;
    return nullptr;
  }
  static constexpr detail::job_runner runner_of_these{&tell};
  bool is_run = false;
};

TEST(Semaphore, ServesWhoIsFirstInLineAndLetsNobodyOvertake)
{
  executor e{0};
  executor::visit const here{e};
  semaphore s{3};
  telling_job wants_three, wants_one;
  semaphore::waiter three{&wants_three, &e, 3}, one{&wants_one, &e, 1};
  ASSERT_TRUE(s.try_acquire(1));
  EXPECT_FALSE(s.acquire_or_wait(three));
  EXPECT_FALSE(s.try_acquire(1));
  EXPECT_FALSE(s.acquire_or_wait(one));
  s.release(1, here.self());
  e.work_until(here.self(), [&] { return wants_three.is_run; });
  EXPECT_FALSE(wants_one.is_run);
  s.release(2, here.self());
  e.work_until(here.self(), [&] { return wants_one.is_run; });
  EXPECT_TRUE(s.try_acquire(1));
  EXPECT_FALSE(s.try_acquire(1));
}

/// The bodies are long enough to be shared, were there no limit.
TEST(MaxParallelism, IsKept)
{
  executor e{7};
  for (int const limit : {1, 2, 3}) {
    gauge inside;
    task_rows rows;
    auto const first = rows.add([] {});
    for (int t = 0; t < 200; ++t) {
      auto const task = rows.add([&] {
        inside.add(1);
        std::this_thread::sleep_for(std::chrono::microseconds{100});
        inside.take(1);
      });
      rows.order(first, task);
    }
    EXPECT_TRUE(rows.run(e, {.max_parallelism = limit}));
    EXPECT_LE(inside.most(), limit);
  }
}

TEST(MaxParallelism, OfRandomRowsChangesNothing)
{
  for (int const threads : {0, 1, 7}) {
    executor e{threads};
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      random_rows rows{1 + seed * 37 % 1500, seed};
      for (int const limit : {1, 2, 0, 100}) {
        rows.run(e, {.max_parallelism = limit});
        ASSERT_TRUE(rows.is_right())
          << "threads " << threads << ", seed " << seed << ", limit " << limit;
      }
    }
  }
}

TEST(MaxParallelism, RefusesLessThanNone)
{
  executor e{0};
  task_rows rows;
  rows.add([] {});
  EXPECT_THROW(rows.run(e, {.max_parallelism = -1}), invalid_argument);
}

/// Units go to a task of a run whose only place is taken by a task that waits for these units.
TEST(Semaphore, IsNotHeldByATaskThatWaitsForAPlace)
{
  for (int run = 0; run < 20; ++run) {
    executor e{3};
    semaphore s{1};
    std::atomic<bool> is_held{false}, may_release{false};
    std::atomic<int> count{0};
    task_rows holder, limited, inner;
    holder.hold(holder.add([&] {
      is_held = true;
      while (!may_release) std::this_thread::yield();
    }),
                s);
    inner.hold(inner.add([&] { ++count; }), s);
    auto const wants = limited.add([&] { ++count; }, {.priority = 1});
    limited.hold(wants, s);
    limited.add([&] {
      may_release = true;
      inner.run(e);
    });
    auto holding = async(e, [&] { holder.run(e); });
    while (!is_held) std::this_thread::yield();
    std::thread fallback{[&] {  // where the task without units was not the one to begin
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
      may_release = true;
    }};
    limited.run(e, {.max_parallelism = 1});
    holding.get();
    fallback.join();
    ASSERT_EQ(count, 2);
  }
}

}  // namespace
}  // namespace heddle
