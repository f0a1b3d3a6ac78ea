// Against the published makespans and bounds of the public instances (HEDDLE_TEST_DATA).

#include "tests/support/sanitized.hpp"
#include "tests/support/schedule_data.hpp"
#include "tests/support/suited_plans.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/lower_bound.hpp>
#include <heddle/plan/plan.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

struct deviation {
  std::string combo;
  double relative;
};

std::map<std::string, double> published_heft(std::string const& data)
{
  std::map<std::string, double> makespan_of;
  for (auto const& row : test::read_csv(data + "/schedules/peer_makespans.csv")) {
    if (row.at("algorithm") != "HEFT") continue;
    makespan_of[row.at("instance") + ' ' + row.at("platform") + ' ' + row.at("ccr")] =
      std::stod(row.at("makespan"));
  }
  return makespan_of;
}

std::string table_of(std::vector<deviation> const& worst_first)
{
  std::string table = "worst deviations from the published makespans:\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(10, worst_first.size()); ++i) {
    table += fmt::format("{:+.2e}  {}\n", worst_first[i].relative, worst_first[i].combo);
  }
  return table;
}

TEST(Conformance, HeftEqualsThePublishedOneButForTies)
{
  HEDDLE_REQUIRE_DATA();
  if (test::is_sanitized) GTEST_SKIP() << "the same makespans, in twenty times the time";
  auto const published = published_heft(*test::data_folder());
  std::vector<deviation> deviations;
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    auto const makespan = plan(c.work, c.platform, {"heft"}).makespan_seconds;
    deviations.push_back({c.name, makespan / published.at(c.name) - 1});
  });
  std::sort(deviations.begin(), deviations.end(), [](auto const& a, auto const& b) {
    return std::abs(a.relative) > std::abs(b.relative);
  });
  auto const equal = std::count_if(deviations.begin(), deviations.end(),
                                   [](auto const& d) { return std::abs(d.relative) <= 1e-6; });
  EXPECT_EQ(deviations.size(), 252U);
  EXPECT_GE(static_cast<double>(equal), 0.98 * 252) << table_of(deviations);
  EXPECT_LE(std::abs(deviations.front().relative), 0.01) << table_of(deviations);
}

TEST(Conformance, BandwidthAndTrivialBoundEqualThePublishedOnes)
{
  HEDDLE_REQUIRE_DATA();
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    auto const bandwidth = c.number("bandwidth_bytes_per_s");
    EXPECT_NEAR(c.platform.links.bandwidth_bytes_per_second / bandwidth, 1, 1e-12) << c.name;
    cost_model const costs{c.work, c.platform};
    EXPECT_NEAR(trivial_bound_seconds(costs) / c.number("lb"), 1, 1e-6) << c.name;
  });
}

TEST(Conformance, EveryPlannerIsValidOnPublicInstancesSlow)
{
  HEDDLE_REQUIRE_DATA();
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    for (auto const& planner : planners()) {
      auto const s = test::plan_if_suited(c.work, c.platform, {planner.name});
      if (!s) continue;
      EXPECT_THAT(check_schedule(*s, c.work, c.platform), ::testing::IsEmpty())
        << planner.name << " on " << c.name;
    }
  });
}

}  // namespace
}  // namespace heddle
