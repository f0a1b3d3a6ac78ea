// The planner that searches.

#include "src/plan/technique.hpp"
#include "tests/support/constrained_workflows.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <stop_token>
#include <thread>

namespace heddle {
namespace {

using ::testing::IsEmpty;

plan_options with_evaluations(std::uint64_t evaluations, int threads = 1, std::uint64_t seed = 1)
{
  plan_options options{"search"};
  options.evaluations = evaluations;
  options.threads     = threads;
  options.seed        = seed;
  return options;
}

TEST(Search, GivesTheSameForASeedWhateverTheThreads)
{
  std::mt19937_64 random{1};
  for (int const tasks : {60, 60, 200, 600}) {  // from 200 on by windows first
    auto const w   = test::random_graph(random, tasks);
    auto const m   = test::make_nodes({1, 1, 2, 4}, 1);
    auto const one = plan(w, m, with_evaluations(40000));
    for (int const threads : {2, 3}) {
      auto const many = plan(w, m, with_evaluations(40000, threads));
      ASSERT_EQ(many.tasks, one.tasks) << threads;
      ASSERT_EQ(many.evaluations, one.evaluations) << threads;
    }
  }
}

TEST(Search, IsNeverWorseThanThePortfolioAndOftenBetter)
{
  std::mt19937_64 random{2};
  int better = 0;
  for (int i = 0; i < 20; ++i) {
    auto const w      = test::random_graph(random, 50);
    auto const m      = test::make_nodes({1, 1, 2, 4}, 1);
    auto const before = plan(w, m, {"portfolio"});
    auto const s      = plan(w, m, with_evaluations(100000));
    EXPECT_LE(s.makespan_seconds, before.makespan_seconds) << "case " << i;
    EXPECT_THAT(check_schedule(s, w, m), IsEmpty()) << "case " << i;
    if (s.makespan_seconds < before.makespan_seconds) ++better;
  }
  EXPECT_GE(better, 15);
}

TEST(Search, IsValidOnAllSortsOfProblems)
{
  std::mt19937_64 random{3};
  for (int i = 0; i < 60; ++i) {
    auto const w = test::random_workflow(random);
    auto const m = test::random_machine(random);
    auto const s = plan(w, m, with_evaluations(2000));
    ASSERT_THAT(check_schedule(s, w, m), IsEmpty()) << "case " << i;
    ASSERT_LE(s.makespan_seconds, plan(w, m, {"heft"}).makespan_seconds) << "case " << i;
  }
}

TEST(Search, ImprovesWhereEachPairHasItsLink)
{
  std::mt19937_64 random{4};
  auto const w = test::random_graph(random, 40);
  auto m       = test::make_nodes({1, 1, 2, 4}, 1);
  for (int pair = 0; pair < 16; ++pair) {
    m.links.pair_bandwidth_bytes_per_second.push_back(0.5 + static_cast<double>(pair % 3));
  }
  auto const s = plan(w, m, with_evaluations(200000));
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  EXPECT_LT(s.makespan_seconds, plan(w, m, {"portfolio"}).makespan_seconds);
}

/// In lanes, and where there are too many for these.
TEST(Search, ImprovesWhereResourcesAreMany)
{
  std::mt19937_64 random{9};
  auto const w = test::random_graph(random, 60);
  for (int const nodes : {24, 128, 150}) {
    auto const m = test::random_nodes(random, nodes);
    auto const s = plan(w, m, with_evaluations(20000));
    EXPECT_THAT(check_schedule(s, w, m), IsEmpty()) << nodes;
    EXPECT_LT(s.makespan_seconds, plan(w, m, {"portfolio"}).makespan_seconds) << nodes;
  }
}

TEST(Search, TakesNothingAndLittle)
{
  for (auto const& w : {workflow{"nothing"}, test::make_workflow({3}, {}),
                        test::make_workflow({0, 0, 0}, {{0, 1, 0}, {1, 2, 0}})}) {
    for (auto const& m : {test::make_nodes({1}), test::make_nodes({1, 2}, 1)}) {
      auto const s = plan(w, m, with_evaluations(1000));
      EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
    }
  }
}

TEST(Search, ReturnsWhatHeftGivesWithoutTime)
{
  std::mt19937_64 random{5};
  auto const w = test::random_graph(random, 50);
  auto const m = test::make_nodes({1, 1, 2, 4}, 1);
  auto const s = plan(w, m, {"search", seconds{0}});
  EXPECT_EQ(s.makespan_seconds, plan(w, m, {"heft"}).makespan_seconds);
  EXPECT_EQ(s.evaluations, 1U);
}

TEST(Search, EndsWhereTheBoundIsMet)
{
  auto const w = test::make_workflow({1, 1, 1, 1}, {});
  auto const s = plan(w, test::make_nodes({1, 1}), with_evaluations(1U << 30));
  EXPECT_EQ(s.makespan_seconds, 2);
  EXPECT_LT(s.evaluations, 1000U);
}

TEST(Search, NeedsAThreadAndNotTooMany)
{
  for (int const threads : {-1, 0, most_planning_threads + 1}) {
    EXPECT_THROW(
      (void)plan(test::five_tasks(), test::slow_and_fast(), with_evaluations(1, threads)),
      invalid_argument);
  }
}

TEST(Search, TakesMoreThreadsThanItHasGroups)
{
  std::mt19937_64 random{7};
  auto const w = test::random_graph(random, 20);
  auto const m = test::make_nodes({1, 2}, 1);
  EXPECT_EQ(plan(w, m, with_evaluations(10000, most_planning_threads)).tasks,
            plan(w, m, with_evaluations(10000)).tasks);
}

/// @return the evaluations until it ended, stopped after 100,000
std::uint64_t expect_stop(workflow const& w, machine const& m, plan_options options)
{
  planning_progress progress;
  std::stop_source stop;
  options.threads  = 2;
  options.stop     = stop.get_token();
  options.progress = &progress;
  std::jthread const watcher{[&] {
    while (progress.evaluations < 100'000)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    stop.request_stop();
  }};
  auto const s = plan(w, m, options);
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  EXPECT_LE(s.makespan_seconds, plan(w, m, {"portfolio"}).makespan_seconds);
  EXPECT_EQ(progress.evaluations, s.evaluations);
  EXPECT_EQ(progress.lower_bound_seconds, s.lower_bound_seconds);
  EXPECT_LE(progress.makespan_seconds, 1.001 * s.makespan_seconds);
  return s.evaluations;
}

TEST(Search, IsStoppedFromOutside)
{
  std::mt19937_64 random{8};
  constexpr auto never = std::uint64_t{1} << 62;
  EXPECT_LT(expect_stop(test::random_graph(random, 60), test::make_nodes({1, 1, 2, 4}, 1),
                        with_evaluations(never)),
            never);
}

/// In the part that is for windows, and where all of it is.
TEST(Search, IsStoppedInWindows)
{
  std::mt19937_64 random{8};
  for (int const tasks : {1000, 1100}) {
    auto const w = test::random_graph(random, tasks);
    auto const m = test::random_nodes(random, 24);
    EXPECT_LT(expect_stop(w, m, {"search", seconds{20}}), 5'000'000U);  // in 20 s, some 40,000,000
  }
}

TEST(Search, EndsAtOnceWhenItIsStoppedBefore)
{
  std::stop_source stop;
  stop.request_stop();
  for (auto const* const algorithm : {"search", "auto", "exact"}) {
    plan_options options{algorithm, seconds{100}};
    options.stop = stop.get_token();
    auto const s = plan(test::five_tasks(), test::slow_and_fast(), options);
    EXPECT_THAT(check_schedule(s, test::five_tasks(), test::slow_and_fast()), IsEmpty());
  }
}

TEST(Search, EndsAuto)
{
  EXPECT_EQ(techniques().back().info.name, "search");
  std::mt19937_64 random{6};
  auto const w      = test::random_graph(random, 50);
  auto options      = with_evaluations(50000);
  options.algorithm = "auto";
  EXPECT_EQ(plan(w, test::make_nodes({1, 1, 2, 4}, 1), options).made_by, "search");
}

}  // namespace
}  // namespace heddle
