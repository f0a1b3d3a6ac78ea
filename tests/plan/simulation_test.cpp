#include <heddle/plan/simulation.hpp>

#include "tests/support/constrained_workflows.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/small_workflows.hpp"
#include "tests/support/suited_plans.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle {
namespace {

/// HEFT's schedule of the five tasks: t0 t1 t2 on the fast node until 6, t3 from 4 to 6 and t4 from
/// 9 to 13 on the slow one.
class SimulatedSchedule : public ::testing::Test {
 protected:
  workflow const w = test::five_tasks();
  machine const m  = test::slow_and_fast();
  cost_model const costs{w, m};
  schedule const s = plan(w, m, {"heft"});
};

TEST_F(SimulatedSchedule, IsAsPlannedWithoutNoise)
{
  schedule_simulator const simulator{s, costs};
  EXPECT_EQ(simulator.run(), s.tasks);
  EXPECT_EQ(simulator.makespan_seconds(), 13);
}

TEST_F(SimulatedSchedule, StartsNoTaskLaterThanPlanned)
{
  auto late = s;
  for (auto& task : late.tasks) {
    task.start_seconds += 2;
    task.finish_seconds += 2;
  }
  EXPECT_EQ((schedule_simulator{late, costs}.run()), s.tasks);
}

TEST_F(SimulatedSchedule, KeepsTheOrderOfEachResourceUnderNoise)
{
  schedule_simulator const simulator{s, costs};
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto const tasks = simulator.run({0.5, seed});
    EXPECT_EQ(tasks[1].start_seconds, tasks[0].finish_seconds);
    EXPECT_EQ(tasks[2].start_seconds, tasks[1].finish_seconds);
    EXPECT_EQ(tasks[3].start_seconds, tasks[0].finish_seconds + 3);
    EXPECT_EQ(tasks[4].start_seconds,
              std::max({tasks[3].finish_seconds, tasks[1].finish_seconds + 3,
                        tasks[2].finish_seconds + 3}));
  }
}

TEST_F(SimulatedSchedule, IsTheSameForASeed)
{
  schedule_simulator const simulator{s, costs};
  EXPECT_EQ(simulator.run({0.3, 5}), simulator.run({0.3, 5}));
  EXPECT_NE(simulator.run({0.3, 5}), simulator.run({0.3, 6}));
}

TEST_F(SimulatedSchedule, RefusesASchedulesOfAnotherWorkflow)
{
  auto other = s;
  other.tasks.pop_back();
  EXPECT_THROW((schedule_simulator{other, costs}), invalid_argument);
}

TEST_F(SimulatedSchedule, RefusesTasksThatWaitForEachOther)
{
  auto circular                   = s;
  circular.tasks[0].start_seconds = 100;  // behind t1 and t2, which need it
  EXPECT_THROW((schedule_simulator{circular, costs}), invalid_argument);
}

TEST_F(SimulatedSchedule, RefusesSenselessNoise)
{
  schedule_simulator const simulator{s, costs};
  EXPECT_THROW((void)simulator.run({-1, 1}), invalid_argument);
  EXPECT_THROW((void)simulator.run({1e200, 1}), invalid_argument);
  EXPECT_TRUE(std::isfinite(simulator.makespan_seconds({most_variation, 1})));
  EXPECT_THROW((void)measure_robustness(s, costs, {0.1, 1}, 0), invalid_argument);
}

TEST(Noise, HasMeanOneAndTheVariationAskedFor)
{
  constexpr std::size_t n = 20000;
  auto const w            = test::make_workflow(std::vector<double>(n, 1), {});
  cost_model const costs{w, test::make_nodes({1})};
  auto const tasks =
    schedule_simulator{plan(w, test::make_nodes({1}), {"mct"}), costs}.run({0.5, 1});
  double sum = 0, squares = 0;
  for (auto const& task : tasks) {
    auto const factor = task.finish_seconds - task.start_seconds;
    sum += factor;
    squares += factor * factor;
  }
  auto const mean = sum / n;
  EXPECT_NEAR(mean, 1, 0.02);
  EXPECT_NEAR(std::sqrt(squares / n - mean * mean), 0.5, 0.03);
}

TEST(Robustness, IsOneWithoutNoise)
{
  auto const w    = test::five_tasks();
  auto const m    = test::slow_and_fast();
  auto const seen = measure_robustness(plan(w, m), cost_model{w, m}, {}, 3);
  EXPECT_EQ(seen.mean, 1);
  EXPECT_EQ(seen.p95, 1);
  EXPECT_EQ(seen.worst, 1);
}

// The longest of many chains grows with noise: of independent tasks on a node each, on average the
// maximum of so many log-normal numbers.
TEST(Robustness, SeesTheLongestOfManyTasks)
{
  auto const w    = test::make_workflow(std::vector<double>(64, 1), {});
  auto const m    = machine::identical(64);
  auto const seen = measure_robustness(plan(w, m), cost_model{w, m}, {0.2, 1}, 200);
  EXPECT_GT(seen.mean, 1.3);
  EXPECT_LT(seen.mean, 1.8);
  EXPECT_LE(seen.median, seen.p95);
  EXPECT_LE(seen.p95, seen.worst);
}

TEST(SimulatedSchedules, OfAllPlannersAreValidAndNoLongerThanPlanned)
{
  std::mt19937_64 random{23};
  for (int i = 0; i < test::cases(300); ++i) {
    auto const w = test::random_workflow(random);
    auto const m = test::random_machine(random);
    for (auto const& planner : planners()) {
      auto const suited = test::plan_if_suited(w, m, {planner.name, 1ms});
      if (!suited) continue;
      auto s = *suited;
      cost_model const costs{w, m};
      schedule_simulator const simulator{s, costs};
      auto const planned = s.makespan_seconds;
      s.tasks            = simulator.run();
      s.makespan_seconds = simulator.makespan_seconds();
      EXPECT_LE(s.makespan_seconds, planned * (1 + 1e-12)) << planner.name << ", case " << i;
      EXPECT_THAT(check_schedule(s, w, m), ::testing::IsEmpty()) << planner.name << ", case " << i;
    }
  }
}

TEST(SimulatedSchedules, HoldToCoresReleasesAndBusyResources)
{
  std::mt19937_64 random{29};
  for (int i = 0; i < 300; ++i) {
    auto const c = test::random_constrained_case(random);
    auto s       = plan(c.w, c.m, {"heft", 1ms, 1, c.began});
    cost_model const costs{c.w, c.m, c.began};
    schedule_simulator const simulator{s, costs};
    auto const planned = s.makespan_seconds;
    s.tasks            = simulator.run();
    s.makespan_seconds = simulator.makespan_seconds();
    EXPECT_LE(s.makespan_seconds, planned * (1 + 1e-12)) << "case " << i;
    EXPECT_THAT(check_schedule(s, c.w, c.m, c.began), ::testing::IsEmpty()) << "case " << i;
  }
}

// Tasks of up to 80 bytes share 100.
TEST(SimulatedSchedules, HoldNoMoreMemoryThanThereIsWhateverTasksTake)
{
  auto m         = test::make_nodes({1, 1, 1});
  m.memory_nodes = {{"n", 100}};
  for (auto& core : m.resources) core.memory_node = 0;
  std::mt19937_64 random{31};
  for (int i = 0; i < test::cases(200); ++i) {
    auto w = test::make_workflow({}, {});
    for (std::size_t t = 0; t < 30; ++t) {
      task_info task;
      task.name                         = test::numbered("t", t);
      task.cpu_seconds                  = static_cast<double>(1 + random() % 9);
      task.declare().needs.memory_bytes = 10 * (random() % 9);
      w.add_task(std::move(task));
    }
    auto s = plan(w, m, {"heft"});
    cost_model const costs{w, m};
    schedule_simulator const simulator{s, costs};
    s.tasks            = simulator.run({0.5, static_cast<std::uint64_t>(i)});
    s.makespan_seconds = 0;
    for (auto const& task : s.tasks) {
      s.makespan_seconds = std::max(s.makespan_seconds, task.finish_seconds);
    }
    s.lower_bound_seconds = 0;
    for (std::size_t t = 0; t < s.tasks.size(); ++t) {  // as they came out
      w.at(static_cast<task_id>(t)).cpu_seconds =
        s.tasks[t].finish_seconds - s.tasks[t].start_seconds;
    }
    EXPECT_THAT(check_schedule(s, w, m), ::testing::IsEmpty()) << "case " << i;
  }
}

}  // namespace
}  // namespace heddle
