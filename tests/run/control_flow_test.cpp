#include <heddle/base/error.hpp>
#include <heddle/run/task_rows.hpp>
#include <heddle/workflow/edge_table.hpp>

#include "tests/support/message_of.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

using test::message_of_call;
using ::testing::HasSubstr;

TEST(ControlFlow, TakesOneOfTwoBranches)
{
  executor e{1};
  std::string path;
  bool is_large = false;
  task_rows rows;
  auto const say    = [&path](char c) { return [&path, c] { path += c; }; };
  auto const first  = rows.add(say('f'));
  auto const choose = rows.add_condition([&] { return is_large; });
  auto const small = rows.add(say('s')), large = rows.add(say('l')), behind = rows.add(say('b'));
  rows.order(first, choose);
  rows.order_if(choose, false, small);
  rows.order_if(choose, true, large);
  rows.order(large, behind);
  EXPECT_TRUE(rows.run(e));
  EXPECT_EQ(path, "fs");
  is_large = true;
  EXPECT_TRUE(rows.run(e));
  EXPECT_EQ(path, "fsflb");
}

TEST(ControlFlow, SwitchesAndEndsWhereNothingIsBehindTheChoice)
{
  executor e{0};
  std::map<int, std::string> const expected{{-1, ""}, {0, "0"}, {1, ""}, {2, "2"}, {9, ""}};
  int number = 0;
  std::string path;
  task_rows rows;
  auto const choose = rows.add_condition([&] { return number; });
  for (char const c : {'0', '2'}) {
    auto const branch = rows.add([&path, c] { path += c; });
    rows.order_if(choose, static_cast<std::size_t>(c - '0'), branch);
  }
  for (auto const& [choice, taken] : expected) {
    number = choice;
    path.clear();
    EXPECT_TRUE(rows.run(e));
    EXPECT_EQ(path, taken) << choice;
  }
}

TEST(ControlFlow, LoopsManyTimes)
{
  for (int const threads : {0, 1}) {
    executor e{threads};
    constexpr int rounds = 30'000;
    int i = 0, after = 0;
    task_rows rows;
    auto const first = rows.add([&] { i = 0; });
    auto const body  = rows.add([&] { ++i; });
    auto const again = rows.add_condition([&] { return i < rounds ? 0 : 1; });
    auto const last  = rows.add([&] { after = i; });
    rows.order(first, body);
    rows.order(body, again);
    rows.order_if(again, 0, body);
    rows.order_if(again, 1, last);
    for (int run = 0; run < 2; ++run) {
      after = 0;
      EXPECT_TRUE(rows.run(e));
      EXPECT_EQ(after, rounds);
    }
  }
}

TEST(ControlFlow, AConditionMayChooseItself)
{
  executor e{0};
  int i = 0;
  task_rows rows;
  auto const first = rows.add([] {});
  auto const again = rows.add_condition([&] { return ++i < 1000; });
  rows.order(first, again);
  rows.order_if(again, true, again);
  EXPECT_TRUE(rows.run(e));
  EXPECT_EQ(i, 1000);
}

TEST(ControlFlow, LoopsInLoops)
{
  executor e{2};
  int i = 0, j = 0, sum = 0;
  task_rows rows;
  auto const start       = rows.add([&] { i = sum = 0; });
  auto const outer       = rows.add([&] { j = 0; });
  auto const inner       = rows.add([&] { sum += ++j; });
  auto const again_inner = rows.add_condition([&] { return j < i; });
  auto const again_outer = rows.add_condition([&] { return ++i < 50; });
  rows.order(start, outer);
  rows.order(outer, inner);
  rows.order(inner, again_inner);
  rows.order_if(again_inner, true, inner);
  rows.order_if(again_inner, false, again_outer);
  rows.order_if(again_outer, true, outer);
  EXPECT_TRUE(rows.run(e));
  int expected = 0;
  for (int o = 0; o < 50; ++o) expected += std::max(o, 1) * (std::max(o, 1) + 1) / 2;
  EXPECT_EQ(sum, expected);
}

/// A loop over `width` tasks between a fork and a join, whose counter is used in each round.
class loop_with_parallel_body {
 public:
  loop_with_parallel_body(int width, int rounds) : sums_(static_cast<std::size_t>(width))
  {
    auto const start = rows_.add([this] { round_ = 0; });
    auto const fork  = rows_.add([this] { joined_ = false; });
    auto const join  = rows_.add([this, width] { check(width); });
    auto const again = rows_.add_condition([this, rounds] { return ++round_ < rounds; });
    rows_.order(start, fork);
    for (auto& sum : sums_) {
      auto const part = rows_.add([this, &sum] {
        if (joined_) ++num_late_;
        ++sum;
      });
      rows_.order(fork, part);
      rows_.order(part, join);
    }
    rows_.order(join, again);
    rows_.order_if(again, true, fork);
  }

  bool run(executor& e)
  {
    std::ranges::fill(sums_, 0);
    return rows_.run(e);
  }
  [[nodiscard]] bool is_right(int rounds) const
  {
    return round_ == rounds && num_late_ == 0 &&
           std::ranges::all_of(sums_, [&](int sum) { return sum == rounds; });
  }

 private:
  void check(int width)
  {
    joined_ = true;
    if (std::accumulate(sums_.begin(), sums_.end(), 0) != width * (round_ + 1)) ++num_late_;
  }

  std::vector<int> sums_;
  int round_   = 0;
  bool joined_ = false;
  std::atomic<int> num_late_{0};
  task_rows rows_{};
};

TEST(ControlFlow, JoinsInEachRoundOfALoop)
{
  for (int const threads : {0, 1, 7}) {
    executor e{threads};
    for (int const width : {1, 2, 3, 40}) {
      loop_with_parallel_body loop{width, 500};
      for (int run = 0; run < 3; ++run) {
        ASSERT_TRUE(loop.run(e));
        ASSERT_TRUE(loop.is_right(500)) << threads << " threads, " << width << " wide";
      }
    }
  }
}

/// A condition chooses a task that an order leads to as well: each starts it by itself.
TEST(ControlFlow, OrdersAndChoicesStartATaskEachByItself)
{
  executor e{0};
  int num_first = 0, num_both = 0;
  task_rows rows;
  auto const first  = rows.add([&] { ++num_first; });
  auto const second = rows.add([] {});
  auto const choose = rows.add_condition([] { return 0; });
  auto const both   = rows.add([&] { ++num_both; });
  rows.order(first, both);
  rows.order(second, both);
  rows.order_if(choose, 0, both);
  EXPECT_TRUE(rows.run(e));
  EXPECT_EQ(num_first, 1);
  EXPECT_EQ(num_both, 2);
}

/// What a run leaves half counted does not reach into the next.
TEST(ControlFlow, BeginsEachRunAnew)
{
  executor e{0};
  bool is_taken = false;
  int num_joins = 0;
  task_rows rows;
  auto const first  = rows.add([] {});
  auto const choose = rows.add_condition([&] { return is_taken; });
  auto const branch = rows.add([] {});
  auto const join   = rows.add([&] { ++num_joins; });
  rows.order(first, join);
  rows.order(branch, join);
  rows.order_if(choose, true, branch);
  for (int run = 0; run < 6; ++run) {
    is_taken = run % 3 == 2;
    EXPECT_TRUE(rows.run(e));
    EXPECT_EQ(num_joins, (run + 1) / 3);
  }
}

TEST(ControlFlow, EndsALoopAtAnExceptionAndAtAStop)
{
  for (int const threads : {0, 2}) {
    executor e{threads};
    std::stop_source stop;
    bool throws = true;
    int i       = 0;
    task_rows rows;
    auto const first = rows.add([&] { i = 0; });
    auto const body  = rows.add(
      [&] {
        if (++i < 100) return;
        if (throws) throw std::runtime_error{"enough"};
        stop.request_stop();
      },
      {.name = "body"});
    auto const again = rows.add_condition([] { return true; });
    rows.order(first, body);
    rows.order(body, again);
    rows.order_if(again, true, body);
    EXPECT_EQ(message_of_call([&] { rows.run(e); }), "task \"body\": enough");
    EXPECT_EQ(i, 100);
    throws = false;
    EXPECT_FALSE(rows.run(e, stop.get_token()));
    EXPECT_EQ(i, 100);
  }
}

TEST(ControlFlow, NamesAConditionThatThrows)
{
  executor e{0};
  task_rows rows;
  int num_run = 0;
  auto const choose =
    rows.add_condition([]() -> int { throw std::runtime_error{"no choice"}; }, {.name = "choose"});
  rows.order_if(choose, 0, rows.add([&] { ++num_run; }));
  EXPECT_EQ(message_of_call([&] { rows.run(e); }), "task \"choose\": no choice");
  EXPECT_EQ(num_run, 0);
}

TEST(ControlFlow, RefusesWhatCannotBe)
{
  executor e{0};
  task_rows rows;
  auto const plain  = rows.add([] {});
  auto const choose = rows.add_condition([] { return 0; }, {.name = "choose"});
  EXPECT_THAT(message_of_call([&] { rows.order(choose, plain); }), HasSubstr("order_if"));
  EXPECT_THAT(message_of_call([&] { rows.order_if(plain, 0, choose); }),
              HasSubstr("add_condition"));
  EXPECT_THROW(rows.order_if(choose, 0, {7}), invalid_argument);
  EXPECT_THROW(rows.order_if(choose, 65536, plain), invalid_argument);
  rows.order_if(choose, 0, plain);
  EXPECT_TRUE(rows.run(e));
  rows.order_if(choose, 0, choose);
  EXPECT_THAT(message_of_call([&] { rows.run(e); }), HasSubstr("choice 0 of task \"choose\""));
}

TEST(ControlFlow, RefusesRowsWithoutABegin)
{
  executor e{0};
  task_rows rows;
  auto const choose = rows.add_condition([] { return 1; });
  rows.order_if(choose, 0, choose);
  EXPECT_THROW(rows.run(e), cycle_error);
  rows.order(rows.add([] {}), choose);
  EXPECT_TRUE(rows.run(e));
}

TEST(ControlFlow, RefusesCirclesOfOrdersBesideThoseOfChoices)
{
  executor e{0};
  task_rows rows;
  auto const choose = rows.add_condition([] { return 1; });
  auto const first = rows.add([] {}), second = rows.add([] {});
  rows.order(second, choose);
  rows.order(first, second);
  rows.order_if(choose, 0, first);
  rows.order(rows.add([] {}), first);
  EXPECT_TRUE(rows.run(e));
  rows.order(second, first);
  EXPECT_THROW(rows.run(e), cycle_error);
}

/// Random tasks, conditions, orders and choices, where the n-th choice of a condition is known
/// beforehand. How often a task runs does not depend on the order in which they run: what a task
/// gives on depends only on how often it was started.
class random_control_flow {
 public:
  random_control_flow(std::size_t num_tasks, std::uint64_t seed)
    : tasks_(num_tasks), num_runs_(num_tasks)
  {
    std::mt19937_64 random{seed};
    for (std::size_t t = 0; t < num_tasks; ++t) add_task(t, random);
    for (std::size_t t = 0; t < num_tasks; ++t) {
      if (tasks_[t].is_condition) {
        add_choices(t, random);
      } else {
        add_orders(t, random);
      }
    }
  }

  bool run(executor& e, rows_options const& options = {})
  {
    for (auto& n : num_runs_) n = 0;
    return rows_.run(e, options);
  }
  [[nodiscard]] std::vector<int> num_runs() const { return {num_runs_.begin(), num_runs_.end()}; }

  /// The same by one thread, without heddle's rows.
  [[nodiscard]] std::vector<int> interpret() const
  {
    std::vector<int> runs(tasks_.size()), met(tasks_.size());
    std::vector<std::size_t> ready;
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      if (tasks_[t].num_orders == 0 && !tasks_[t].is_chosen) ready.push_back(t);
    }
    while (!ready.empty()) {
      auto const t = ready.back();
      ready.pop_back();
      auto const n    = runs[t]++;
      auto const& one = tasks_[t];
      if (one.is_condition) {
        auto const number = choice(t, n);
        if (number < one.after.size()) ready.push_back(one.after[number]);
        continue;
      }
      for (auto const after : one.after) {
        if (++met[after] % tasks_[after].num_orders == 0) ready.push_back(after);
      }
    }
    return runs;
  }

 private:
  struct task {
    bool is_condition = false, is_chosen = false;
    int num_orders = 0;
    std::vector<std::size_t> after{};  ///< of a condition, by choice
  };

  void add_task(std::size_t t, std::mt19937_64& random)
  {
    tasks_[t].is_condition = t > 0 && random() % 4 == 0;
    if (tasks_[t].is_condition) {
      rows_.add_condition([this, t] { return choice(t, num_runs_[t]++); });
    } else {
      rows_.add([this, t] { ++num_runs_[t]; });
    }
  }

  /// The task itself and those before it too.
  void add_choices(std::size_t t, std::mt19937_64& random)
  {
    for (std::size_t number = 0; number < 1 + random() % 4; ++number) {
      auto const after = random() % tasks_.size();
      if (after == 0) break;
      tasks_[t].after.push_back(after);
      tasks_[after].is_chosen = true;
      rows_.order_if(ref(t), number, ref(after));
    }
  }

  void add_orders(std::size_t t, std::mt19937_64& random)
  {
    for (auto n = random() % 4; n > 0 && t + 1 < tasks_.size(); --n) {
      auto const after = t + 1 + random() % std::min<std::size_t>(tasks_.size() - t - 1, 20);
      tasks_[t].after.push_back(after);
      ++tasks_[after].num_orders;
      rows_.order(ref(t), ref(after));
    }
  }

  static task_ref ref(std::size_t t) { return {static_cast<task_id>(t)}; }

  /// None from the tenth on, so that there is an end.
  [[nodiscard]] std::size_t choice(std::size_t t, int n) const
  {
    auto const mixed = (t * 2654435761U + static_cast<std::size_t>(n)) * 6364136223846793005U;
    return n < 10 ? (mixed >> 32) % 4 : 1000;
  }

  std::vector<task> tasks_;
  std::vector<std::atomic<int>> num_runs_;
  task_rows rows_{};
};

void expect_as_interpreted(int threads, std::uint64_t seeds)
{
  executor e{threads};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    random_control_flow flow{2 + seed * 31 % 300, seed};
    auto const expected = flow.interpret();
    for (int const limit : {0, 0, 2}) {
      ASSERT_TRUE(flow.run(e, {.max_parallelism = limit}));
      ASSERT_EQ(flow.num_runs(), expected)
        << "seed " << seed << ", threads " << threads << ", limit " << limit;
    }
  }
}

TEST(ControlFlow, RunsRandomConditionsAsAnInterpreterDoes)
{
  for (int const threads : {0, 1, 7}) expect_as_interpreted(threads, 100);
}

TEST(ControlFlow, Slow_RunsRandomConditionsAsAnInterpreterDoes)
{
  for (int const threads : {1, 3, 7}) expect_as_interpreted(threads, 3000);
}

TEST(ControlFlow, MayGrowBetweenRuns)
{
  executor e{0};
  int n = 0;
  task_rows rows;
  auto const first  = rows.add([] {});
  auto const choose = rows.add_condition([&] { return n; });
  rows.order(first, choose);
  std::string path;
  for (n = 0; n < 5; ++n) {
    auto const number = static_cast<std::size_t>(n);
    rows.order_if(choose, number, rows.add([&path, n = n] { path += std::to_string(n); }));
    EXPECT_TRUE(rows.run(e));
  }
  EXPECT_EQ(path, "01234");
}

}  // namespace
}  // namespace heddle
