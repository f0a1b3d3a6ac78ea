#include "tests/topology/same_machine.hpp"

#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace heddle {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string const eight_gpus = HEDDLE_SOURCE_DIR "/tests/topology/data/eight_gpus.xml";

std::string content(std::string const& path)
{
  std::ostringstream result;
  result << std::ifstream{path}.rdbuf();
  return result.str();
}

std::string complaint(std::string const& text)
{
  try {
    static_cast<void>(machine::read_text(text, "t.xml"));
  } catch (input_error const& e) {
    return e.what();
  }
  return "no input_error";
}

TEST(HwlocXml, WithEightGpusIsReadWhole)
{
  auto const m = machine::read(eight_gpus);
  EXPECT_EQ(m.name, "node-8gpu");
  ASSERT_EQ(m.resources.size(), 16u);
  EXPECT_EQ(m.resources[5].os_index, 5);
  EXPECT_EQ(m.resources[5].package, 1);
  ASSERT_EQ(m.gpus.size(), 8u);
  ASSERT_EQ(m.memory_nodes.size(), 10u);
  EXPECT_EQ(m.memory_nodes[0].size_bytes, 549755813888.0);
  EXPECT_EQ(m.memory_nodes[0].host, 0);
  for (std::size_t i = 0; i < 8; ++i) {
    auto const& gpu = m.gpus[i];
    EXPECT_EQ(gpu.name, "NVIDIA H100 80GB HBM3");
    EXPECT_EQ(gpu.numa_node, i < 4 ? 0 : 1);
    EXPECT_EQ(gpu.resource, static_cast<int>(8 + i));
    EXPECT_EQ(m.resources[8 + i].kind, resource_kind::gpu);
    EXPECT_EQ(m.resources[8 + i].memory_node, static_cast<int>(2 + i));
    EXPECT_EQ(m.resources[8 + i].os_index,
              i < 7 ? static_cast<int>(i) : -1);  // CUDA does not see the last
  }
  EXPECT_EQ(m.gpus[0].memory_bytes, 83295872.0 * 1024);
  EXPECT_EQ(m.gpus[0].multiprocessors, 132);
  EXPECT_EQ(m.gpus[0].pci_bus_id, "0000:1b:00.0");
  EXPECT_EQ(m.gpus[7].pci_bus_id, "0000:df:00.0");
}

TEST(HwlocXml, HasDisksNetworksAndCaches)
{
  auto const m = machine::read(eight_gpus);
  ASSERT_EQ(m.disks.size(), 1u);
  EXPECT_EQ(m.disks[0].name, "nvme0n1");
  EXPECT_EQ(m.disks[0].size_bytes, 3750738264.0 * 1024);
  ASSERT_EQ(m.networks.size(), 2u);
  ASSERT_EQ(m.caches.size(), 2u);
  EXPECT_EQ(m.caches[1].level, 3);
  EXPECT_EQ(m.caches[1].cores, (std::vector<int>{4, 5, 6, 7}));
  test::expect_round_trip(m);
}

TEST(HwlocXml, LinksToGpusAreSlowerThanBetweenNumaNodes)
{
  auto const m = machine::read(eight_gpus);
  EXPECT_GT(m.transfer_seconds(1e9, 0, 2), m.transfer_seconds(1e9, 0, 1));
  EXPECT_EQ(m.transfer_seconds(16e9, 2, 1), 1 + 1e-5);
  EXPECT_EQ(m.transfer_seconds(20e9, 1, 0), 1 + 1e-7);
}

TEST(HwlocXml, CutOrForeignIsRefused)
{
  auto const whole = content(eight_gpus);
  EXPECT_THAT(complaint(whole.substr(0, whole.size() / 2)),
              StartsWith("t.xml: the XML ends too early"));
  EXPECT_THAT(complaint("<"), StartsWith("t.xml: "));
  EXPECT_THAT(complaint("<svg></svg>"), StartsWith("t.xml: hwloc cannot read it"));
}

TEST(HwlocXml, ThatAbusesTheParserIsRefused)
{
  std::string deep = "<topology>";
  for (int i = 0; i < 100'000; ++i) deep += "<object type=\"Group\">";
  EXPECT_THAT(complaint(deep), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(complaint("<!DOCTYPE t [<!ENTITY a \"b\">]><topology/>"), HasSubstr("entities"));
}

}  // namespace
}  // namespace heddle
