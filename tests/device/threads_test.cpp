#include <heddle/device/simulated.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace heddle {
namespace {

void add_one(body_arguments const& a)
{
  ++*static_cast<std::uint64_t*>(a.data[0].data);
}

/// Counts in device memory, on two streams of its own that take turns.
void count(std::shared_ptr<device> const& d, std::size_t thread, std::uint64_t end)
{
  device_stream const a{d, fmt::format("a{}", thread)}, b{d, fmt::format("b{}", thread)};
  device_event const turn{d};
  std::uint64_t value = 0;
  auto* const memory  = d->allocate(sizeof value, a);
  d->copy_to_device(memory, &value, sizeof value, a);
  for (std::uint64_t i = 0; i < end; ++i) {
    auto const& from = i % 2 == 0 ? a : b;
    auto const& to   = i % 2 == 0 ? b : a;
    d->record(turn, from);
    d->wait(turn, to);
    d->launch({.name = "add", .simulated = add_one, .arguments = {{memory, sizeof value}}}, to);
    if (i % 16 == 0) static_cast<void>(turn.has_ended());
  }
  auto const& final = end % 2 == 0 ? a : b;
  d->copy_to_host(&value, memory, sizeof value, final);
  d->free(memory, final);
  d->record(turn, final);
  turn.synchronize();
  EXPECT_EQ(value, end);
}

TEST(SimulatedThreads, RunStreamsOfTheirOwn)
{
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    simulated_machine machine{
      {.units = std::vector<simulated_unit>(2, {.memory_bytes = 1 << 16}), .seed = seed}};
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t)
      threads.emplace_back([&machine, t] { count(machine.devices()[t % 2], t, 50); });
    threads.clear();
    EXPECT_EQ(machine.usage(), simulated_usage{});
  }
}

TEST(SimulatedThreads, RunBodiesOfTwoStreamsAtTheSameTime)
{
  simulated_machine machine;
  auto const d = machine.devices()[0];
  std::atomic<int> inside{0};
  auto const meet = [&] {  // ends only when both are in it
    ++inside;
    while (inside < 2) std::this_thread::yield();
  };
  auto const run = [&](char const* name) {
    device_stream const s{d, name};
    device_event const end{d};
    d->call_host(meet, s);
    d->record(end, s);
    end.synchronize();
  };
  std::jthread const other{[&] { run("other"); }};
  run("this");
}

TEST(SimulatedThreads, SeeAnErrorThatAnotherOneCaused)
{
  simulated_machine machine{{.faults = {.sticky_error = 1}}};
  auto const d = machine.devices()[0];
  std::atomic<int> errors{0};
  auto const run = [&] {
    try {
      count(d, 0, 10);
    } catch (device_error const&) {
      ++errors;
    }
  };
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back(run);
  threads.clear();
  EXPECT_EQ(errors, 4);
}

}  // namespace
}  // namespace heddle
