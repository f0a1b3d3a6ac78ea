#include "src/topology/machine_tree.hpp"
#include "src/topology/quantities.hpp"
#include "tests/topology/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace heddle {
namespace {

using testing::HasSubstr;

std::string const data = HEDDLE_SOURCE_DIR "/tests/topology/data/";

std::size_t columns_of(std::string const& line)
{
  return static_cast<std::size_t>(
    std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

TEST(MachineTree, OfTwoSockets)
{
  test::scoped_variable const synthetic{"HWLOC_SYNTHETIC", "pack:2 numa:1 l3:1 core:4 pu:2"};
  test::scoped_variable const slurm{"SLURM_CPUS_PER_TASK", nullptr};
  auto const tree = machine_tree(machine::discover());
  EXPECT_EQ(draw(tree, {}),
            "synthetic machine: 8 cores\n"
            "├─ package 0\n"
            "│  └─ numa0: 1 GiB\n"
            "│     └─ L3 16 MiB\n"
            "│        └─ core0 .. core3: 4 cores\n"
            "├─ package 1\n"
            "│  └─ numa1: 1 GiB\n"
            "│     └─ L3 16 MiB\n"
            "│        └─ core4 .. core7: 4 cores\n"
            "└─ links: 20 GB/s, 0.1 us\n");
  EXPECT_EQ(draw({"a", {{"b", {{"c"}}}, {"d"}}}, {.utf8 = false}), "a\n|- b\n|  `- c\n`- d\n");
}

TEST(MachineTree, OfEightGpusFitsIntoItsColumns)
{
  auto const m = machine::read(data + "eight_gpus.xml");
  for (int const columns : {80, 40}) {
    std::istringstream drawn{draw(machine_tree(m), {.columns = columns})};
    int gpus = 0;
    for (std::string line; std::getline(drawn, line);) {
      EXPECT_LE(columns_of(line), static_cast<std::size_t>(columns)) << line;
      gpus += line.find(": NVIDIA") != line.npos;
    }
    EXPECT_EQ(gpus, 8);
  }
}

TEST(MachineTree, OfAClusterPutsEqualNodesOnALine)
{
  auto m               = machine::identical(5);
  m.resources[4].speed = 2;
  EXPECT_EQ(draw(machine_tree(m), {}),
            "identical 5: 5 cores\n"
            "├─ p0 .. p3: 4 nodes of speed 1\n"
            "├─ p4: 1 node of speed 2\n"
            "└─ links: no limit\n");
}

TEST(MachineTree, ShowsAllThatIsKnown)
{
  auto m                                     = machine::read(data + "eight_gpus.json");
  m.caches                                   = {{2, 1 << 20, {0, 1}}, {2, 1 << 20, {2, 3}}};
  m.resources[0].os_index                    = 0;
  m.resources[1].os_index                    = 2;
  m.resources[2].os_index                    = 5;
  m.resources[3].os_index                    = 6;
  m.disks                                    = {{"sda", 1e12, 5e8, 4e8}, {"/scratch", 0, 1e9, 1e9}};
  m.networks                                 = {{"eth0", 1.25e9}, {"eth1"}};
  m.cpu_limit                                = 1.5;
  m.memory_limit_bytes                       = 1 << 30;
  m.gpus[0].copy_engines                     = 1;
  m.gpus[0].compute_capability               = 90;
  m.gpus[0].to_device_bytes_per_second       = 5e10;
  m.gpus[0].from_device_bytes_per_second     = 4e10;
  m.gpus[7].numa_node                        = -1;
  m.links.pair_bandwidth_bytes_per_second[1] = 1e10;
  auto const drawn                           = draw(machine_tree(m), {.columns = 1000});
  for (auto const* part :
       {"left: 512 GiB, 200 GB/s",
        "left.core0 .. left.core3: 4 cores, units 0 .. 6, L2 1 MiB for 2 cores each",
        "r1: speed 0.5",
        "g0: A, speed 20, 74.5 GiB, 2 TB/s, sm_90, 1 copy engine, 50 GB/s in, 40 "
        "GB/s out",
        "─ g7: B, speed 50, 130 GiB", "disk sda: 931 GiB, read 500 MB/s, write 400 MB/s",
        "disk /scratch: read 1 GB/s", "network eth0: 1.25 GB/s", "network eth1\n",
        "links: 20 GB/s, 0.1 us", "left to right: 10 GB/s, 0.1 us",
        "limits of this process: CPU time of 1.5 cores, 1 GiB of memory"}) {
    EXPECT_THAT(drawn, HasSubstr(part));
  }
}

TEST(MachineTree, SaysWhereABandwidthIsMissing)
{
  auto m                             = machine::identical(2);
  m.links.bandwidth_bytes_per_second = link_model::unset;
  EXPECT_THAT(draw(machine_tree(m), {}), HasSubstr("links: bandwidth not set"));
}

TEST(TextTree, GoesOnInTheNextLine)
{
  text_tree const tree{
    "root", {{"one two three four five six seven", {{"below"}}}, {"aa bb cc dd ee ff gg hh"}}};
  EXPECT_EQ(draw(tree, {.columns = 24}),
            "root\n"
            "├─ one two three four\n"
            "│  │ five six seven\n"
            "│  └─ below\n"
            "└─ aa bb cc dd ee ff gg\n"
            "     hh\n");
}

TEST(Quantities, HaveUnits)
{
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(1000.0 * (1 << 20)), "1000 MiB");
  EXPECT_EQ(rate_text(12.34e9), "12.3 GB/s");
  EXPECT_EQ(seconds_text(1e-7), "0.1 us");
  EXPECT_EQ(seconds_text(0.25), "250 ms");
  EXPECT_EQ(seconds_text(2), "2 s");
}

}  // namespace
}  // namespace heddle
