// Groups in rounds, of which the worse half ends early.

#include "src/plan/search/rounds.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::size_t num_tasks = 100;

/// A group whose makespan is its number; it makes so many evaluations in no time.
template <std::uint64_t Evaluations>
class numbered_group {
 public:
  numbered_group(std::size_t number, std::atomic<int>& runs) : runs_{&runs}
  {
    best_.makespan_seconds = static_cast<double>(number);
  }

  void run(search_pace& pace)
  {
    constexpr std::int64_t steps = 1 << 18;  // so that the pace looks at the clock each time
    ++*runs_;
    while (!pace.is_over(Evaluations)) pace.count(Evaluations, steps);
  }

  [[nodiscard]] solution const& best() const noexcept { return best_; }
  [[nodiscard]] bool meets_bound() const { return false; }

 private:
  solution best_;
  std::atomic<int>* runs_;
};

/// What rounds did.
struct outcome {
  std::size_t groups        = 0;  ///< made
  int runs                  = 0;  ///< of groups
  std::uint64_t evaluations = 0;
  double best               = 0;
};

template <std::uint64_t Evaluations = 1024>
outcome outcome_of(planning_limits const& limits)
{
  std::atomic<std::size_t> groups{0};
  std::atomic<int> runs{0};
  rounds<numbered_group<Evaluations>> all{limits, num_tasks};
  auto const best = all.run([&](std::size_t i) {
    ++groups;
    return std::make_unique<numbered_group<Evaluations>>(i + 1, runs);
  });
  return {groups, runs, all.evaluations(), best.makespan_seconds};
}

planning_limits of_evaluations(std::uint64_t evaluations, int threads)
{
  planning_limits limits;
  limits.evaluations = evaluations;
  limits.threads     = threads;
  return limits;
}

TEST(Rounds, BeginWithAsManyGroupsAsGetFar)
{
  constexpr std::uint64_t far = 2048 * num_tasks;
  EXPECT_EQ(outcome_of(of_evaluations(far, 1)).groups, 8U);
  EXPECT_EQ(outcome_of(of_evaluations(5 * 16 * far - 1, 1)).groups, 8U);
  EXPECT_EQ(outcome_of(of_evaluations(5 * 16 * far, 1)).groups, 16U);
  EXPECT_EQ(outcome_of(of_evaluations(7 * 64 * far, 1)).groups, 64U);
  EXPECT_EQ(outcome_of(of_evaluations(10 * 512 * far, 1)).groups, 256U);
}

TEST(Rounds, HalveTheGroupsAndKeepTheBest)
{
  auto const made = outcome_of(of_evaluations(20'000'000, 1));
  EXPECT_EQ(made.groups, 16U);
  EXPECT_EQ(made.runs, 16 + 8 + 4 + 2 + 1);
  EXPECT_EQ(made.best, 1);
  EXPECT_LE(made.evaluations, 20'000'000U);
  EXPECT_GT(made.evaluations, 19'900'000U);
}

TEST(Rounds, AreTheSameOnAnyNumberOfThreads)
{
  auto const one = outcome_of(of_evaluations(20'000'000, 1));
  for (int threads : {2, 3, 8}) {
    auto const many = outcome_of(of_evaluations(20'000'000, threads));
    EXPECT_EQ(many.groups, one.groups);
    EXPECT_EQ(many.runs, one.runs);
    EXPECT_EQ(many.evaluations, one.evaluations);
  }
}

TEST(Rounds, ByTimeBeginWithAsManyForEachThreadAsItsFirstGroupIsFast)
{
  planning_limits limits;
  limits.threads = 3;
  limits.end     = clock::now() + 50ms;
  EXPECT_EQ(outcome_of<1>(limits).groups, 8U * 3);
  EXPECT_GE(clock::now(), limits.end);
  limits.end = clock::now() + 50ms;
  EXPECT_EQ(outcome_of<1 << 24>(limits).groups, 256U * 3);
}

TEST(Rounds, AfterTheEndMakeNoEvaluation)
{
  planning_limits limits;
  limits.end = clock::now() - 1s;
  EXPECT_EQ(outcome_of(limits).evaluations, 0U);
}

}  // namespace
}  // namespace heddle
