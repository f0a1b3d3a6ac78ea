// Machines that are busy when a plan begins, and inputs that lie somewhere then.

#include "tests/support/message_of.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/base/error.hpp>
#include <heddle/cost/cost_model.hpp>
#include <heddle/data/buffer.hpp>
#include <heddle/workflow/builders.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace heddle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Two tasks that read a file of 10 bytes; the second one also one of 4.
workflow two_readers()
{
  auto w          = test::make_workflow({1, 1, 1}, {});
  auto const ten  = w.add_file({"ten", 10});
  auto const four = w.add_file({"four", 4});
  w.at(0).inputs  = {ten};
  w.at(1).inputs  = {ten, four};
  return w;
}

TEST(MachineState, OfAnIdleMachineIsPlain)
{
  machine_state const idle{{0, 0}, {}, {}};
  EXPECT_TRUE((cost_model{two_readers(), test::make_nodes({1, 1}), idle}.is_plain()));
}

TEST(MachineState, SaysFromWhenResourcesAreFree)
{
  cost_model const costs{two_readers(), test::make_nodes({1, 1}), {{0, 3}, {}, {}}};
  EXPECT_FALSE(costs.is_plain());
  EXPECT_EQ(costs.free_from_seconds(0), 0);
  EXPECT_EQ(costs.free_from_seconds(1), 3);
}

TEST(MachineState, TakesResourcesAwayForEver)
{
  cost_model const costs{two_readers(), test::make_nodes({1, 1}), {{infinite, 3}, {}, {}}};
  EXPECT_TRUE(std::isinf(costs.execution_seconds(0, 0)));
  EXPECT_EQ(costs.execution_seconds(0, 1), 1);
  EXPECT_THAT(test::message_of_call([] {
                cost_model{two_readers(), test::make_nodes({1, 1}), {{infinite, infinite}, {}, {}}};
              }),
              HasSubstr("2 CPUs (\"n0\", \"n1\"): never free"));
}

TEST(MachineState, CoresThatAreNeverFreeDoNotCount)
{
  auto w                        = test::make_workflow({1}, {});
  w.at(0).declare().needs.cores = 2;
  auto const m                  = machine::identical(3);
  cost_model const costs{w, m, {{0, infinite, 0}, {}, {}}};
  EXPECT_THAT(costs.cores_around(0, 0), ElementsAre(0, 2));
  EXPECT_THAT(test::message_of_call([&] {
                cost_model{w, m, {{0, infinite, infinite}, {}, {}}};
              }),
              HasSubstr("CPU \"p0\": it needs 2 cores, the largest node has 1; 2 CPUs (\"p1\", "
                        "\"p2\"): never free"));
}

// One byte a second: 10 s from node 0, but the copy in node 1 is there from 3 on.
TEST(MachineState, FilesComeFromTheCopyThatArrivesFirst)
{
  machine_state const began{{}, {{0, 0, 0}, {0, 1, 3}, {1, 2, 0}}, {}};
  cost_model const costs{two_readers(), test::make_nodes({1, 1, 1}, 1), began};
  EXPECT_FALSE(costs.is_plain());
  EXPECT_THAT(costs.located_arrivals(0), ElementsAre(0, 3, 10));
  EXPECT_THAT(costs.located_arrivals(1), ElementsAre(4, 4, 10));
  EXPECT_THAT(costs.located_arrivals(2), IsEmpty());
  EXPECT_THAT(costs.located_bytes(1), ElementsAre(10, 10, 4));
}

TEST(MachineState, ItemsLieThereUntilATaskWritesThem)
{
  buffer<int> x{2};
  workflow w{"w"};
  w.task("reads", read(x)).cost(1s);
  w.task("overwrites", write(x)).cost(1s);
  w.task("reads after", read(x)).cost(1s);
  machine_state const began{{}, {}, {{read(x).item.get(), 1, 2}}};
  cost_model const costs{w, test::make_nodes({1, 1}, 1), began};
  EXPECT_THAT(costs.located_arrivals(0), ElementsAre(10, 2));
  EXPECT_THAT(costs.located_arrivals(1), IsEmpty());
  EXPECT_THAT(costs.located_arrivals(2), IsEmpty());
}

TEST(MachineState, ThatContradictsTheMachineIsRefused)
{
  auto const error_of = [](machine_state const& began) {
    auto w          = two_readers();
    w.at(2).outputs = {w.add_file({"made", 1})};
    return test::message_of_call([&] { cost_model{w, test::make_nodes({1, 1}), began}; });
  };
  EXPECT_THAT(error_of({{1}, {}, {}}), HasSubstr("says when 1 resources are free; it has 2"));
  EXPECT_THAT(error_of({{0, -1}, {}, {}}), HasSubstr("\"n1\" is free from -1 s on"));
  EXPECT_THAT(error_of({{0, std::nan("")}, {}, {}}), HasSubstr("\"n1\" is free from nan s on"));
  EXPECT_THAT(error_of({{}, {{3, 0}}, {}}), HasSubstr("file 3 of 3"));
  EXPECT_THAT(error_of({{}, {{-1, 0}}, {}}), HasSubstr("file -1 of 3"));
  EXPECT_THAT(error_of({{}, {{0, 2}}, {}}), HasSubstr("\"ten\" lies in memory node 2 of 2"));
  EXPECT_THAT(error_of({{}, {{0, 0, -1}}, {}}), HasSubstr("\"ten\" is there from -1 s on"));
  EXPECT_THAT(error_of({{}, {{0, 0, infinite}}, {}}), HasSubstr("\"ten\" is there from inf s on"));
  EXPECT_THAT(error_of({{}, {{2, 0}}, {}}), HasSubstr("\"made\" cannot lie anywhere yet"));
  EXPECT_THAT(error_of({{}, {}, {{nullptr, 0}}}), HasSubstr("an item is null"));
}

}  // namespace
}  // namespace heddle
