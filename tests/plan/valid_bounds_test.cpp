// No lower bound exceeds the makespan of any schedule.

#include <heddle/plan/lower_bound.hpp>

#include "src/plan/planners.hpp"

#include "tests/support/constrained_workflows.hpp"
#include "tests/support/every_schedule.hpp"
#include "tests/support/schedule_data.hpp"
#include "tests/support/small_workflows.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace heddle {
namespace {

void expect_no_bound_above(double makespan, cost_model const& costs, int number)
{
  for (auto const& bound : lower_bounds(costs)) {
    EXPECT_LE(bound.seconds, makespan * (1 + 1e-14)) << bound.name << ", case " << number;
  }
}

TEST(ValidBounds, NeverExceedTheOptimumOfSmallWorkflowsSlow)
{
  std::mt19937_64 random{31};
  std::map<std::string_view, int> tight;
  for (int i = 0; i < 20000 && !testing::Test::HasFailure(); ++i) {
    auto const m = test::small_machine(random);
    auto const w = test::small_workflow(random, i % 10 == 0 ? 6 : 5);
    if (!test::can_run(w, m)) continue;
    cost_model const costs{w, m};
    auto const optimum = test::every_schedule{costs}.shortest();
    expect_no_bound_above(optimum, costs, i);
    for (auto const& bound : lower_bounds(costs)) {
      tight[bound.name] += bound.seconds >= optimum * (1 - 1e-9) ? 1 : 0;
    }
  }
  for (auto const& [name, times] : tight) {
    EXPECT_GT(times, 100) << name;
  }
}

TEST(ValidBounds, NeverExceedSchedulesOfRandomWorkflowsSlow)
{
  std::mt19937_64 random{32};
  for (int i = 0; i < 100000 && !testing::Test::HasFailure(); ++i) {
    cost_model const costs{test::random_workflow(random), test::random_machine(random)};
    double least = std::numeric_limits<double>::infinity();
    for (auto const planner : {plan_by_heft, plan_by_mct, plan_by_locality}) {
      double makespan = 0;
      for (auto const& task : planner(costs)) makespan = std::max(makespan, task.finish_seconds);
      least = std::min(least, makespan);
    }
    expect_no_bound_above(least, costs, i);
  }
}

TEST(ValidBounds, NeverExceedSchedulesOfConstrainedWorkflowsSlow)
{
  std::mt19937_64 random{33};
  std::map<std::string_view, int> tight;
  for (int i = 0; i < 30000 && !testing::Test::HasFailure(); ++i) {
    auto const c = test::random_constrained_case(random);
    cost_model const costs{c.w, c.m, c.began};
    double least = std::numeric_limits<double>::infinity();
    for (auto const planner : {plan_by_heft, plan_by_mct}) {
      double makespan = 0;
      for (auto const& task : planner(costs)) makespan = std::max(makespan, task.finish_seconds);
      least = std::min(least, makespan);
    }
    expect_no_bound_above(least, costs, i);
    for (auto const& bound : lower_bounds(costs)) {
      tight[bound.name] += bound.seconds >= least * (1 - 1e-9) ? 1 : 0;
    }
  }
  for (auto const& [name, times] : tight) {
    EXPECT_GT(times, 50) << name;
  }
}

TEST(ValidBounds, NeverExceedTheBestKnownScheduleOfStandardTaskGraphsSlow)
{
  HEDDLE_REQUIRE_DATA();
  auto const folder = *test::data_folder() + "/stg/";
  std::map<std::string, workflow_file> graphs;
  for (auto const& row : test::read_csv(folder + "optima.csv")) {
    auto const& name = row.at("graph");
    if (!graphs.contains(name)) graphs.emplace(name, read_workflow(folder + name));
    auto const m = machine::identical(std::stoi(row.at("processors")));
    cost_model const costs{graphs.at(name).workflow, m};
    EXPECT_LE(lower_bound_seconds(costs), std::stod(row.at("upper"))) << name;
  }
}

/// Geometric means over some combos.
struct means {
  double log_gap  = 0;  ///< of the best published makespan over the bound
  double log_gain = 0;  ///< of the bound over the trivial one
  int combos      = 0;

  void add(double makespan, cost_model const& costs)
  {
    auto const best = lower_bound_seconds(costs);
    log_gap += std::log(makespan / best);
    log_gain += std::log(best / trivial_bound_seconds(costs));
    ++combos;
  }
  [[nodiscard]] double gap() const { return std::exp(log_gap / combos) - 1; }
  [[nodiscard]] double gain() const { return std::exp(log_gain / combos); }
};

TEST(ValidBounds, AreCloseToTheBestPublishedSchedulesSlow)
{
  HEDDLE_REQUIRE_DATA();
  std::map<std::string, double> published;
  for (auto const& row : test::read_csv(*test::data_folder() + "/schedules/best_of_peers.csv")) {
    published[row.at("instance") + ' ' + row.at("platform") + ' ' + row.at("ccr")] =
      std::stod(row.at("best_makespan"));
  }
  std::map<std::string, means> by_group;
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    cost_model const costs{c.work, c.platform};
    auto const makespan = published.at(c.name);
    auto const platform = c.row.at("platform");
    EXPECT_LE(lower_bound_seconds(costs), makespan) << c.name;
    by_group[platform].add(makespan, costs);
    by_group[platform + ", CCR " + c.row.at("ccr")].add(makespan, costs);
    by_group[c.number("ccr") <= 1 ? "CCR <= 1" : "CCR > 1"].add(makespan, costs);
  });
  std::string table = "published makespan over bound, bound over trivial bound:\n";
  for (auto const& [name, each] : by_group) {
    table += fmt::format("{:<14} {:6.2f} %  {:.3f}\n", name, 100 * each.gap(), each.gain());
  }
  fmt::print("{}", table);
  EXPECT_LE(by_group.at("CCR <= 1").gap(), 0.10) << table;
  EXPECT_GE(by_group.at("P8h").gain(), 1.097) << table;
}

}  // namespace
}  // namespace heddle
