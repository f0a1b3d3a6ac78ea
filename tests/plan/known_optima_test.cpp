// Against proven optima: no schedule is shorter, no lower bound is larger (HEDDLE_TEST_DATA).

#include "tests/support/schedule_data.hpp"
#include "tests/support/small_workflows.hpp"
#include "tests/support/suited_plans.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle {
namespace {

void expect_between(double lower, double upper, workflow const& w, machine const& m,
                    std::string const& what)
{
  for (auto const& planner : planners()) {
    auto const s = test::plan_if_suited(w, m, {planner.name});
    if (!s) continue;
    EXPECT_THAT(check_schedule(*s, w, m), ::testing::IsEmpty()) << planner.name << " on " << what;
    EXPECT_GE(s->makespan_seconds, lower * (1 - 1e-9)) << planner.name << " on " << what;
    EXPECT_LE(s->lower_bound_seconds, upper * (1 + 1e-9)) << planner.name << " on " << what;
  }
}

TEST(KnownOptima, OfTinyWorkflowsAreNotBeaten)
{
  HEDDLE_REQUIRE_DATA();
  auto const folder = *test::data_folder() + "/tiny/";
  for (auto const& row : test::read_csv(folder + "optima.csv")) {
    auto const [w, m]  = test::read_tiny(folder + row.at("file"));
    auto const optimum = std::stod(row.at("optimum"));
    expect_between(optimum, optimum, w, m, row.at("file"));
  }
}

TEST(KnownOptima, OfStandardTaskGraphsAreNotBeatenSlow)
{
  HEDDLE_REQUIRE_DATA();
  auto const folder = *test::data_folder() + "/stg/";
  std::map<std::string, workflow_file> graphs;
  for (auto const& row : test::read_csv(folder + "optima.csv")) {
    auto const& name = row.at("graph");
    if (!graphs.contains(name)) graphs.emplace(name, read_workflow(folder + name));
    expect_between(std::stod(row.at("lower")), std::stod(row.at("upper")), graphs.at(name).workflow,
                   machine::identical(std::stoi(row.at("processors"))),
                   name + " on " + row.at("processors"));
  }
}

}  // namespace
}  // namespace heddle
