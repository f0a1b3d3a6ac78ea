#include <heddle/cost/cost_model.hpp>

#include "tests/support/small_workflows.hpp"

#include <heddle/base/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace heddle {
namespace {

using ::testing::HasSubstr;

constexpr double unknown = task_info::unknown_seconds;

/// A CPU of speed 2 and a GPU of speed 4.
machine cpu_and_gpu()
{
  auto m              = test::make_nodes({2, 4}, 1);
  m.resources[1].kind = resource_kind::gpu;
  return m;
}

workflow one_task(std::function<void(task_info&)> const& declare)
{
  auto w = test::make_workflow({unknown}, {});
  declare(w.at(0));
  return w;
}

void set_cpu_body(task_info& t)
{
  t.declare().cpu = [](body_arguments const&) {};
}
void set_gpu_body(task_info& t)
{
  t.declare().gpu = [](stream_ref, body_arguments const&) {};
}

struct where_it_runs {
  bool cpu;
  bool gpu;
  friend bool operator==(where_it_runs, where_it_runs) = default;
};

where_it_runs on_cpu_and_gpu(std::function<void(task_info&)> const& declare)
{
  cost_model const costs{one_task(declare), cpu_and_gpu()};
  return {std::isfinite(costs.execution_seconds(0, 0)),
          std::isfinite(costs.execution_seconds(0, 1))};
}

TEST(CostModel, DividesSecondsBySpeed)
{
  cost_model const costs{one_task([](task_info& t) {
                           t.cpu_seconds = 6;
                           t.gpu_seconds = 2;
                         }),
                         cpu_and_gpu()};
  EXPECT_EQ(costs.num_tasks(), 1U);
  EXPECT_EQ(costs.num_resources(), 2);
  EXPECT_EQ(costs.num_memory_nodes(), 2);
  EXPECT_EQ(costs.execution_seconds(0, 0), 3);
  EXPECT_EQ(costs.execution_seconds(0, 1), 0.5);
  EXPECT_EQ(costs.mean_execution_seconds(0), 1.75);
}

TEST(CostModel, AveragesOverResourcesThatCanRunTheTask)
{
  cost_model const costs{test::make_workflow({6}, {}), cpu_and_gpu()};
  EXPECT_TRUE(std::isinf(costs.execution_seconds(0, 1)));
  EXPECT_EQ(costs.mean_execution_seconds(0), 3);
}

TEST(CostModel, KnowsWhereATaskCanRun)
{
  auto const seconds_of_gpu = [](task_info& t) { t.gpu_seconds = 1; };
  EXPECT_EQ(on_cpu_and_gpu([](task_info&) {}), (where_it_runs{true, false}));
  EXPECT_EQ(on_cpu_and_gpu(set_cpu_body), (where_it_runs{true, false}));
  EXPECT_EQ(on_cpu_and_gpu(seconds_of_gpu), (where_it_runs{false, true}));
  EXPECT_EQ(on_cpu_and_gpu([&](task_info& t) { seconds_of_gpu(t), t.cpu_seconds = 1; }),
            (where_it_runs{true, true}));
  EXPECT_EQ(on_cpu_and_gpu([&](task_info& t) { seconds_of_gpu(t), set_cpu_body(t); }),
            (where_it_runs{true, false}));
  EXPECT_EQ(on_cpu_and_gpu([&](task_info& t) { seconds_of_gpu(t), set_gpu_body(t); }),
            (where_it_runs{false, true}));
  EXPECT_EQ(
    on_cpu_and_gpu([&](task_info& t) { seconds_of_gpu(t), set_cpu_body(t), set_gpu_body(t); }),
    (where_it_runs{true, true}));
  EXPECT_EQ(on_cpu_and_gpu([&](task_info& t) {
              seconds_of_gpu(t), t.declare().run = program{"a", {}};
            }),
            (where_it_runs{true, true}));
  EXPECT_EQ(
    on_cpu_and_gpu([&](task_info& t) { seconds_of_gpu(t), t.declare().stage = pipeline_stage{}; }),
    (where_it_runs{true, true}));
}

TEST(CostModel, WorksOutSecondsThatAreNotDeclared)
{
  auto w                     = test::make_workflow({2, 6, unknown, unknown, unknown}, {});
  w.at(3).declare().analytic = work{3e10, 1e10};
  w.at(4).declare().analytic = work{1e10, 5e10};
  auto m                     = test::make_nodes({1});
  cost_model const costs{w, m};
  EXPECT_EQ(costs.execution_seconds(2, 0), 4);  // the mean of 2 and 6
  EXPECT_EQ(costs.execution_seconds(3, 0), 3);
  EXPECT_EQ(costs.execution_seconds(4, 0), 5);
  EXPECT_EQ((cost_model{test::make_workflow({unknown}, {}), m}.execution_seconds(0, 0)), 1e-3);
}

TEST(CostModel, KeepsTheLeastCostOfEvaluationPlatforms)
{
  auto m               = test::make_nodes({2});
  m.least_task_seconds = 0.5;
  cost_model const costs{test::make_workflow({0, unknown, 4}, {}), m};
  EXPECT_EQ(costs.execution_seconds(0, 0), 0.25);
  EXPECT_EQ(costs.execution_seconds(1, 0), 0.25);
  EXPECT_EQ(costs.execution_seconds(2, 0), 2);
}

TEST(CostModel, TakesLatencyAndBandwidthBetweenMemoryNodes)
{
  auto m                     = test::make_nodes({1, 1, 1}, 4);
  m.resources[2].memory_node = 1;
  m.links.latency_seconds    = 0.5;
  cost_model const costs{workflow{}, m};
  EXPECT_TRUE(costs.uniform_links());
  EXPECT_EQ(costs.transfer_seconds(8, 0, 1), 2.5);
  EXPECT_EQ(costs.transfer_seconds(8, 1, 2), 0);
  EXPECT_EQ(costs.transfer_seconds(0, 0, 1), 0);
  EXPECT_EQ(costs.transfer_seconds(8, 0, 1), m.transfer_seconds(8, 0, 1));
  // Of the six links three are of a resource with itself and one lies within a memory node.
  EXPECT_DOUBLE_EQ(costs.mean_transfer_seconds(8), 2.5 * 2 / 6);
  EXPECT_EQ(costs.mean_transfer_seconds(0), 0);
}

TEST(CostModel, TakesOwnValuesOfPairs)
{
  auto m                                  = test::make_nodes({1, 1});
  m.links.pair_bandwidth_bytes_per_second = {1, 2, 4, 1};
  m.links.pair_latency_seconds            = {0, 1, 3, 0};
  cost_model const costs{workflow{}, m};
  EXPECT_FALSE(costs.uniform_links());
  EXPECT_EQ(costs.transfer_seconds(8, 0, 1), 5);
  EXPECT_EQ(costs.transfer_seconds(8, 1, 0), 5);
  EXPECT_EQ(costs.transfer_seconds(16, 0, 1), 9);
  EXPECT_EQ(costs.transfer_seconds(16, 1, 0), 7);
  EXPECT_DOUBLE_EQ(costs.mean_transfer_seconds(16), 8.0 / 3);
}

TEST(CostModel, AveragesLinksOfEqualNodesAsTheProtocolDoes)
{
  cost_model const costs{workflow{}, test::make_nodes({1, 1, 1, 1, 2, 2, 4, 4}, 10)};
  EXPECT_DOUBLE_EQ(costs.mean_transfer_seconds(30), 3.0 * 7 / 9);
}

std::string error_of(workflow const& w, machine const& m)
{
  try {
    cost_model const costs{w, m};
  } catch (input_error const& e) {
    return e.what();
  }
  return "no error";
}

TEST(CostModel, NamesTheTaskThatIsWrong)
{
  auto const m      = test::make_nodes({1, 1});
  auto const expect = [&](std::string const& message,
                          std::function<void(task_info&)> const& declare) {
    auto const error = error_of(one_task(declare), m);
    EXPECT_THAT(error, HasSubstr("\"t0\""));
    EXPECT_THAT(error, HasSubstr(message));
  };
  expect("CPU seconds", [](task_info& t) { t.cpu_seconds = -1; });
  expect("CPU seconds", [](task_info& t) { t.cpu_seconds = HUGE_VAL; });
  expect("CPU seconds", [](task_info& t) { t.declare().analytic = work{std::nan(""), 0}; });
  expect("its release is at -1", [](task_info& t) { t.declare().release_seconds = -1; });
  auto w              = test::make_workflow({unknown}, {});
  w.at(0).gpu_seconds = -2;
  EXPECT_THAT(error_of(w, cpu_and_gpu()), HasSubstr("GPU seconds are -2"));
}

TEST(CostModel, NamesWhatIsWrongWithTheMachine)
{
  auto const error_after = [](std::function<void(machine&)> const& damage) {
    auto m = test::make_nodes({1, 1}, 1);
    damage(m);
    return error_of(workflow{}, m);
  };
  EXPECT_THAT(error_after([](machine& m) { m.resources.clear(); }), HasSubstr("no resources"));
  EXPECT_THAT(error_after([](machine& m) { m.resources[1].speed = 0; }),
              HasSubstr("\"n1\" has speed 0"));
  EXPECT_THAT(error_after([](machine& m) { m.resources[1].memory_node = 2; }),
              HasSubstr("memory node 2 of 2"));
  EXPECT_THAT(
    error_after([](machine& m) { m.links.bandwidth_bytes_per_second = link_model::unset; }),
    HasSubstr("--ccr"));
  EXPECT_THAT(error_after([](machine& m) { m.links.bandwidth_bytes_per_second = 0; }),
              HasSubstr("bandwidth"));
  EXPECT_THAT(error_after([](machine& m) { m.links.latency_seconds = -1; }), HasSubstr("latency"));
  EXPECT_THAT(error_after([](machine& m) { m.links.pair_bandwidth_bytes_per_second = {1}; }),
              HasSubstr("1 values of pair bandwidth for 2 memory nodes"));
  EXPECT_THAT(error_after([](machine& m) {
                m.links.pair_bandwidth_bytes_per_second = {1, 0, 1, 1};
              }),
              HasSubstr("a bandwidth of 0"));
  EXPECT_THAT(error_after([](machine& m) {
                m.links.pair_latency_seconds = {0, -1, 0, 0};
              }),
              HasSubstr("a latency of -1"));
}

TEST(CostModel, RefusesACycle)
{
  EXPECT_THROW(
    (cost_model{test::make_workflow({1, 1}, {{0, 1, 0}, {1, 0, 0}}), test::make_nodes({1})}),
    cycle_error);
}

}  // namespace
}  // namespace heddle
