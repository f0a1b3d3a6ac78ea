// Where tasks may run: cores, memory, places; and what is said where they may not.

#include "tests/support/constrained_workflows.hpp"
#include "tests/support/message_of.hpp"

#include <heddle/base/error.hpp>
#include <heddle/cost/cost_model.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace heddle {
namespace {

using test::two_hosts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

workflow one_task(std::function<void(task_info&)> const& declare)
{
  auto w = test::make_workflow({1}, {});
  declare(w.at(0));
  return w;
}

/// The resources on which the task can run.
std::vector<int> places(machine const& m, std::function<void(task_info&)> const& declare)
{
  cost_model const costs{one_task(declare), m};
  std::vector<int> found;
  for (int r = 0; r < costs.num_resources(); ++r) {
    if (std::isfinite(costs.execution_seconds(0, r))) found.push_back(r);
  }
  return found;
}

std::string error_of(machine const& m, std::function<void(task_info&)> const& declare)
{
  return test::message_of_call([&] { cost_model const costs{one_task(declare), m}; });
}

auto cores(int count)
{
  return [count](task_info& t) { t.declare().needs.cores = count; };
}
auto memory(std::size_t bytes)
{
  return [bytes](task_info& t) { t.declare().needs.memory_bytes = bytes; };
}
auto place(std::string id)
{
  return [id = std::move(id)](task_info& t) { t.declare().place = id; };
}

TEST(Constraints, ThatAreNoneLeaveThePlainModel)
{
  cost_model const costs{one_task([](task_info&) {}), two_hosts()};
  EXPECT_TRUE(costs.is_plain());
  EXPECT_FALSE(costs.has_wide_tasks());
  EXPECT_EQ(costs.cores(0), 1);
  EXPECT_EQ(costs.release_seconds(0), 0);
  EXPECT_EQ(costs.free_from_seconds(3), 0);
  EXPECT_TRUE(costs.located_arrivals(0).empty());
  EXPECT_THAT(places(two_hosts(), [](task_info&) {}), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Constraints, OfSingleResourcesArePlain)
{
  EXPECT_TRUE((cost_model{one_task(place("c1")), two_hosts()}.is_plain()));
  EXPECT_TRUE((cost_model{one_task(memory(150)), two_hosts()}.is_plain()));
  EXPECT_FALSE((cost_model{one_task(cores(2)), two_hosts()}.is_plain()));
  auto const released = [](task_info& t) { t.declare().release_seconds = 1; };
  EXPECT_FALSE((cost_model{one_task(released), two_hosts()}.is_plain()));
}

TEST(Constraints, CoresAreOfOneMemoryNodeWhereOneOfTheHostHasSoMany)
{
  EXPECT_THAT(places(two_hosts(), cores(2)), ElementsAre(0, 1, 3, 4, 5));
  EXPECT_THAT(places(two_hosts(), cores(3)), ElementsAre(0, 1, 2, 3, 4, 5));
  cost_model const two{one_task(cores(2)), two_hosts()};
  EXPECT_EQ(two.cores(0), 2);
  EXPECT_THAT(two.cores_around(0, 1), ElementsAre(0, 1));
  EXPECT_THAT(two.cores_around(0, 4), ElementsAre(3, 4, 5));
  cost_model const three{one_task(cores(3)), two_hosts()};
  EXPECT_THAT(three.cores_around(0, 1), ElementsAre(0, 1, 2));
  EXPECT_THAT(three.cores_around(0, 4), ElementsAre(3, 4, 5));
}

TEST(Constraints, NodesOfAClusterAreHostsOfTheirOwn)
{
  auto const m = test::make_nodes({1, 1});
  EXPECT_THAT(error_of(m, cores(2)), HasSubstr("2 CPUs (\"n0\", \"n1\"): it needs 2 cores, the "
                                               "largest node has 1; it has no GPUs"));
  EXPECT_THAT(places(machine::identical(3), cores(2)), ElementsAre(0, 1, 2));
}

TEST(Constraints, TheFirstCoreIsTheSlowest)
{
  auto m                  = two_hosts();
  m.resources[4].speed    = 2;
  m.resources[5].speed    = 4;
  auto const first_of_two = places(m, [](task_info& t) {
    cores(2)(t);
    place("big")(t);
  });
  EXPECT_THAT(first_of_two, ElementsAre(3, 4));
  cost_model const costs{one_task(cores(2)), m};
  EXPECT_EQ(costs.execution_seconds(0, 4), 0.5);
}

TEST(Constraints, ATaskOnAGpuTakesThatAlone)
{
  auto const declare = [](task_info& t) {
    cores(8)(t);
    t.gpu_seconds = 1;
  };
  EXPECT_THAT(places(two_hosts(), declare), ElementsAre(6));
  EXPECT_TRUE((cost_model{one_task(declare), two_hosts()}.is_plain()));
}

TEST(Constraints, MemoryIsThatOfTheNodeWhereOneOfTheHostHasSoMuch)
{
  EXPECT_THAT(places(two_hosts(), memory(50)), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(places(two_hosts(), memory(51)), ElementsAre(0, 1, 3, 4, 5));
  EXPECT_THAT(places(two_hosts(), memory(101)), ElementsAre(0, 1, 2, 3, 4, 5));  // of the host
  EXPECT_THAT(places(two_hosts(), memory(151)), ElementsAre(3, 4, 5));
  auto m                       = two_hosts();
  m.memory_nodes[1].size_bytes = 0;  // unknown
  EXPECT_THAT(places(m, memory(1000)), ElementsAre(2));
}

TEST(Constraints, DeviceMemoryIsThatOfTheGpu)
{
  auto const declare = [](std::size_t bytes) {
    return [bytes](task_info& t) {
      t.gpu_seconds                         = 1;
      t.declare().needs.device_memory_bytes = bytes;
    };
  };
  EXPECT_THAT(places(two_hosts(), declare(80)), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(places(two_hosts(), declare(81)), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Constraints, APlaceIsAResourceOrAMemoryNode)
{
  EXPECT_THAT(places(two_hosts(), place("c4")), ElementsAre(4));
  EXPECT_THAT(places(two_hosts(), place("big")), ElementsAre(3, 4, 5));
  auto const three_in = [](char const* node) {
    return [node](task_info& t) {
      cores(3)(t);
      place(node)(t);
    };
  };
  EXPECT_THAT(places(two_hosts(), three_in("big")), ElementsAre(3, 4, 5));
  EXPECT_THAT(error_of(two_hosts(), three_in("numa0")),
              HasSubstr("it needs 3 cores, the largest node has 2"));
}

TEST(Constraints, AreIgnoredByEvaluationPlatformsAsFarAsNeedsGo)
{
  auto m               = test::make_nodes({1, 1});
  m.least_task_seconds = 0.001;
  EXPECT_THAT(places(m, cores(64)), ElementsAre(0, 1));
  EXPECT_THAT(places(m, [](task_info& t) { t.declare().needs.gpus = 2; }), ElementsAre(0, 1));
  m.memory_nodes[0].size_bytes = 10;
  EXPECT_THAT(places(m, memory(100)), ElementsAre(0, 1));
  EXPECT_THAT(places(m, place("n1")), ElementsAre(1));
}

TEST(Constraints, SayWhatIsMissing)
{
  struct infeasible {
    std::function<void(task_info&)> declare;
    std::string message;
  };
  infeasible const cases[] = {
    {cores(4),
     "task \"t0\" can run on no resource of machine \"hosts\": 6 CPUs (\"c0\", ..., \"c5\"): it "
     "needs "
     "4 cores, the largest node has 3; GPU \"gpu\": it declares no GPU seconds"},
    {memory(3000), "it needs 2.93 KiB of memory, the largest has 200 B; GPU"},
    {[](task_info& t) { t.declare().needs.gpus = 2; },
     "task \"t0\" needs 2 GPUs; machine \"hosts\" has 1"},
    {place("elsewhere"),
     "task \"t0\": its place \"elsewhere\" is no resource or memory node of machine \"hosts\""},
    {place("gpu"),
     "6 CPUs (\"c0\", ..., \"c5\"): not at its place \"gpu\"; GPU \"gpu\": it declares no"},
    {[](task_info& t) {
       place("c1")(t);
       memory(151)(t);
     },
     "5 CPUs (\"c0\", ..., \"c5\"): not at its place \"c1\"; CPU \"c1\": it needs 151 B of memory"},
    {[](task_info& t) {
       cores(2)(t);
       place("c1")(t);
     },
     "needs 2 cores, but its place \"c1\" is one: name the memory node \"numa0\""},
    {[](task_info& t) {
       t.cpu_seconds                         = task_info::unknown_seconds;
       t.gpu_seconds                         = 1;
       t.declare().needs.device_memory_bytes = 81;
     },
     "it declares seconds on GPUs only; GPU \"gpu\": it needs 81 B of device memory, the largest "
     "has "
     "80 B"},
    {[](task_info& t) { t.declare().gpu = [](stream_ref, body_arguments const&) {}; },
     "its body is for GPUs only; GPU \"gpu\": declare its GPU seconds"},
    {[](task_info& t) {
       t.declare().cpu = [](body_arguments const&) {};
       place("gpu")(t);
     },
     "GPU \"gpu\": its body is for CPUs only"},
  };
  for (auto const& [declare, message] : cases) {
    EXPECT_THAT(error_of(two_hosts(), declare), HasSubstr(message));
  }
}

TEST(Constraints, SayBytesExactlyWhereRoundedOnesAreEqual)
{
  auto m                       = test::make_nodes({1});
  m.memory_nodes[0].size_bytes = 64e9;
  EXPECT_THAT(error_of(m, memory(64000000001)),
              HasSubstr("it needs 64000000001 bytes of memory, the largest has 64000000000 bytes"));
}

TEST(Constraints, OfATaskForGpusNeedOne)
{
  EXPECT_THAT(error_of(test::make_nodes({1, 1}),
                       [](task_info& t) {
                         t.cpu_seconds = task_info::unknown_seconds;
                         t.gpu_seconds = 1;
                       }),
              HasSubstr("2 CPUs (\"n0\", \"n1\"): it declares seconds on GPUs only; it has no "
                        "GPUs"));
}

}  // namespace
}  // namespace heddle
