#include <heddle/topology/machine.hpp>

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace heddle {
namespace {

machine two_cores_and_a_gpu()
{
  machine m;
  m.resources                    = {{.id = "a", .os_index = 4, .core = 0},
                                    {.id = "b", .os_index = 5, .core = 1},
                                    {.id = "g", .kind = resource_kind::gpu, .memory_node = 1}};
  m.memory_nodes                 = {{"host"}, {"device"}};
  m.gpus.emplace_back().resource = 2;
  return m;
}

TEST(Identical, NodesAreFreeToReach)
{
  auto const m = machine::identical(3);
  ASSERT_EQ(m.resources.size(), 3u);
  ASSERT_EQ(m.memory_nodes.size(), 3u);
  EXPECT_EQ(m.resources[2].speed, 1);
  EXPECT_EQ(m.resources[2].memory_node, 2);
  EXPECT_EQ(m.resources[2].os_index, -1);
  EXPECT_EQ(m.least_task_seconds, 0);
  EXPECT_EQ(m.transfer_seconds(1e12, 0, 2), 0);
}

TEST(Identical, RefusesCountsOutOfRange)
{
  EXPECT_THROW(static_cast<void>(machine::identical(0)), input_error);
  EXPECT_THROW(static_cast<void>(machine::identical(100'001)), input_error);
  EXPECT_EQ(machine::identical(100'000).resources.size(), 100'000u);
}

TEST(WithCpus, KeepsTheFirstOnesAndAllGpus)
{
  auto const m = two_cores_and_a_gpu().with_cpus(1);
  ASSERT_EQ(m.resources.size(), 2u);
  EXPECT_EQ(m.resources[0].id, "a");
  EXPECT_EQ(m.resources[1].id, "g");
  EXPECT_EQ(m.gpus[0].resource, 1);
}

TEST(WithCpus, UsesCoresAgainUnderNewIds)
{
  auto const m = two_cores_and_a_gpu().with_cpus(3).with_cpus(7);
  ASSERT_EQ(m.resources.size(), 8u);
  std::set<std::string> ids;
  for (auto const& r : m.resources) ids.insert(r.id);
  EXPECT_EQ(ids.size(), 8u);
  EXPECT_EQ(m.resources[2].os_index, 4);  // a again
  EXPECT_EQ(m.resources[2].core, 0);
  EXPECT_EQ(m.resources[7].id, "g");
  EXPECT_EQ(m.gpus[0].resource, 7);
}

TEST(WithCpus, RefusesWhatCannotBe)
{
  EXPECT_THROW(static_cast<void>(two_cores_and_a_gpu().with_cpus(0)), invalid_argument);
  EXPECT_THROW(static_cast<void>(machine{}.with_cpus(1)), invalid_argument);
}

TEST(TransferSeconds, IsLatencyAndBytesByBandwidth)
{
  auto m                             = two_cores_and_a_gpu();
  m.links.bandwidth_bytes_per_second = 4;
  m.links.latency_seconds            = 0.5;
  EXPECT_EQ(m.transfer_seconds(8, 0, 1), 2.5);
  EXPECT_EQ(m.transfer_seconds(0, 0, 1), 0);
  EXPECT_EQ(m.transfer_seconds(8, 1, 1), 0);
}

TEST(TransferSeconds, TakesThePairsOwnValues)
{
  auto m                                  = two_cores_and_a_gpu();
  m.links.pair_bandwidth_bytes_per_second = {1, 2, 8, 1};
  m.links.pair_latency_seconds            = {0, 1, 3, 0};
  EXPECT_EQ(m.transfer_seconds(8, 0, 1), 5);
  EXPECT_EQ(m.transfer_seconds(8, 1, 0), 4);
  EXPECT_EQ(m.transfer_seconds(8, 1, 1), 0);
}

TEST(TransferSeconds, IsUnknownWhileTheBandwidthIs)
{
  auto m                             = two_cores_and_a_gpu();
  m.links.bandwidth_bytes_per_second = link_model::unset;
  EXPECT_TRUE(std::isnan(m.transfer_seconds(1, 0, 1)));
  EXPECT_EQ(m.transfer_seconds(0, 0, 1), 0);
}

}  // namespace
}  // namespace heddle
