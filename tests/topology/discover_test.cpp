#include "tests/topology/environment.hpp"
#include "tests/topology/same_machine.hpp"

#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <set>

namespace heddle {
namespace {

using test::scoped_variable;

constexpr auto two_sockets = "pack:2 numa:1 l3:1 core:4 pu:2";

/// No variable of the user's bends what the tests see.
class Discover : public testing::Test {
 private:
  scoped_variable synthetic_{"HWLOC_SYNTHETIC", nullptr};
  scoped_variable xml_{"HWLOC_XMLFILE", nullptr};
  scoped_variable slurm_{"SLURM_CPUS_PER_TASK", nullptr};
};

/// Binds the calling thread, which is the main one, to one unit until the end of the scope.
class bound_to_one_unit {
 public:
  bound_to_one_unit()
  {
    sched_getaffinity(0, sizeof before_, &before_);
    while (!CPU_ISSET(unit_, &before_)) ++unit_;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(unit_, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~bound_to_one_unit() { sched_setaffinity(0, sizeof before_, &before_); }
  bound_to_one_unit(bound_to_one_unit const&)            = delete;
  bound_to_one_unit& operator=(bound_to_one_unit const&) = delete;

  [[nodiscard]] int unit() const { return static_cast<int>(unit_); }

 private:
  cpu_set_t before_{};
  std::size_t unit_ = 0;
};

TEST_F(Discover, FindsUnitsThatThisProcessMayUse)
{
  auto const m = machine::discover();
  ASSERT_FALSE(m.resources.empty());
  EXPECT_FALSE(m.name.empty());
  EXPECT_GT(m.memory_nodes.at(0).size_bytes, 0);
  cpu_set_t mine;
  sched_getaffinity(0, sizeof mine, &mine);
  std::set<int> units;
  for (auto const& r : m.resources) {
    if (r.kind != resource_kind::cpu) continue;
    EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(r.os_index), &mine));
    EXPECT_TRUE(units.insert(r.os_index).second);
  }
  EXPECT_LE(units.size(), static_cast<std::size_t>(CPU_COUNT(&mine)));
  test::expect_round_trip(m);
}

TEST_F(Discover, KeepsToTheAffinityMask)
{
  bound_to_one_unit const bound;
  auto const m    = machine::discover();
  auto const cpus = std::count_if(m.resources.begin(), m.resources.end(),
                                  [](auto const& r) { return r.kind == resource_kind::cpu; });
  EXPECT_EQ(cpus, 1);
  EXPECT_EQ(m.resources[0].os_index, bound.unit());
}

TEST_F(Discover, SeesTwoSocketsThatHwlocMakesUp)
{
  scoped_variable const synthetic{"HWLOC_SYNTHETIC", two_sockets};
  bound_to_one_unit const bound;  // says nothing about another machine
  auto const m = machine::discover();
  ASSERT_EQ(m.resources.size(), 8u);
  ASSERT_EQ(m.memory_nodes.size(), 2u);
  EXPECT_EQ(m.resources[3].package, 0);
  EXPECT_EQ(m.resources[4].package, 1);
  EXPECT_EQ(m.resources[4].memory_node, 1);
  EXPECT_EQ(m.resources[4].core, 4);
  for (auto const& r : m.resources) EXPECT_EQ(r.os_index, -1);
  ASSERT_EQ(m.caches.size(), 2u);
  EXPECT_EQ(m.caches[1].cores, (std::vector<int>{4, 5, 6, 7}));
  EXPECT_GT(m.transfer_seconds(1e9, 0, 1), 0);
  EXPECT_EQ(m.transfer_seconds(1e9, 0, 0), 0);
}

TEST_F(Discover, SeesGpusOfAStoredMachineButBindsNothing)
{
  scoped_variable const xml{"HWLOC_XMLFILE",
                            HEDDLE_SOURCE_DIR "/tests/topology/data/eight_gpus.xml"};
  auto const m = machine::discover();
  EXPECT_EQ(m.gpus.size(), 8u);
  for (auto const& r : m.resources) EXPECT_EQ(r.os_index, -1);
}

TEST_F(Discover, KeepsToTheCpusThatSlurmGives)
{
  scoped_variable const synthetic{"HWLOC_SYNTHETIC", two_sockets};
  {
    scoped_variable const slurm{"SLURM_CPUS_PER_TASK", "3"};
    auto const m = machine::discover();
    EXPECT_EQ(m.resources.size(), 3u);
    EXPECT_EQ(m.memory_nodes.size(), 1u);  // the other has no core left
  }
  scoped_variable const slurm{"SLURM_CPUS_PER_TASK", "100"};
  EXPECT_EQ(machine::discover().resources.size(), 8u);
}

TEST_F(Discover, RefusesWhatSlurmNeverSays)
{
  for (auto const* text : {"", "0", "-1", "two", "2x", "99999999999999999999"}) {
    scoped_variable const slurm{"SLURM_CPUS_PER_TASK", text};
    EXPECT_THROW(static_cast<void>(machine::discover()), input_error) << text;
  }
}

TEST_F(Discover, HasNoGpuWhereNoneIsVisible)
{
  // Later changes do not reach a CUDA runtime that was used before: ctest runs each test by itself.
  scoped_variable const visible{"CUDA_VISIBLE_DEVICES", ""};
  EXPECT_TRUE(machine::discover().gpus.empty());
}

}  // namespace
}  // namespace heddle
