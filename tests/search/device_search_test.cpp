// The search on a device: driven through the simulated one, whose work runs the same bodies.

#include "src/plan/search/device_search.hpp"
#include "src/plan/search/order_group.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/device/simulated.hpp>
#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

namespace heddle {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<solution> random_starts(std::mt19937_64& random, cost_model const& costs, int count)
{
  std::vector<solution> all(static_cast<std::size_t>(count));
  std::vector<double> finish;
  for (auto& s : all) {
    s.order = costs.edges().topological_order;
    for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
      s.resource.push_back(static_cast<int>(random() % 4));
    }
    s.makespan_seconds = seconds_of(costs, s, finish);
  }
  std::ranges::sort(all, {}, &solution::makespan_seconds);
  return all;
}

/// By as many evaluations as make 2 groups, the groups of a round are `order_group`s.
TEST(DeviceSearch, WalksAsGroupsOfTheCpuDo)
{
  std::mt19937_64 random{1};
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    cost_model const costs{test::random_graph(random, 30), test::make_nodes({1, 1, 2, 4}, 1)};
    auto const starts = random_starts(random, costs, 3);
    tick_problem<std::uint16_t> const problem{costs, 0.25};
    search_setting const setting{costs};
    planning_limits const limits{.seed = seed, .evaluations = 4 * 2 * 4000};
    simulated_machine machine;
    auto const found =
      search_on_device(machine.devices().front(), setting, problem, limits, starts);

    double best = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < 2; ++g) {
      order_group<std::uint16_t> group{setting,       problem, lane_target::widest,
                                       starts[g % 3], starts,  kernels::mixed(seed) + g};
      auto pace = search_pace::of_evaluations(4000);
      group.run(pace);
      best = std::min(best, group.best().makespan_seconds);
    }
    EXPECT_LE(found.best.makespan_seconds, best) << "seed " << seed;  // it has three rounds more
    EXPECT_LE(found.evaluations, limits.evaluations);
    EXPECT_GT(found.evaluations, limits.evaluations * 9 / 10);
    auto const again =
      search_on_device(machine.devices().front(), setting, problem, limits, starts);
    EXPECT_EQ(again.best.order, found.best.order);
    EXPECT_EQ(again.best.resource, found.best.resource);
    EXPECT_EQ(machine.usage().allocations, 0U);
  }
}

/// Two pairs of places, and inputs that take longer to move between them than all the work: who
/// does not know that places are near uses one of them, half of what there is.
void expect_near_places_used(machine const& m)
{
  std::mt19937_64 random{3};
  auto w = test::random_graph(random, 40);
  for (task_id t = 0; t < 40; ++t) w.at(t).cpu_seconds = 1;
  cost_model const costs{w, m};
  std::vector<solution> const all_on_one{
    {costs.edges().topological_order, std::vector<int>(40, 0), 40}};
  tick_problem<std::uint16_t> const problem{costs, 1.0 / 1024};
  simulated_machine machine;
  auto const found = search_on_device(machine.devices().front(), {costs}, problem,
                                      {.evaluations = 4 * 2 * 8000}, all_on_one);
  EXPECT_LT(found.best.makespan_seconds, 30);
}

TEST(DeviceSearch, KnowsWhichPlacesShareMemory)
{
  auto m                     = test::make_nodes({1, 1, 1, 1}, 1e-3);
  m.resources[1].memory_node = 0;
  m.resources[3].memory_node = 2;
  expect_near_places_used(m);
}

TEST(DeviceSearch, KnowsHowPlacesAreLinked)
{
  auto m = test::make_nodes({1, 1, 1, 1});
  for (int pair = 0; pair < 16; ++pair) {
    bool const is_near = pair / 4 / 2 == pair % 4 / 2;
    m.links.pair_bandwidth_bytes_per_second.push_back(is_near ? 3000 : 0.1);
  }
  expect_near_places_used(m);
}

TEST(DeviceSearchOnGpu, FindsWhatTheSimulatedDeviceFinds)
{
  auto const gpus = cuda_devices();
  if (gpus.empty()) GTEST_SKIP() << "no CUDA device";
  std::mt19937_64 random{5};
  for (int const tasks : {20, 40, 100, 400}) {  // in shared memory, and not
    auto nodes = test::random_nodes(random, tasks == 40 ? 24 : 8);
    if (tasks == 40) nodes.resources[20].memory_node = 1;
    if (tasks == 100) nodes.resources[1].memory_node = 0;
    if (tasks == 20) test::link_pairs(random, nodes);
    cost_model const costs{test::random_graph(random, tasks), nodes};
    auto const starts = random_starts(random, costs, 3);
    auto const tick   = seconds_per_tick(1.6 * starts[0].makespan_seconds, 65535);
    tick_problem<std::uint16_t> const problem{costs, tick};
    planning_limits const limits{.seed = 7, .evaluations = 4 * 32 * 16384};
    simulated_machine machine;
    auto const by_cpu =
      search_on_device(machine.devices().front(), {costs}, problem, limits, starts);
    auto const by_gpu = search_on_device(gpus.front(), {costs}, problem, limits, starts);
    EXPECT_EQ(by_gpu.best.order, by_cpu.best.order) << tasks;
    EXPECT_EQ(by_gpu.best.resource, by_cpu.best.resource) << tasks;
    EXPECT_EQ(by_gpu.evaluations, by_cpu.evaluations) << tasks;
  }
}

plan_options on(simulated_machine const& m)
{
  plan_options options{"search"};
  options.devices = m.devices();
  return options;
}

TEST(DeviceSearch, PlansWithDevices)
{
  std::mt19937_64 random{2};
  simulated_machine machine;
  for (auto const places : {3, 6, 13, 20}) {
    auto const w        = test::random_graph(random, 60);
    auto const m        = test::random_nodes(random, places);
    auto options        = on(machine);
    options.evaluations = 200'000;
    auto const s        = plan(w, m, options);
    EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
    EXPECT_LT(s.makespan_seconds, plan(w, m, {"portfolio"}).makespan_seconds);
    EXPECT_EQ(s.device, machine.devices().front()->info().name);
    EXPECT_EQ(s.remark, "");
  }
}

TEST(DeviceSearch, SharesItsEvaluationsAmongDevices)
{
  std::mt19937_64 random{6};
  auto const w = test::random_graph(random, 60);
  auto const m = test::random_nodes(random, 6);
  simulated_machine machine{{.units = {3, simulated_unit{}}}};
  auto options        = on(machine);
  options.evaluations = 300'000;
  auto const s        = plan(w, m, options);
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  for (auto const& each : machine.devices()) EXPECT_THAT(s.device, HasSubstr(each->info().name));
  EXPECT_LT(s.evaluations, 301'000U);
  EXPECT_GT(s.evaluations, 270'000U);
  EXPECT_EQ(s.tasks, plan(w, m, options).tasks);
}

/// Three nodes can end together after 100 seconds, which no constructor finds; who does ends all
/// others, whose time is unlimited.
void expect_end_at_bound(int devices, int threads)
{
  std::vector<double> const on_slow{17, 23, 29, 31}, on_fast{11, 37, 52, 47, 53},
    on_fastest{5, 13, 39, 43, 71, 83, 97, 49};
  auto times = on_slow;
  times.insert(times.end(), on_fast.begin(), on_fast.end());
  times.insert(times.end(), on_fastest.begin(), on_fastest.end());
  auto const w = test::make_workflow(times, {});
  auto const m = test::make_nodes({1, 2, 4}, 1);
  simulated_unit const unit{.memory_bytes = 8'000'000};
  simulated_machine machine{{.units = {static_cast<std::size_t>(devices), unit}}};
  auto options       = on(machine);
  options.time_limit = seconds{1e6};
  options.threads    = threads;
  auto const s       = plan(w, m, options);
  EXPECT_EQ(s.makespan_seconds, 100);
  EXPECT_GT(s.evaluations, 1000U);
  EXPECT_LT(s.evaluations, 20'000'000U);  // a pass makes hundreds of millions
}

TEST(DeviceSearch, EndsWhereAnyoneMeetsTheBound)
{
  expect_end_at_bound(2, 4);
}

TEST(DeviceSearch, EndsWhereADeviceMeetsTheBound)
{
  expect_end_at_bound(1, 1);
  expect_end_at_bound(3, 1);
}

TEST(DeviceSearch, EndsInTimeAndWhenItIsStopped)
{
  std::mt19937_64 random{3};
  auto const w = test::random_graph(random, 40);
  auto const m = test::random_nodes(random, 4);
  simulated_machine machine{{.units = {{.memory_bytes = 8'000'000}}}};  // for some tens of groups
  auto options       = on(machine);
  options.time_limit = seconds{0.3};
  auto const began   = std::chrono::steady_clock::now();
  EXPECT_THAT(check_schedule(plan(w, m, options), w, m), IsEmpty());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::minutes{1});

  planning_progress progress;
  std::stop_source stop;
  options.time_limit = seconds{1e9};
  options.stop       = stop.get_token();
  options.progress   = &progress;
  std::jthread const watcher{[&] {
    while (progress.evaluations == 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    stop.request_stop();
  }};
  EXPECT_THAT(check_schedule(plan(w, m, options), w, m), IsEmpty());
}

TEST(DeviceSearch, GoesOnWithTheOthersWhenADeviceFails)
{
  std::mt19937_64 random{7};
  auto const w = test::random_graph(random, 40);
  auto const m = test::random_nodes(random, 4);
  simulated_machine bad{{.faults = {.sticky_error = 1}}}, good;
  plan_options options{"search"};
  options.devices     = {bad.devices().front(), good.devices().front()};
  options.evaluations = 100'000;
  auto const s        = plan(w, m, options);
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  EXPECT_THAT(s.remark, HasSubstr("the others go on"));
  EXPECT_EQ(s.device, good.devices().front()->info().name);
}

TEST(DeviceSearch, GoesOnWithTheCpuWhenTheDeviceFails)
{
  std::mt19937_64 random{4};
  auto const w = test::random_graph(random, 40);
  auto const m = test::random_nodes(random, 4);
  for (auto const& bad : {simulated_options{.units = {{.memory_bytes = 1000}}},
                          simulated_options{.faults = {.sticky_error = 1}}}) {
    simulated_machine machine{bad};
    auto options        = on(machine);
    options.evaluations = 100'000;
    auto const s        = plan(w, m, options);
    EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
    EXPECT_THAT(s.remark, HasSubstr("the CPU goes on"));
    EXPECT_EQ(s.device, "cpu");
    options.devices.clear();
    EXPECT_EQ(s.tasks, plan(w, m, options).tasks);
  }
}

/// What was found and announced before the device failed is not lost.
TEST(DeviceSearch, KeepsWhatADeviceFoundThatFailsLater)
{
  std::mt19937_64 random{8};
  cost_model const costs{test::random_graph(random, 30), test::make_nodes({1, 1, 2, 4}, 1)};
  auto const starts = random_starts(random, costs, 3);
  tick_problem<std::uint16_t> const problem{costs, 0.25};
  int late = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulated_machine bad{{.seed = seed, .faults = {.sticky_error = 0.03}}};
    planning_progress progress;
    search_setting const setting{costs, 0, &progress};
    auto const found = search_on_device(bad.devices().front(), setting, problem,
                                        {.seed = seed, .evaluations = 4 * 2 * 8000}, starts);
    if (found.failure.empty() || found.evaluations == 0) continue;
    ++late;
    EXPECT_EQ(found.best.makespan_seconds, progress.makespan_seconds);
    EXPECT_LT(found.best.makespan_seconds, starts.front().makespan_seconds);
  }
  EXPECT_GT(late, 0);
}

/// By time, beside it and after it.
TEST(DeviceSearch, GoesOnBesideAndAfterADeviceThatFails)
{
  std::mt19937_64 random{9};
  auto const w = test::random_graph(random, 40);
  auto const m = test::random_nodes(random, 4);
  for (int const threads : {1, 3}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      simulated_machine bad{
        {.units = {{.memory_bytes = 1'000'000}}, .seed = seed, .faults = {.sticky_error = 0.2}}};
      planning_progress progress;
      auto options       = on(bad);
      options.time_limit = seconds{0.5};
      options.threads    = threads;
      options.progress   = &progress;
      auto const s       = plan(w, m, options);
      EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
      EXPECT_THAT(s.remark, HasSubstr("the CPU goes on"));
      EXPECT_LE(s.makespan_seconds, progress.makespan_seconds * (1 + 1e-12));
    }
  }
}

}  // namespace
}  // namespace heddle
