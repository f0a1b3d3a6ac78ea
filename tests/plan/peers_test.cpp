// Against the makespans of published algorithms on the public instances (HEDDLE_TEST_DATA).

#include "src/plan/list/levels.hpp"
#include "src/plan/list/ready_tasks.hpp"
#include "src/plan/partial_schedule.hpp"
#include "tests/support/schedule_data.hpp"

#include <heddle/plan/plan.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

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
  {"bil", "BIL"},
  {"dps", "DPS"},
  {"msbc", "MSBC"},
  {"mst", "MST"},
  {"wba", "WBA"},
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

/// Makespan if, of all ready tasks and resources, the pair with the lowest dynamic level of Sih and
/// Lee goes first, where their scheduler, "dls", takes the highest.
double lowest_level_makespan(cost_model const& costs)
{
  auto const level   = static_levels(costs, execution_weight::median);
  auto const typical = execution_weights(costs, execution_weight::median);
  partial_schedule so_far{costs, placement::append};
  ready_tasks waiting{costs.edges()};
  std::vector<task_id> ready;
  auto const add = [&](task_id task) { ready.push_back(task); };
  waiting.for_each_entry(add);
  double makespan = 0;
  while (!ready.empty()) {
    double lowest = std::numeric_limits<double>::infinity();
    task_id first = -1;
    assignment where;
    for (auto const task : ready) {
      so_far.arrivals(task);
      for (int r = 0; r < costs.num_resources(); ++r) {
        auto const here = so_far.on(task, r);
        auto const of   = static_cast<std::size_t>(task);
        auto const dynamic_level =
          level[of] - here.start_seconds + typical[of] - costs.execution_seconds(task, r);
        if (dynamic_level < lowest) lowest = dynamic_level, first = task, where = here;
      }
    }
    so_far.place(first, where);
    makespan = std::max(makespan, where.finish_seconds);
    std::erase(ready, first);
    waiting.for_each_released_by(first, add);
  }
  return makespan;
}

/// The peers' GDL gives 14 times the makespan of HEFT, on a chain of five tasks each task on the
/// slowest node, away from its predecessor: the level is that of Sih and Lee, the choice is
/// reversed. This shows it, so that our scheduler is known to differ in the choice alone.
TEST(Conformance, GdlOfThePeersTakesTheLowestLevelSlow)
{
  HEDDLE_REQUIRE_DATA();
  auto const theirs = published().at("GDL");
  likeness reversed, ours;
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    auto const peer = theirs.find(c.name);
    if (peer == theirs.end()) return;
    cost_model const costs{c.work, c.platform};
    reversed.add(lowest_level_makespan(costs) / peer->second);
    ours.add(plan(c.work, c.platform, {"dls"}).makespan_seconds / peer->second);
  });
  fmt::print("lowest level {:.4f}, {} of {} equal; dls {:.4f}\n", reversed.mean(), reversed.equal,
             reversed.combos, ours.mean());
  EXPECT_GE(reversed.mean(), 0.95);
  EXPECT_LE(reversed.mean(), 1.05);
  EXPECT_LT(ours.mean(), 0.2);
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
