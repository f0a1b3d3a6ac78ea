// Against the makespans of published algorithms on the public instances (HEDDLE_TEST_DATA).

#include "tests/support/schedule_data.hpp"

#include <heddle/plan/plan.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace heddle {
namespace {

using makespans = std::map<std::string, double>;  ///< by combo

/// [algorithm of the peers]
std::map<std::string, makespans> published()
{
  std::map<std::string, makespans> all;
  for (auto const& row : test::read_csv(*test::data_folder() + "/schedules/peer_makespans.csv")) {
    if (row.at("status") != "ok") continue;
    all[row.at("algorithm")][row.at("instance") + ' ' + row.at("platform") + ' ' + row.at("ccr")] =
      std::stod(row.at("makespan"));
  }
  return all;
}

/// Geometric mean of ours over theirs, and how many are the same.
struct likeness {
  double sum_of_logs = 0;
  int combos         = 0;
  int equal          = 0;

  void add(double ratio)
  {
    sum_of_logs += std::log(ratio);
    ++combos;
    equal += std::abs(ratio - 1) <= 1e-6 ? 1 : 0;
  }
  [[nodiscard]] double mean() const { return std::exp(sum_of_logs / combos); }
};

struct counterpart {
  char const* ours;
  char const* theirs;
};

constexpr counterpart counterparts[]{
  {"heft", "HEFT"},
  {"cpop", "CPOP"},
  {"peft", "PEFT"},
  {"mct", "MCT"},
  {"met", "MET"},
  {"olb", "OLB"},
  {"minmin", "MinMin"},
  {"maxmin", "MaxMin"},
  {"duplex", "Duplex"},
  {"sufferage", "Sufferage"},
  {"etf", "ETF"},
  {"fcp", "FCP"},
  {"flb", "FLB"},
  {"hbmct", "HBMCT"},
  {"fastest", "FastestNode"},
};

TEST(Conformance, MakespansAreThoseOfThePeersOnAverageSlow)
{
  HEDDLE_REQUIRE_DATA();
  auto const theirs = published();
  std::map<std::string, likeness> found;
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    for (auto const& pair : counterparts) {
      auto const& of  = theirs.at(pair.theirs);
      auto const peer = of.find(c.name);
      if (peer == of.end()) continue;
      found[pair.ours].add(plan(c.work, c.platform, {pair.ours}).makespan_seconds / peer->second);
    }
  });
  fmt::print("{:<10} {:>7} {:>15} {:>7}\n", "algorithm", "combos", "geometric mean", "equal");
  for (auto const& [algorithm, l] : found) {
    fmt::print("{:<10} {:>7} {:>15.4f} {:>5.1f} %\n", algorithm, l.combos, l.mean(),
               100.0 * l.equal / l.combos);
    EXPECT_GE(l.mean(), 0.95) << algorithm;
    EXPECT_LE(l.mean(), 1.05) << algorithm;
  }
}

/// The schedules of "auto" in a second each: how much longer than the best of all peers.
TEST(Conformance, AutoIsWithinAPercentOfTheBestOfThePeersSlow)
{
  HEDDLE_REQUIRE_DATA();
  makespans best;
  for (auto const& row : test::read_csv(*test::data_folder() + "/schedules/best_of_peers.csv")) {
    best[row.at("instance") + ' ' + row.at("platform") + ' ' + row.at("ccr")] =
      std::stod(row.at("best_makespan"));
  }
  double excess = 0, took = 0;
  int worse = 0;
  std::map<std::string, int> made_by;
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    auto const s     = plan(c.work, c.platform, {"auto", seconds{1}});
    auto const ratio = s.makespan_seconds / best.at(c.name);
    excess += ratio - 1;
    took += s.planning_seconds;
    worse += ratio > 1 + 1e-6 ? 1 : 0;
    ++made_by[s.made_by];
    for (auto const& each : s.tried) {
      EXPECT_TRUE(each.left_out || s.makespan_seconds <= each.makespan_seconds) << c.name;
    }
  });
  auto const combos = static_cast<double>(best.size());
  fmt::print("auto: mean excess {:+.2f} %, {} of {} worse, {:.1f} ms on average\n",
             100 * excess / combos, worse, best.size(), 1000 * took / combos);
  for (auto const& [algorithm, times] : made_by)
    fmt::print("  best: {:<10} {}\n", algorithm, times);
  EXPECT_LE(excess / combos, 0.01);
}

}  // namespace
}  // namespace heddle
