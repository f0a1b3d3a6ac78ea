#include <heddle/heddle.hpp>

#include "tests/support/listening_device.hpp"
#include "tests/support/machine_with_devices.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/mixed_workflow.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <numeric>

namespace heddle {
namespace {

using test::machine_with_devices;
using test::message_of;
using test::mixed_workflow;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An engine of two CPUs and simulated devices.
struct simulated_engine {
  explicit simulated_engine(simulated_options const& options)
    : devices{options}, m{machine_with_devices(2, options.units)}, e{m, devices.devices()}
  {
  }

  report run(workflow const& w, run_options options = {})
  {
    return e.start(w, plan(w, m, {.algorithm = "heft"}), std::move(options)).wait();
  }

  simulated_machine devices;
  machine m;
  engine e;
};

simulated_options two_unequal_devices(std::uint64_t seed)
{
  simulated_options options;
  options.units          = std::vector<simulated_unit>(2);
  options.units[1].speed = 3;
  options.seed           = seed;
  return options;
}

std::size_t num_tasks_on_gpus(report const& r)
{
  return static_cast<std::size_t>(std::ranges::count_if(
    r.tasks, [](task_report const& t) { return t.resource.starts_with("gpu"); }));
}

void noop_on_gpu(stream_ref, device_span<double>) {}

TEST(DeviceRun, MovesDataToTheDeviceAndBack)
{
  simulated_engine on{{}};
  buffer<double> x{100};
  value<double> sum;
  workflow w;
  w.task("fill", write(x))
    .cpu([](std::span<double> data) { std::iota(data.begin(), data.end(), 0.0); })
    .cost(1ms);
  w.task("double", read_write(x))
    .gpu(noop_on_gpu)
    .simulated([](std::span<double> data) {
      for (auto& v : data) v *= 2;
    })
    .cost(1ms, 1ms);
  w.task("sum", read(x), write(sum))
    .cpu([](std::span<double const> data, double& s) {
      s = std::accumulate(data.begin(), data.end(), 0.0);
    })
    .cost(1ms);
  auto const result = on.run(w);
  EXPECT_EQ(message_of(result.error), "");
  EXPECT_EQ(result.tasks[1].resource, "gpu0");
  EXPECT_EQ(sum.get(), 9900);
  EXPECT_EQ(x.host()[99], 198);
}

TEST(DeviceRun, LeavesResultsInUsersMemory)
{
  simulated_engine on{{}};
  std::vector<double> mine(10, 1);
  buffer<double> x{std::span{mine}};
  workflow w;
  w.task("double", read_write(x))
    .gpu(noop_on_gpu)
    .simulated([](std::span<double> data) {
      for (auto& v : data) v *= 2;
    })
    .cost(1ms, 1ms);
  EXPECT_EQ(message_of(on.run(w).error), "");
  EXPECT_THAT(mine, ::testing::Each(2.0));
}

TEST(DeviceRun, StartsTheWayHomeBehindTheTaskThatWrites)
{
  simulated_machine devices;
  auto const listening = std::make_shared<test::listening_device>(devices.devices()[0]);
  auto const m         = machine_with_devices(1, std::vector<simulated_unit>(1));
  engine e{m, {listening}};
  buffer<double> x{10};
  buffer<double> y{10};
  auto const body = [](std::span<double>) {};
  workflow w;
  w.task("first", read_write(x)).gpu(noop_on_gpu).simulated(body).cost(1ms, 1ms);
  w.task("second", read_write(y)).gpu(noop_on_gpu).simulated(body).cost(1ms, 1ms);
  w.task("on host", read(x)).cpu([](std::span<double const>) {}).cost(1ms);
  auto const result = e.start(w, plan(w, m, {.algorithm = "heft"})).wait();
  EXPECT_EQ(message_of(result.error), "");
  EXPECT_THAT(listening->heard(),
              ElementsAre("copy_to_device", "first", "copy_to_host", "copy_to_device", "second"));
}

TEST(DeviceRun, KeepsContentOnTheDeviceBetweenRuns)
{
  simulated_engine on{{}};
  buffer<double> x{10};
  workflow w;
  w.task("add", read_write(x))
    .gpu(noop_on_gpu)
    .simulated([](std::span<double> data) {
      for (auto& v : data) ++v;
    })
    .cost(1ms, 1ms);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(message_of(on.run(w).error), "");
  EXPECT_EQ(x.host()[9], 3);
  x.host_for_writing()[9] = 10;
  EXPECT_EQ(message_of(on.run(w).error), "");
  EXPECT_EQ(x.host()[9], 11);
}

TEST(DeviceRun, PlansWithoutAScheduleWhereThereAreDevices)
{
  simulated_engine on{two_unequal_devices(1)};
  mixed_workflow mixed{100, 1};
  auto const result = on.e.run_to_end(mixed.get());
  EXPECT_EQ(message_of(result.error), "");
  EXPECT_GT(num_tasks_on_gpus(result), 20U);
  EXPECT_TRUE(mixed.is_right());
}

TEST(DeviceRun, RefusesWhatASimulatedDeviceCannotRun)
{
  simulated_engine on{{}};
  buffer<double> x{10};
  workflow w;
  w.task("gpu alone", read_write(x)).gpu(noop_on_gpu).cost(1ms, 1ms);
  EXPECT_THROW(on.run(w), not_supported);
}

TEST(DeviceRun, RefusesObjectsThatCannotMove)
{
  simulated_engine on{{}};
  value<std::string> text;
  workflow w;
  w.task("t", read_write(text))
    .cpu([](std::string&) {})
    .gpu([](stream_ref, std::string*) {})
    .cost(1ms, 1us);
  EXPECT_THROW(on.run(w), not_supported);
}

TEST(DeviceRun, WantsOneDeviceAGpu)
{
  simulated_machine devices;
  EXPECT_THROW((engine{test::flat_machine(1), devices.devices()}), invalid_argument);
}

void expect_sequential_result(std::size_t num_tasks, std::uint64_t seed)
{
  mixed_workflow mixed{num_tasks, seed};
  simulated_engine on{two_unequal_devices(seed)};
  auto const result = on.run(mixed.get());
  ASSERT_EQ(message_of(result.error), "") << "seed " << seed;
  ASSERT_GT(num_tasks_on_gpus(result), num_tasks / 5);
  ASSERT_TRUE(mixed.is_right()) << "seed " << seed;
}

TEST(DeviceRun, OfRandomWorkflowsEqualsTheSequentialRun)
{
  for (std::uint64_t seed = 1; seed <= 20; ++seed) expect_sequential_result(300, seed);
}

TEST(DeviceRun, Slow_OfRandomWorkflowsEqualsTheSequentialRun)
{
  for (std::uint64_t seed = 1; seed <= 200; ++seed) expect_sequential_result(1000, seed);
}

TEST(DeviceRun, GivesBackAllThatItTook)
{
  simulated_options const options = two_unequal_devices(3);
  simulated_machine devices{options};
  {
    auto const m = machine_with_devices(2, options.units);
    mixed_workflow mixed{200, 3};
    engine e{m, devices.devices()};
    EXPECT_EQ(message_of(e.run_to_end(mixed.get()).error), "");
  }
  EXPECT_EQ(devices.usage(), simulated_usage{});
}

TEST(DeviceRun, WithLittleMemoryEvictsAndStillIsRight)
{
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto options = two_unequal_devices(seed);
    for (auto& unit : options.units) unit.memory_bytes = 2048;  // of some 3 KiB that would be used
    mixed_workflow mixed{300, seed};
    simulated_engine on{options};
    ASSERT_EQ(message_of(on.run(mixed.get()).error), "") << "seed " << seed;
    ASSERT_TRUE(mixed.is_right()) << "seed " << seed;
  }
}

/// The right result, or an error that names a task.
void expect_right_or_clear(simulated_options const& options, std::uint64_t seed,
                           std::size_t num_tasks = 300)
{
  mixed_workflow mixed{num_tasks, seed};
  simulated_engine on{options};
  auto const result = on.run(mixed.get(), {.keep_going = seed % 2 == 0, .device_timeout = 100ms});
  if (result.error) {
    ASSERT_THAT(message_of(result.error), HasSubstr("task \"t")) << "seed " << seed;
  } else {
    ASSERT_TRUE(mixed.is_right()) << "seed " << seed;
  }
}

/// Each kind of fault at a rate at which runs come some way; a hang would run into the time limit
/// of the test.
TEST(DeviceRun, Slow_WithInjectedFaultsIsRightOrClear)
{
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    for (auto const& faults :
         {simulated_faults{.sticky_error = 0.002}, simulated_faults{.out_of_memory = 0.02},
          simulated_faults{.lost_callback = 0.5},
          simulated_faults{.sticky_error = 0.001, .out_of_memory = 0.01, .lost_callback = 0.2}}) {
      auto options   = two_unequal_devices(seed);
      options.faults = faults;
      ASSERT_NO_FATAL_FAILURE(expect_right_or_clear(options, seed, 1000));
    }
  }
}

TEST(DeviceRun, WithLostCallbacksIsRight)
{
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto options                 = two_unequal_devices(seed);
    options.faults.lost_callback = 0.5;
    mixed_workflow mixed{300, seed};
    simulated_engine on{options};
    ASSERT_EQ(message_of(on.run(mixed.get()).error), "") << "seed " << seed;
    ASSERT_TRUE(mixed.is_right()) << "seed " << seed;
  }
}

TEST(DeviceRun, OutOfMemoryByChanceIsRightOrClear)
{
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto options                 = two_unequal_devices(seed);
    options.faults.out_of_memory = 0.05;
    expect_right_or_clear(options, seed);
  }
}

TEST(DeviceRun, StickyErrorIsRightOrClear)
{
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto options                = two_unequal_devices(seed);
    options.faults.sticky_error = 0.005;
    expect_right_or_clear(options, seed);
  }
}

/// A stream that waits for a failed device fails, and the engine gives up its device; other streams
/// of that work on.
TEST(DeviceRun, OfAFailedRunNothingRunsAfterItsEnd)
{
  constexpr std::size_t num_buffers = 24;
  std::atomic<bool> has_ended{false};
  std::atomic<int> num_late{0};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto options                = two_unequal_devices(seed);
    options.faults.sticky_error = 0.02;
    simulated_engine on{options};
    std::vector<buffer<double>> x;
    for (std::size_t b = 0; b < num_buffers; ++b) x.emplace_back(std::size_t{10});
    workflow w;
    for (std::size_t t = 0; t < 200; ++t) {
      auto const from = t * 7 % num_buffers;
      auto const to   = (t * 7 + 1 + t % 5) % num_buffers;
      w.task(fmt::format("t{}", t), read(x[from]), read_write(x[to]))
        .gpu([](stream_ref, device_span<double const>, device_span<double>) {})
        .simulated([&](std::span<double const>, std::span<double>) { num_late += has_ended; })
        .cost(1ms, 1ms);
    }
    has_ended         = false;
    auto const result = on.run(w, {.keep_going = true});
    has_ended         = true;
    static_cast<void>(on.devices.usage());  // runs what is enqueued
    ASSERT_EQ(num_late, 0) << "seed " << seed << ": " << message_of(result.error);
  }
}

TEST(DeviceRun, TaskThatNeverEndsIsFoundByTheWatchdog)
{
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto options        = two_unequal_devices(seed);
    options.faults.hang = 0.002;
    expect_right_or_clear(options, seed);
  }
}

TEST(DeviceRun, AfterAStickyErrorTasksWithCpuBodiesGoOn)
{
  simulated_options options;
  options.faults.sticky_error = 1;
  simulated_engine on{options};
  buffer<double> x{10};
  buffer<double> y{10};
  auto const add = [](std::span<double> data) {
    for (auto& v : data) ++v;
  };
  workflow w;
  w.task("lost", read_write(x)).cpu(add).gpu(noop_on_gpu).cost(1ms, 1us);
  w.task("behind", read_write(x)).cpu(add).gpu(noop_on_gpu).cost(1ms, 1us);
  for (int i = 0; i < 5; ++i) {
    w.task("apart", read_write(y)).cpu(add).gpu(noop_on_gpu).cost(1ms, 1us).after({0});
  }
  auto const result = on.run(w, {.keep_going = true});
  EXPECT_THAT(message_of(result.error), AllOf(HasSubstr("task \"lost\""), HasSubstr("stream")));
  EXPECT_EQ(result.tasks[0].status, task_status::failed);
  EXPECT_EQ(result.tasks[1].status, task_status::skipped);
}

TEST(DeviceRun, WhereMemoryIsTooSmallRunsTheCpuBody)
{
  simulated_options options;
  options.units[0].memory_bytes = 1024;
  simulated_engine on{options};
  buffer<double> x{1000};
  workflow w;
  w.task("large", read_write(x))
    .cpu([](std::span<double> data) { data[0] = 5; })
    .gpu(noop_on_gpu)
    .cost(1ms, 1us);
  auto const result = on.run(w);
  EXPECT_EQ(message_of(result.error), "");
  EXPECT_THAT(result.tasks[0].resource, HasSubstr("cpu"));
  EXPECT_EQ(x.host()[0], 5);
}

TEST(DeviceRun, WhereMemoryIsTooSmallAndThereIsNoCpuBodyFails)
{
  simulated_options options;
  options.units[0].memory_bytes = 1024;
  simulated_engine on{options};
  buffer<double> x{1000};
  workflow w;
  w.task("large", read_write(x))
    .gpu(noop_on_gpu)
    .simulated([](std::span<double>) {})
    .cost(1ms, 1us);
  EXPECT_THAT(message_of(on.run(w).error), HasSubstr("task \"large\""));
}

}  // namespace
}  // namespace heddle
