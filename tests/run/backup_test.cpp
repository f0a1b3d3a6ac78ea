#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/workflow/builders.hpp>

#include "src/run/kind_history.hpp"
#include "tests/support/flat_machine.hpp"
#include "tests/support/message_of.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <limits>
#include <random>
#include <stdexcept>
#include <thread>

namespace heddle {
namespace {

using test::flat_machine;
using ::testing::Each;
using ::testing::HasSubstr;

TEST(KindHistory, GivesQuantilesOnceThereAreFiveTimes)
{
  kind_history history;
  for (double const t : {5.0, 1.0, 4.0, 2.0}) history.add("a", t);
  EXPECT_EQ(history.quantile("a", 0.5), std::numeric_limits<double>::infinity());
  history.add("a", 3.0);
  EXPECT_EQ(history.quantile("a", 0.5), 3);
  EXPECT_EQ(history.quantile("a", 0.8), 4);
  EXPECT_EQ(history.quantile("a", 1), 5);
  EXPECT_EQ(history.quantile("b", 0.5), std::numeric_limits<double>::infinity());
}

TEST(KindHistory, ForgetsOldTimes)
{
  kind_history history;
  for (int i = 0; i < 300; ++i) history.add("a", 100);
  for (int i = 0; i < 300; ++i) history.add("a", 1);
  EXPECT_EQ(history.quantile("a", 1), 1);
}

/// Tasks of one kind, of which the first call of one waits until it is told to stop.
class one_straggler {
 public:
  explicit one_straggler(int tasks)
  {
    for (int t = 0; t < tasks; ++t) {
      auto& out = outputs.emplace_back(0);
      w.task("work", write(out))
        .kind("work")
        .backup(0.9)
        .cpu([this, t, last = tasks - 1](std::stop_token stop, int& x) {
          x = -1;
          if (t == last && calls++ == 0) {
            while (!stop.stop_requested()) std::this_thread::yield();
            was_told = true;
            throw std::runtime_error{"told to stop"};
          }
          x = t;
        });
    }
  }

  workflow w{};
  std::deque<value<int>> outputs{};
  std::atomic<int> calls{0};
  std::atomic<bool> was_told{false};
};

TEST(Backup, TakesThePlaceOfAStraggler)
{
  for (int run = 0; run < 20; ++run) {
    engine e{flat_machine(2)};
    one_straggler tasks{20};
    auto const r = e.run_to_end(tasks.w);
    ASSERT_FALSE(r.error);
    ASSERT_EQ(tasks.calls, 2);
    ASSERT_TRUE(tasks.was_told);
    for (int t = 0; t < 20; ++t) ASSERT_EQ(tasks.outputs[static_cast<std::size_t>(t)].get(), t);
  }
}

/// Both copies may be good; whichever counts, its outputs are whole, and successors see them.
TEST(Backup, CommitsOneCopyWholeOverManySeeds)
{
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random{seed};
    engine e{flat_machine(4)};
    workflow w;
    std::deque<buffer<int>> all;
    std::atomic<int> number{0}, mixed{0};
    for (int t = 0; t < 40; ++t) {
      auto& x         = all.emplace_back(std::size_t{64});
      auto const work = random() % 10 == 0 ? 3000 : 30;
      w.task("fill", write(x)).kind("fill").backup(0.5).cpu([&number, work](std::span<int> out) {
        auto const mine = ++number;
        for (auto& v : out) {
          for (int k = 0; k < work; ++k) std::atomic_signal_fence(std::memory_order_seq_cst);
          v = mine;
        }
      });
      w.task("check", read(x)).cpu([&mixed](std::span<int const> in) {
        for (auto const v : in) mixed += v != in[0] || v == 0;
      });
    }
    ASSERT_FALSE(e.run_to_end(w).error);
    ASSERT_EQ(mixed, 0) << "seed " << seed;
  }
}

TEST(Backup, FailsTheTaskIfBothCopiesFail)
{
  engine e{flat_machine(2)};
  workflow w;
  std::atomic<int> failing{0};
  for (int t = 0; t < 10; ++t) {
    w.task("work").kind("work").backup(0.5).cpu([&failing, t](std::stop_token const&) {
      if (t < 9) return;
      ++failing;
      while (failing < 2) std::this_thread::yield();  // until there is a second copy
      throw std::runtime_error{"no"};
    });
  }
  auto const r = e.run_to_end(w);
  ASSERT_TRUE(r.error);
  EXPECT_THAT(test::message_of(r.error), HasSubstr("no"));
  EXPECT_EQ(failing, 2);
}

/// A loser that throws because it was told to stop is not tried again.
TEST(Backup, IsNotTriedAgainAfterItHasLost)
{
  engine e{flat_machine(2)};
  one_straggler tasks{20};
  for (int t = 0; t < 20; ++t) tasks.w.at(t).declare().retries = 3;
  ASSERT_FALSE(e.run_to_end(tasks.w).error);
  EXPECT_EQ(tasks.calls, 2);
}

TEST(Backup, StartsWhileAStageIsUnderWay)
{
  engine e{flat_machine(4)};
  one_straggler tasks{20};
  tasks.w.speculate("stage").alternative("waits", [&tasks](std::stop_token const& stop) {
    while (!tasks.was_told && !stop.stop_requested()) std::this_thread::yield();
    return true;
  });
  EXPECT_FALSE(e.run_to_end(tasks.w).error);
}

TEST(Backup, CountsAgainstTheParallelismOfTheRun)
{
  engine e{flat_machine(3)};
  std::atomic<int> inside{0}, most{0};
  workflow w;
  for (int t = 0; t < 40; ++t) {
    w.task("work").kind("work").backup(0.5).cpu([&, t] {
      auto const now = ++inside;
      for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{t % 4 == 0 ? 3 : 1});
      --inside;
    });
  }
  ASSERT_FALSE(e.run_to_end(w, {.max_parallelism = 2}).error);
  EXPECT_LE(most, 2);
}

TEST(Backup, EndsWithTheRun)
{
  engine e{flat_machine(2)};
  one_straggler tasks{3};  // too few for a history: no copy
  auto r = e.start(tasks.w);
  while (tasks.calls == 0) std::this_thread::yield();
  r.cancel();
  auto const result = r.wait();
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(tasks.calls, 1);
}

}  // namespace
}  // namespace heddle
