#include <heddle/plan/schedule.hpp>

#include "tests/support/small_workflows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace heddle {
namespace {

std::string hash_of(workflow const& w)
{
  return fingerprint(w, test::slow_and_fast());
}

std::string hash_of(machine const& m)
{
  return fingerprint(test::five_tasks(), m);
}

TEST(Fingerprint, IsSixteenHexDigitsAndRepeatable)
{
  EXPECT_THAT(hash_of(test::five_tasks()), ::testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(hash_of(test::five_tasks()), hash_of(test::five_tasks()));
}

TEST(Fingerprint, IgnoresTheOrderOfEdges)
{
  EXPECT_EQ(hash_of(test::make_workflow({1, 1, 1}, {{0, 1, 2}, {0, 2, 3}})),
            hash_of(test::make_workflow({1, 1, 1}, {{0, 2, 3}, {0, 1, 1}, {0, 1, 1}})));
}

TEST(Fingerprint, DependsOnEverythingASchedulerReads)
{
  std::set<std::string> hashes{hash_of(test::five_tasks())};
  auto const expect_new = [&](std::string const& hash) { EXPECT_TRUE(hashes.insert(hash).second); };
  auto const with       = [](auto change) {
    auto w = test::five_tasks();
    change(w);
    return hash_of(w);
  };
  expect_new(with([](workflow& w) { w.at(3).name = "other"; }));
  expect_new(with([](workflow& w) { w.at(3).cpu_seconds = 2.5; }));
  expect_new(with([](workflow& w) { w.at(3).gpu_seconds = 1; }));
  expect_new(with([](workflow& w) { w.at(3).declare().analytic = work{1, 2}; }));
  expect_new(with([](workflow& w) { w.at(3).declare().needs.cores = 2; }));
  expect_new(with([](workflow& w) { w.at(3).declare().needs.memory_bytes = 2; }));
  expect_new(with([](workflow& w) { w.at(3).declare().needs.device_memory_bytes = 2; }));
  expect_new(with([](workflow& w) { w.at(3).declare().needs.gpus = 2; }));
  expect_new(with([](workflow& w) { w.at(3).declare().release_seconds = 2; }));
  expect_new(with([](workflow& w) { w.at(3).declare().place = "n1"; }));
  expect_new(with([](workflow& w) { w.at(2).declare().place = "n1"; }));
  expect_new(with([](workflow& w) { w.add_edge({1, 2, 0}); }));
  expect_new(with([](workflow& w) { w.add_edge({0, 1, 1}); }));
  expect_new(with([](workflow& w) { w.add_task({"more"}); }));
  auto const on = [](auto change) {
    auto m = test::slow_and_fast();
    change(m);
    return hash_of(m);
  };
  expect_new(on([](machine& m) { m.resources[0].id = "other"; }));
  expect_new(on([](machine& m) { m.resources[0].speed = 1.5; }));
  expect_new(on([](machine& m) { m.resources[0].memory_node = 1; }));
  expect_new(on([](machine& m) { m.resources[0].kind = resource_kind::gpu; }));
  expect_new(on([](machine& m) { m.memory_nodes[0].id = "other"; }));
  expect_new(on([](machine& m) { m.memory_nodes[0].host = 0; }));
  expect_new(on([](machine& m) { m.resources.push_back(m.resources[0]); }));
  expect_new(on([](machine& m) { m.links.bandwidth_bytes_per_second = 2; }));
  expect_new(on([](machine& m) { m.links.latency_seconds = 2; }));
  expect_new(on([](machine& m) { m.least_task_seconds = 0.001; }));
}

TEST(Fingerprint, DependsOnMemorySizesWhereTasksNeedMemory)
{
  auto w                       = test::five_tasks();
  auto m                       = test::slow_and_fast();
  auto const before            = fingerprint(w, m);
  m.memory_nodes[0].size_bytes = 1000;
  EXPECT_EQ(fingerprint(w, m), before);
  w.at(0).declare().needs.memory_bytes = 10;
  auto const needed                    = fingerprint(w, m);
  m.memory_nodes[0].size_bytes         = 2000;
  EXPECT_NE(fingerprint(w, m), needed);
}

}  // namespace
}  // namespace heddle
