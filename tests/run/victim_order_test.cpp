#include "src/run/victim_order.hpp"

#include "tests/topology/environment.hpp"

#include <heddle/run/executor.hpp>

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

namespace heddle::detail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<victim_order> orders_of_all(machine const& m)
{
  std::vector<std::size_t> cpus(m.resources.size());
  std::iota(cpus.begin(), cpus.end(), std::size_t{0});
  return victim_orders(m, cpus);
}

machine hwloc_makes_up(char const* description)
{
  test::scoped_variable const synthetic{"HWLOC_SYNTHETIC", description};
  test::scoped_variable const no_xml{"HWLOC_XMLFILE", nullptr};
  test::scoped_variable const no_slurm{"SLURM_CPUS_PER_TASK", nullptr};
  return machine::discover();
}

TEST(VictimOrder, GoesFromCoreToCacheToMemoryNodeToPackageToTheRest)
{
  machine m;
  auto const add = [&m](int core, int node, int package) {
    m.resources.push_back({.id = {}, .memory_node = node, .package = package, .core = core});
  };
  add(0, 0, 0);
  add(0, 0, 0);  // the same core
  add(1, 0, 0);  // the same L2
  add(2, 0, 0);  // the same L3
  add(3, 0, 0);  // the same memory node
  add(4, 1, 0);  // the same package
  add(5, 2, 1);
  m.caches          = {{3, 1e6, {0, 1, 2}}, {2, 1e5, {0, 1}}, {1, 1e4, {0}}};
  auto const orders = orders_of_all(m);
  ASSERT_THAT(orders, SizeIs(7));
  EXPECT_THAT(orders[0], ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3), ElementsAre(4),
                                     ElementsAre(5), ElementsAre(6)));
  EXPECT_THAT(orders[2], ElementsAre(ElementsAre(0, 1), ElementsAre(3), ElementsAre(4),
                                     ElementsAre(5), ElementsAre(6)));
  EXPECT_THAT(orders[6], ElementsAre(ElementsAre(0, 1, 2, 3, 4, 5)));
}

TEST(VictimOrder, IsThatOfTwoPackagesWithTwoCachesEach)
{
  auto const orders = orders_of_all(hwloc_makes_up("pack:2 numa:1 l3:2 core:2 pu:2"));
  ASSERT_THAT(orders, SizeIs(8));
  EXPECT_THAT(orders[0], ElementsAre(ElementsAre(1), ElementsAre(2, 3), ElementsAre(4, 5, 6, 7)));
  EXPECT_THAT(orders[6], ElementsAre(ElementsAre(7), ElementsAre(4, 5), ElementsAre(0, 1, 2, 3)));
}

TEST(VictimOrder, TakesThreadsOfOneCoreForSiblings)
{
  auto const m = hwloc_makes_up("pack:2 numa:1 l3:1 core:2 pu:2").with_cpus(8);
  EXPECT_THAT(orders_of_all(m).at(1),
              ElementsAre(ElementsAre(5), ElementsAre(0, 4), ElementsAre(2, 3, 6, 7)));
}

TEST(VictimOrder, NumbersThreadsNotCpus)
{
  auto const m = hwloc_makes_up("pack:2 numa:1 l3:1 core:4 pu:1");
  EXPECT_THAT(victim_orders(m, {1, 3, 4, 7}).at(2), ElementsAre(ElementsAre(3), ElementsAre(0, 1)));
}

TEST(VictimOrder, IsEmptyWhereAllAreEquallyFar)
{
  EXPECT_THAT(orders_of_all(hwloc_makes_up("pack:1 numa:1 l3:1 core:8 pu:1")), IsEmpty());
  EXPECT_THAT(orders_of_all(machine::identical(5)), IsEmpty());
  EXPECT_THAT(victim_orders(machine{}, {}), IsEmpty());
}

}  // namespace
}  // namespace heddle::detail
