#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace heddle {
namespace {

using ::testing::ElementsAre;

/// Two nodes, the first with two cores and the second with one, and a GPU at the second.
machine two_nodes_and_a_gpu()
{
  machine m;
  m.name         = "test";
  m.memory_nodes = {{"a"}, {"b"}, {"g"}};
  m.resources    = {{.id = "a0", .speed = 1, .memory_node = 0, .os_index = 0},
                    {.id = "a1", .speed = 1, .memory_node = 0, .os_index = 1},
                    {.id = "b0", .speed = 2, .memory_node = 1, .os_index = 2},
                    {.id = "gpu", .kind = resource_kind::gpu, .speed = 8, .memory_node = 2}};
  m.gpus         = {{.name = "card", .resource = 3, .numa_node = 1}};
  m.links.pair_bandwidth_bytes_per_second = {0, 1, 2, 3, 0, 4, 5, 6, 0};
  return m;
}

std::vector<std::string> ids(machine const& m)
{
  std::vector<std::string> all;
  for (auto const& r : m.resources) all.push_back(r.id);
  return all;
}

TEST(MachineVariants, TakeTheFirstNodes)
{
  auto const m = two_nodes_and_a_gpu().with_nodes(1);
  EXPECT_THAT(ids(m), ElementsAre("a0", "a1", "gpu"));
  EXPECT_EQ(m.resources[2].memory_node, 1);
  EXPECT_THAT(m.links.pair_bandwidth_bytes_per_second, ElementsAre(0, 2, 5, 0));
  ASSERT_EQ(m.gpus.size(), 1U);
  EXPECT_EQ(m.gpus[0].resource, 2);
  EXPECT_EQ(m.gpus[0].numa_node, -1);
}

TEST(MachineVariants, CopyNodesUnderNewIds)
{
  auto const m = two_nodes_and_a_gpu().with_nodes(3);
  EXPECT_THAT(ids(m), ElementsAre("a0", "a1", "b0", "a0#2", "a1#2", "gpu"));
  EXPECT_EQ(m.memory_nodes[2].id, "a#2");
  EXPECT_EQ(m.resources[3].os_index, -1);
  EXPECT_EQ(m.gpus[0].resource, 5);
  EXPECT_EQ(m.gpus[0].numa_node, 1);
  constexpr double mean = (1 + 2 + 3 + 4 + 5 + 6) / 6.0;
  EXPECT_THAT(m.links.pair_bandwidth_bytes_per_second, ElementsAre(0, 1, mean, 2,  //
                                                                   3, 0, 3, 4,     //
                                                                   mean, 1, 0, 2,  //
                                                                   5, 6, 5, 0));
}

TEST(MachineVariants, AddAndLeaveOutGpus)
{
  EXPECT_THAT(ids(two_nodes_and_a_gpu().with_gpus(0)), ElementsAre("a0", "a1", "b0"));
  auto const m = two_nodes_and_a_gpu().with_gpus(2);
  EXPECT_THAT(ids(m), ElementsAre("a0", "a1", "b0", "gpu", "gpu#2"));
  ASSERT_EQ(m.gpus.size(), 2U);
  EXPECT_EQ(m.gpus[1].resource, 4);
}

TEST(MachineVariants, ChangeAllLinks)
{
  auto const m = two_nodes_and_a_gpu().with_bandwidth(7);
  EXPECT_EQ(m.transfer_seconds(14, 0, 2), 2);
}

TEST(MachineVariants, RefuseWhatCannotBe)
{
  auto m = two_nodes_and_a_gpu();
  EXPECT_THROW((void)m.with_nodes(0), input_error);
  EXPECT_THROW((void)m.with_gpus(-1), input_error);
  EXPECT_THROW((void)m.with_bandwidth(0), input_error);
  EXPECT_THROW((void)m.with_bandwidth(std::numeric_limits<double>::quiet_NaN()), input_error);
  EXPECT_THROW((void)machine::identical(2).with_gpus(1), input_error);
  m.resources[3].memory_node = 1;
  EXPECT_THROW((void)m.with_gpus(0), input_error);
}

}  // namespace
}  // namespace heddle
