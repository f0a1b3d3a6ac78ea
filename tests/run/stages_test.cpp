#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/workflow/builders.hpp>

#include "tests/support/flat_machine.hpp"
#include "tests/support/message_of.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

namespace heddle {
namespace {

using test::flat_machine;
using test::message_of;
using ::testing::Each;
using ::testing::HasSubstr;

/// How a workflow is run.
enum class way { dynamic, planned, prepared };

void run_on(engine& e, workflow const& w, way how)
{
  if (how == way::prepared) {
    e.prepare(w).run();
    return;
  }
  auto const r = how == way::dynamic ? e.run_to_end(w) : e.start(w, plan(w, e.where(), {})).wait();
  if (r.error) std::rethrow_exception(r.error);
}

class Stages : public testing::TestWithParam<way> {
 protected:
  void run(workflow const& w) { run_on(engine_, w, GetParam()); }
  engine engine_{flat_machine(3)};
};

INSTANTIATE_TEST_SUITE_P(Engine, Stages, testing::Values(way::dynamic, way::planned, way::prepared),
                         [](auto const& chosen) -> std::string {
                           if (chosen.param == way::dynamic) return "Dynamic";
                           return chosen.param == way::planned ? "Planned" : "Prepared";
                         });

/// Counts the threads that come by, and makes them slow until there are two.
class two_threads {
 public:
  void pass()
  {
    {
      std::lock_guard const lock{mutex_};
      seen_.insert(std::this_thread::get_id());
      if (seen_.size() > 1) return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  [[nodiscard]] bool were_seen() const { return seen_.size() > 1; }

 private:
  std::mutex mutex_{};
  std::set<std::thread::id> seen_{};
};

TEST_P(Stages, DividesALoopBetweenThreads)
{
  two_threads here;
  buffer<int> x{5000};
  workflow w;
  w.for_each("fill", {0, 5000}, write(x)).cpu([&](range part, std::span<int> e) {
    for (auto i = part.first; i < part.last; ++i) {
      here.pass();
      e[i] = static_cast<int>(i);
    }
  });
  run(w);
  EXPECT_TRUE(here.were_seen());
  std::vector<int> expected(5000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_THAT(x.host(), testing::ElementsAreArray(expected));
}

TEST_P(Stages, KeepsALoopOnAsManyThreadsAsItMayHave)
{
  std::atomic<int> inside{0}, most{0};
  workflow w;
  w.for_each("loop", {0, 2000}).max_parallelism(1).cpu([&](range part) {
    most = std::max(most.load(), ++inside);
    for (auto i = part.first; i < part.last; ++i) {
      std::this_thread::sleep_for(std::chrono::microseconds{5});
    }
    --inside;
  });
  run(w);
  EXPECT_EQ(most, 1);
}

/// Joins texts, for which the order matters.
TEST_P(Stages, ReducesInTheOrderOfTheIndices)
{
  two_threads here;
  value<std::string> text;
  workflow w;
  w.reduce("join", {0, 2000}, std::string{">"}, std::plus<>{}, text).cpu([&](range part) {
    std::string own;
    for (auto i = part.first; i < part.last; ++i) {
      here.pass();
      own += static_cast<char>('a' + i % 26);
    }
    return own;
  });
  run(w);
  EXPECT_TRUE(here.were_seen());
  std::string expected{">"};
  for (int i = 0; i < 2000; ++i) expected += static_cast<char>('a' + i % 26);
  EXPECT_EQ(text.get(), expected);
}

TEST_P(Stages, ReducesNothingToItsInitialValue)
{
  value<int> sum{3};
  workflow w;
  w.reduce("sum", {5, 5}, 17, std::plus<>{}, sum).cpu([](range) { return 1; });
  run(w);
  EXPECT_EQ(sum.get(), 17);
}

TEST_P(Stages, TakesSeveralTokensThroughAPipelineAtOnce)
{
  two_threads here;
  std::vector<std::string> stored;
  workflow w;
  w.pipeline("lines", {.tokens = 16},
             [](token_control& t) -> std::optional<int> {
               if (t.index() == 3000) return std::nullopt;
               return static_cast<int>(t.index());
             })
    .parallel("slow",
              [&](int n) {
                here.pass();
                return std::make_unique<int>(n);
              })
    .serial_out_of_order("any order", [](std::unique_ptr<int> n) { return *n; })
    .serial("store", [&](int n) { stored.push_back(std::to_string(n)); });
  run(w);
  EXPECT_TRUE(here.were_seen());
  ASSERT_EQ(stored.size(), 3000U);
  for (std::size_t n = 0; n < stored.size(); ++n) ASSERT_EQ(stored[n], std::to_string(n));
}

TEST_P(Stages, TellsTheLosersOfARace)
{
  for (int run_number = 0; run_number < 20; ++run_number) {
    value<int> v;
    workflow w;
    w.speculate("race", write(v))
      .alternative("waits until it has lost",
                   [](std::stop_token stop, int& x) {
                     x = 1;
                     while (!stop.stop_requested()) std::this_thread::yield();
                     x = 2;
                     return true;
                   })
      .alternative("wins", [](std::stop_token const&, int& x) {
        x = 3;
        return true;
      });
    run(w);
    ASSERT_EQ(v.get(), 3);
  }
}

/// All that the winner has written, and nothing that others have.
TEST_P(Stages, CommitsOneAlternativeWholeOverManySeeds)
{
  std::mt19937_64 random{7};
  buffer<int> x{100};
  value<int> y;
  for (int round = 0; round < 300; ++round) {
    workflow w;
    auto race = w.speculate("race", read_write(x), write(y));
    for (int a = 1; a <= 4; ++a) {
      auto const is_good = a == 4 || random() % 2 == 0;
      auto const work    = random() % 200;
      race.alternative("way", [=](std::stop_token const&, std::span<int> e, int& of_e) {
        for (std::size_t k = 0; k < work; ++k) e[k % 100] += static_cast<int>(k);
        for (auto& v : e) v = a;
        of_e = is_good ? a : -a;
        return is_good;
      });
    }
    run(w);
    ASSERT_GT(y.get(), 0);
    ASSERT_THAT(x.host(), Each(y.get())) << "round " << round;
  }
}

TEST_P(Stages, FailsIfNoAlternativeIsGood)
{
  value<int> v{1};
  workflow w;
  w.speculate("race", read_write(v)).alternative("bad", [](std::stop_token const&, int& x) {
    x = 2;
    return false;
  });
  EXPECT_THAT(test::message_of_call([&] { run(w); }),
              HasSubstr("task \"race\": none of the alternatives gave a good result"));
  EXPECT_EQ(v.get(), 1);
}

TEST_P(Stages, NamesTheStageWhosePartThrows)
{
  workflow w;
  w.for_each("loop", {0, 10'000}).cpu([](range part) {
    if (part.last > 5000) throw std::runtime_error{"no"};
    std::this_thread::sleep_for(std::chrono::microseconds{50});
  });
  EXPECT_EQ(test::message_of_call([&] { run(w); }), "task \"loop\": no");
}

/// Stages beside tasks: whoever helps must not miss a task of its own.
TEST_P(Stages, RunBesideTasksOverManySeeds)
{
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random{seed};
    workflow w;
    std::atomic<int> count{0};
    value<std::size_t> sum;
    std::size_t expected = 0;
    std::vector<task_ref> all;
    for (int t = 0; t < 60; ++t) {
      auto const n = random() % 300;
      task_ref next;
      if (random() % 4 == 0) {
        expected += n;
        next = w.for_each("loop", {0, n}).cpu([&count](range part) {
          count += static_cast<int>(part.size());
        });
      } else {
        expected += 1;
        next = w.task("task").cpu([&count] { ++count; });
      }
      all.push_back(next);
    }
    for (int o = 0; o < 80; ++o) {
      auto const from = random() % 59;
      auto const to   = from + 1 + random() % (59 - from);
      w.add_edge({all[from].id, all[to].id, 0});
    }
    run(w);
    ASSERT_EQ(static_cast<std::size_t>(count.load()), expected) << "seed " << seed;
  }
}

/// Helpers count as those who run tasks do.
TEST(Engine, HoldsHelpersToTheParallelismOfTheRun)
{
  engine e{flat_machine(4)};
  std::atomic<int> inside{0}, most{0};
  workflow w;
  for (int t = 0; t < 3; ++t) {
    w.for_each("loop", {0, 400}).cpu([&](range part) {
      auto const now = ++inside;
      for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      for (auto i = part.first; i < part.last; ++i) {
        std::this_thread::sleep_for(std::chrono::microseconds{20});
      }
      --inside;
    });
  }
  ASSERT_FALSE(e.run_to_end(w, {.max_parallelism = 2}).error);
  EXPECT_LE(most, 2);
}

TEST(Engine, StopsARaceThatIsUnderWay)
{
  engine e{flat_machine(2)};
  value<int> v{1};
  workflow w;
  std::atomic<int> begun{0};
  auto const waits = [&begun](std::stop_token stop, int& x) {
    ++begun;
    x = 2;
    while (!stop.stop_requested()) std::this_thread::yield();
    return false;
  };
  w.speculate("race", write(v)).alternative("a", waits).alternative("b", waits);
  auto r = e.start(w);
  while (begun < 2) std::this_thread::yield();
  r.cancel();
  auto const result = r.wait();
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(v.get(), 1);
}

/// Whether all of the workflow was run.
bool run_until(std::stop_token const& stop, workflow const& w, way how)
{
  engine e{flat_machine(3)};
  if (how == way::prepared) return e.prepare(w).run(stop);
  return !e.run_to_end(w, {.stop = stop}).stopped;
}

/// The bodies of all stages have one type, which says nothing of how long they take.
TEST(Engine, ExpectsNothingOfAStageFromAnother)
{
  engine e{flat_machine(1)};
  constexpr std::size_t size = 10'000;
  std::vector<std::size_t> parts;
  std::atomic<std::size_t> num_calls{0};
  for (int run = 0; run < 20; ++run) {
    parts.clear();
    workflow w;
    w.for_each("loop", {0, size}).cpu([&](range part) {
      parts.push_back(part.size());
      for (auto i = part.first; i < part.last; ++i) num_calls.fetch_add(1);
    });
    (void)e.run_to_end(w);
    ASSERT_GE(parts.size(), 2U);
    EXPECT_EQ(parts[0], 1U);
    EXPECT_LE(parts[1], 256U) << "of " << size << ", in run " << run;
  }
}

/// Nobody ends a first part before the run has been told to stop; so nobody begins a second one.
TEST(Engine, StopsLoopsBetweenTheirParts)
{
  for (auto const how : {way::dynamic, way::prepared}) {
    std::atomic<std::size_t> done{0};
    std::atomic<bool> is_told{false};
    std::stop_source stop;
    auto const body = [&](range part) {
      if (stop.request_stop()) is_told = true;  // another thread may be telling the run
      while (!is_told) std::this_thread::yield();
      done += part.size();
      return 1;
    };
    workflow loop;
    loop.for_each("loop", {0, 10'000}).cpu([&](range part) { body(part); });
    EXPECT_FALSE(run_until(stop.get_token(), loop, how));
    EXPECT_LE(done, 3U);
    stop    = std::stop_source{};
    is_told = false;
    done    = 0;
    value<int> sum{7};
    workflow reduction;
    reduction.reduce("sum", {0, 10'000}, 0, std::plus<>{}, sum).cpu(body);
    EXPECT_FALSE(run_until(stop.get_token(), reduction, how));
    EXPECT_LE(done, 3U);
    EXPECT_EQ(sum.get(), 7);
  }
}

/// The decision has fallen, and the chosen alternative would go on for ever.
TEST(Engine, StopsAnAlternativeThatHasBeenChosen)
{
  engine e{flat_machine(2)};
  value<int> v{1};
  workflow w;
  std::atomic<bool> has_begun{false}, is_decided{false};
  w.speculate("choice", write(v))
    .alternative("a",
                 [&](std::stop_token stop, int&) {
                   has_begun = true;
                   while (!stop.stop_requested()) std::this_thread::yield();
                   return false;
                 })
    .alternative("b", [](std::stop_token const&, int&) { return true; })
    .decided_by([&](int&) {
      while (!has_begun) std::this_thread::yield();
      is_decided = true;
      return 0;
    });
  auto r = e.start(w);
  while (!is_decided) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds{1});  // mostly after the decision's effect
  r.cancel();
  EXPECT_TRUE(r.wait().stopped);
  EXPECT_EQ(v.get(), 1);
}

}  // namespace
}  // namespace heddle
