#include "src/topology/measure_device.hpp"
#include "src/topology/measure_disk.hpp"
#include "src/topology/measure_memory.hpp"
#include "tests/topology/environment.hpp"

#include <heddle/base/error.hpp>
#include <heddle/topology/measure.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace heddle {
namespace {

/// Positive, and less than any machine has.
void expect_plausible(double bytes_per_second)
{
  EXPECT_GT(bytes_per_second, 1e3);
  EXPECT_LT(bytes_per_second, 1e15);
}

TEST(MeasureMemory, TriadIsPositive)
{
  expect_plausible(triad_bytes_per_second({-1}, 3u << 20));
  expect_plausible(triad_bytes_per_second({-1, 0}, 3u << 20));
  expect_plausible(triad_bytes_per_second({100'000}, 1));
}

TEST(MeasureMemory, PathIsPositive)
{
  auto const path = measure_path(0, -1, 1u << 20);
  expect_plausible(path.bytes_per_second);
  EXPECT_GT(path.latency_seconds, 0);
  EXPECT_LT(path.latency_seconds, 1e-3);
}

TEST(MeasureDisk, LeavesNothingBehind)
{
  test::scoped_folder const folder;
  auto const rates = measure_disk(folder.path(), 8u << 20);
  expect_plausible(rates.read_bytes_per_second);
  expect_plausible(rates.write_bytes_per_second);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(MeasureDisk, NamesTheFolderThatCannotBeWritten)
{
  try {
    static_cast<void>(measure_disk("/does/not/exist", 8u << 20));
    FAIL() << "no error";
  } catch (system_error const& e) {
    EXPECT_NE(std::string{e.what()}.find("/does/not/exist"), std::string::npos);
  }
  EXPECT_EQ(disk_of("/does/not/exist"), "");
  EXPECT_EQ(disk_of("/proc"), "");
}

TEST(MeasureSlow, FillsInWhatIsMeasured)
{
  test::scoped_folder const folder;
  auto m = machine::discover();
  measure_bandwidths(m, folder.path());
  expect_plausible(m.memory_nodes.at(0).bandwidth_bytes_per_second);
  auto const measured = std::count_if(m.disks.begin(), m.disks.end(), [](disk_info const& disk) {
    return disk.read_bytes_per_second > 0 && disk.write_bytes_per_second > 0;
  });
  EXPECT_EQ(measured, 1);
  for (auto const& gpu : m.gpus) expect_plausible(gpu.to_device_bytes_per_second);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(MeasureSlow, PathsBetweenNumaNodesGetTheirOwnLinks)
{
  test::scoped_folder const folder;
  test::scoped_variable const synthetic{"HWLOC_SYNTHETIC", "numa:2 core:1 pu:1"};
  auto m = machine::discover();
  measure_bandwidths(m, folder.path());
  ASSERT_EQ(m.links.pair_bandwidth_bytes_per_second.size(), 4u);
  expect_plausible(m.links.pair_bandwidth_bytes_per_second[1]);
  EXPECT_GT(m.links.pair_latency_seconds[2], 0);
}

}  // namespace
}  // namespace heddle
