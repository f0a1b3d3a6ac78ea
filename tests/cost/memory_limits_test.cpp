#include <heddle/cost/memory_limits.hpp>

#include "tests/support/constrained_workflows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle {
namespace {

using test::two_hosts;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int none = memory_limits::no_account;

workflow with_memory(std::vector<std::size_t> const& bytes)
{
  auto w = test::make_workflow(std::vector<double>(bytes.size(), 1), {});
  for (std::size_t t = 0; t < bytes.size(); ++t) {
    w.at(static_cast<task_id>(t)).declare().needs.memory_bytes = bytes[t];
  }
  return w;
}

// Accounts 0 to 3 are the memory nodes of 100, 50, 200 and 80 bytes; account 4 is the host of the
// first two.
TEST(MemoryLimits, KeepAccountsOfNodesAndHosts)
{
  memory_limits const limits{with_memory({60, 60, 120, 0}), two_hosts()};
  EXPECT_THAT(limits.sizes(), ElementsAre(100, 50, 200, 80, 150));
  EXPECT_EQ(limits.bytes(0, 0), 60);
  EXPECT_EQ(limits.bytes(2, 3), 120);
  EXPECT_EQ(limits.bytes(0, 6), 0);  // on a GPU
  EXPECT_THAT(limits.accounts(60, 0), ElementsAre(0, 4));
  EXPECT_THAT(limits.accounts(60, 3), ElementsAre(2, none));
  EXPECT_THAT(limits.accounts(120, 0), ElementsAre(none, 4));
  EXPECT_THAT(limits.accounts(0, 0), ElementsAre(none, none));
}

TEST(MemoryLimits, CountMemoryOfADevice)
{
  auto w                                      = with_memory({60, 60});
  w.at(0).declare().needs.device_memory_bytes = 70;
  memory_limits const limits{w, two_hosts()};
  EXPECT_EQ(limits.bytes(0, 6), 70);
  EXPECT_EQ(limits.bytes(1, 6), 0);
  EXPECT_THAT(limits.accounts(70, 6), ElementsAre(3, none));
}

// Two CPUs share 100 bytes, three 200, and one 50 with the two a host of 150.
TEST(MemoryLimits, AreNoneIfMemoryCannotRunOut)
{
  EXPECT_TRUE((memory_limits{with_memory({50, 50, 50, 50}), two_hosts()}.empty()));
  EXPECT_FALSE((memory_limits{with_memory({50, 51, 50, 50}), two_hosts()}.empty()));
  EXPECT_TRUE((memory_limits{with_memory({150}), two_hosts()}.empty()));
  EXPECT_FALSE((memory_limits{with_memory({140, 20}), two_hosts()}.empty()));
  EXPECT_TRUE((memory_limits{with_memory({0, 0}), two_hosts()}.empty()));
  EXPECT_TRUE((memory_limits{with_memory({500, 500}), test::make_nodes({1, 1})}.empty()));
}

// 95 + 15 bytes are more than 100; that the former would take 107 of a GPU does not matter.
TEST(MemoryLimits, OfCpusAreApartFromThoseOfDevices)
{
  auto w                                      = with_memory({95, 15});
  w.at(0).declare().needs.device_memory_bytes = 107;
  EXPECT_FALSE((memory_limits{w, two_hosts()}.empty()));
}

}  // namespace
}  // namespace heddle
