// The validator finds every constraint that is broken.

#include "tests/support/constrained_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace heddle {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A valid schedule in which every constraint matters.
struct example {
  workflow w = test::make_workflow({2, 1, 1, 1, 3}, {});
  machine m  = test::two_hosts();
  machine_state began{};
  schedule s{};

  example()
  {
    w.at(0).declare().needs.cores        = 2;
    w.at(1).declare().release_seconds    = 5;
    w.at(2).declare().needs.memory_bytes = 160;  // only in "big"
    w.at(3).declare().place              = "c2";
    w.at(4).inputs                       = {w.add_file({"input", 10})};
    m.links.bandwidth_bytes_per_second   = 1;
    began.files                          = {{0, 1, 1}};  // with c2, from 1 on
    s                                    = plan(w, m, {"heft", 1s, 1, began});
    s.tasks                              = {{3, 0, 2}, {5, 5, 6}, {3, 2, 3}, {2, 0, 1}, {2, 1, 4}};
    s.further_cores                      = {{0, 4}};
    s.makespan_seconds                   = 6;
    s.lower_bound_seconds                = 6;
  }

  [[nodiscard]] std::vector<std::string> findings() const { return check_schedule(s, w, m, began); }
};

TEST(CheckConstraints, AcceptsWhatHoldsToThem)
{
  EXPECT_THAT(example{}.findings(), IsEmpty());
}

TEST(CheckConstraints, SaysWhichIsBroken)
{
  struct broken {
    std::function<void(example&)> damage;
    std::string finding;
  };
  constexpr auto infinite = std::numeric_limits<double>::infinity();
  broken const cases[]    = {
       {[](example& e) { e.s.further_cores.clear(); }, "\"t0\" takes 1 cores; it needs 2"},
       {[](example& e) {
       e.s.further_cores.push_back({0, 5});
     },
        "\"t0\" takes 3 cores; it needs 2"},
       {[](example& e) {
       e.s.further_cores.push_back({1, 5});
     },
        "\"t1\" takes 2 cores; it needs 1"},
       {[](example& e) {
       e.s.further_cores = {{0, 3}};
     },
        "\"t0\" takes a core twice"},
       {[](example& e) {
       e.s.further_cores = {{0, 0}};
     },
        "takes cores of several hosts"},
       {[](example& e) {
       e.s.further_cores = {{0, 6}};
     },
        "takes \"gpu\" as a core"},
       {[](example& e) {
       e.s.further_cores = {{0, 7}};
     },
        "resource 7 of 7, of task 0"},
       {[](example& e) {
       e.s.further_cores = {{5, 4}};
     },
        "of task 5 behind task 0"},
       {[](example& e) {
       e.s.further_cores.insert(e.s.further_cores.begin(), {1, 4});
     },
        "of task 0 behind task 1"},
       {[](example& e) {
       e.s.tasks[0]      = {0, 0, 2};
       e.s.further_cores = {{0, 2}};
     },
        "takes cores of several memory nodes; \"numa0\" has enough"},
       {[](example& e) {
       e.s.tasks[2] = {4, 1, 2};
     },
        "\"t0\" and \"t2\" overlap on resource \"c4\""},
       {[](example& e) { e.m.resources[4].speed = 0.5; }, "from 0 to 2; it takes 4 s"},
       {[](example& e) {
       e.s.tasks[1] = {5, 4.5, 5.5};
     },
        "\"t1\" starts at 4.5, before its release or its inputs at 5"},
       {[](example& e) {
       e.s.tasks[4] = {2, 0.5, 3.5};
     },
        "\"t4\" starts at 0.5, before its release or its inputs at 1"},
       {[](example& e) {
       e.s.tasks[4] = {3, 3, 6};
     },
        "\"t4\" starts at 3, before its release or its inputs at 11"},
       {[](example& e) { e.s.tasks[2].resource = 1; }, "with 100 bytes of memory; it needs 160"},
       {[](example& e) { e.s.tasks[3].resource = 1; }, "runs on \"c1\" in \"numa0\"; its place is"},
       {[](example& e) { e.began.free_from_seconds = {0, 0, 0, 0, 0.5, 0, 0}; },
        "\"t0\" starts at 0 on \"c4\", which is busy until 0.5"},
       {[](example& e) { e.began.free_from_seconds = {0, 0, 0, 0, infinite, 0, 0}; },
        "\"t0\" runs on \"c4\", never free"},
  };
  for (auto const& [damage, finding] : cases) {
    example e;
    damage(e);
    EXPECT_THAT(e.findings(), Contains(HasSubstr(finding))) << finding;
  }
}

TEST(CheckConstraints, KnowsTheMemoryOfDevices)
{
  auto w              = test::make_workflow({task_info::unknown_seconds}, {});
  w.at(0).gpu_seconds = 1;
  auto const m        = test::two_hosts();
  auto const s        = plan(w, m, {"heft"});
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  w.at(0).declare().needs.device_memory_bytes = 81;
  EXPECT_THAT(check_schedule(s, w, m), Contains(HasSubstr("with 80 bytes of memory; it needs 81")));
}

TEST(CheckConstraints, LetsATaskSpreadOverNumaNodesWhereItMust)
{
  auto w                        = test::make_workflow({1}, {});
  w.at(0).declare().needs.cores = 3;
  w.at(0).declare().place       = "";
  auto const m                  = test::two_hosts();
  auto s                        = plan(w, m, {"heft"});
  s.tasks[0].resource           = 2;
  s.further_cores               = {{0, 0}, {0, 1}};
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  s.further_cores = {{0, 0}, {0, 3}};
  EXPECT_THAT(check_schedule(s, w, m), Contains(HasSubstr("several hosts")));
}

/// Each kind of damage, to a random task of a valid schedule, must be found.
TEST(CheckConstraints, FindsRandomDamage)
{
  std::mt19937_64 random{41};
  for (int i = 0; i < 300; ++i) {
    auto c = test::random_constrained_case(random);
    if (c.w.num_tasks() == 0) continue;
    auto s              = plan(c.w, c.m, {"heft", 1s, 1, c.began});
    auto const t        = static_cast<task_id>(random() % c.w.num_tasks());
    auto const start    = s.tasks[static_cast<std::size_t>(t)].start_seconds;
    auto const findings = [&] { return check_schedule(s, c.w, c.m, c.began, 1); };
    ASSERT_THAT(findings(), IsEmpty()) << "case " << i;

    auto const release                  = c.w.at(t).declared().release_seconds;
    c.w.at(t).declare().release_seconds = start + 0.1;
    EXPECT_THAT(findings(), Not(IsEmpty())) << "release, case " << i;
    c.w.at(t).declare().release_seconds = release;

    auto const free = c.began.free_from_seconds;
    c.began.free_from_seconds.resize(c.m.resources.size());
    c.began
      .free_from_seconds[static_cast<std::size_t>(s.tasks[static_cast<std::size_t>(t)].resource)] =
      start + 0.1;
    EXPECT_THAT(findings(), Not(IsEmpty())) << "busy, case " << i;
    c.began.free_from_seconds = free;

    if (s.further_cores.empty()) continue;
    s.further_cores.erase(s.further_cores.begin() +
                          static_cast<std::ptrdiff_t>(random() % s.further_cores.size()));
    EXPECT_THAT(findings(), Not(IsEmpty())) << "a core less, case " << i;
  }
}

// Both tasks of 60 bytes at once in "numa0", which has 100; then, with 120 bytes in the host of
// 150, one of 40.
TEST(CheckConstraints, AddsUpTheMemoryOfTasksThatRunTogether)
{
  auto w = test::make_workflow({2, 2}, {});
  for (int t : {0, 1}) w.at(t).declare().needs.memory_bytes = 60;
  auto const m       = test::two_hosts();
  auto s             = plan(w, m, {"heft"});
  s.tasks            = {{0, 0, 2}, {1, 2, 4}};
  s.makespan_seconds = s.lower_bound_seconds = 4;
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  s.tasks[1]         = {1, 1.5, 3.5};
  s.makespan_seconds = s.lower_bound_seconds = 3.5;
  EXPECT_THAT(
    check_schedule(s, w, m),
    ElementsAre("at 1.5 the tasks on memory node \"numa0\" hold 120 bytes of memory; it has 100"));
  w.at(0).declare().needs.memory_bytes = 120;
  w.at(1).declare().needs.memory_bytes = 40;
  EXPECT_THAT(check_schedule(s, w, m),
              ElementsAre("at 1.5 the tasks on the host of memory node \"numa0\" hold 160 bytes of "
                          "memory; it has 150"));
}

}  // namespace
}  // namespace heddle
