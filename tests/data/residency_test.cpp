#include "src/data/residency.hpp"

#include <heddle/base/error.hpp>
#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/device/simulated.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

namespace heddle {
namespace {

using ::testing::Each;

constexpr std::size_t streams_per_device = 3;

/// Simulated devices, with streams to run tasks on.
struct device_bench {
  explicit device_bench(simulated_options const& options = {}) : machine{options}
  {
    for (auto const& d : machine.devices()) {
      memories.push_back(std::make_shared<device_memory>(d));
      for (std::size_t s = 0; s < streams_per_device; ++s) {
        streams.push_back(std::make_unique<device_stream>(d, "tasks"));
      }
    }
  }

  /// A task on some stream of device `d` that touches one item.
  template <class Body>
  void run(std::size_t d, data_item& item, mode how, Body body)
  {
    auto& places       = static_cast<resident_item&>(item).places();
    auto const& stream = *streams[d * streams_per_device + num_tasks++ % streams_per_device];
    device_work work{"task"};
    work.arguments = {places.acquire(memories[d], how, stream)};
    work.simulated = [body](body_arguments const& a) {
      body(argument_as<std::span<int>>::from(a.data[0]));
    };
    memories[d]->where().launch(std::move(work), stream);
    places.release(*memories[d], how, memories[d]->record(stream));
  }

  simulated_machine machine;
  std::vector<std::shared_ptr<device_memory>> memories{};
  std::vector<std::unique_ptr<device_stream>> streams{};
  std::size_t num_tasks = 0;
};

simulated_options devices(std::size_t count, std::uint64_t seed = 1)
{
  simulated_options options;
  options.units = std::vector<simulated_unit>(count);
  options.seed  = seed;
  return options;
}

void add_one(std::span<int> data)
{
  for (auto& v : data) ++v;
}

TEST(Residency, MovesOnDemandAndKeepsUntilWrittenElsewhere)
{
  device_bench on{devices(2)};
  buffer<int> b{100};
  on.run(0, *b.item(), mode::read_write, add_one);
  on.run(0, *b.item(), mode::read_write, add_one);
  EXPECT_EQ(on.machine.usage().allocations, 1U);
  EXPECT_THAT(b.host(), Each(2)) << "reading on the host leaves the copy where it is";
  on.run(1, *b.item(), mode::read, [](std::span<int>) {});
  EXPECT_EQ(on.machine.usage().allocations, 2U);
  on.run(1, *b.item(), mode::read_write, add_one);
  EXPECT_EQ(on.machine.usage().allocations, 1U) << "the other copy is out of date";
  EXPECT_THAT(b.host(), Each(3));
  b.host_for_writing()[0] = 7;
  EXPECT_EQ(on.machine.usage().allocations, 0U);
  EXPECT_EQ(b.host()[0], 7);
}

TEST(Residency, OverwritingCopiesNothingToTheDevice)
{
  device_bench on;
  buffer<int> b{1 << 20};
  on.run(0, *b.item(), mode::write, [](std::span<int> data) { data[0] = 1; });
  static_cast<void>(on.machine.usage());
  EXPECT_LT(on.machine.modelled_seconds(), 1e-4) << "4 MiB at 16 GB/s take longer";
}

TEST(Residency, HostWritesWaitForCopiesToDevices)
{
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    device_bench on{devices(1, seed)};
    buffer<int> b{10};
    int seen = -1;
    on.run(0, *b.item(), mode::read, [&seen](std::span<int> data) { seen = data[9]; });
    b.host_for_writing()[9] = 5;
    static_cast<void>(on.machine.usage());
    ASSERT_EQ(seen, 0) << "seed " << seed;
    ASSERT_EQ(b.host()[9], 5);
  }
}

TEST(Residency, PreparesHomeWithoutWaiting)
{
  device_bench on;
  value<int> v{3};
  auto& places = static_cast<resident_item&>(*v.item()).places();
  EXPECT_TRUE(places.prepare_home(mode::read_write)) << "nothing is elsewhere";
  on.run(0, *v.item(), mode::read_write, add_one);
  int polls = 0;
  while (!places.prepare_home(mode::read)) ++polls;
  EXPECT_GT(polls, 0);
  EXPECT_EQ(*static_cast<int*>(v.item()->host()), 4);
}

TEST(Residency, EvictsTheLongestUnusedCopyAndTakesTheOnlyOneHome)
{
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto options                  = devices(1, seed);
    options.units[0].memory_bytes = 2048;
    device_bench on{options};
    std::vector<buffer<int>> buffers;
    for (int i = 0; i < 8; ++i) buffers.emplace_back(std::size_t{200});
    for (int round = 0; round < 3; ++round) {
      for (auto& b : buffers) on.run(0, *b.item(), mode::read_write, add_one);
    }
    for (auto& b : buffers) ASSERT_THAT(b.host(), Each(3)) << "seed " << seed;
  }
}

TEST(Residency, SaysWhereThereIsNoRoom)
{
  auto options                  = devices(1);
  options.units[0].memory_bytes = 1024;
  device_bench on{options};
  buffer<int> large{1000};
  EXPECT_THROW(on.run(0, *large.item(), mode::read, [](std::span<int>) {}), out_of_device_memory);
  buffer<int> small{10};
  on.run(0, *small.item(), mode::read_write, add_one);
  EXPECT_THAT(small.host(), Each(1)) << "the device can be used further";
}

TEST(Residency, ContentOfAFailedDeviceIsLostUntilItIsWritten)
{
  auto options                = devices(1);
  options.faults.sticky_error = 1;
  device_bench on{options};
  buffer<int> b{10};
  buffer<int> only_read{10};
  on.run(0, *only_read.item(), mode::read, [](std::span<int>) {});
  try {
    on.run(0, *b.item(), mode::read_write, add_one);
  } catch (device_error const&) {
    FAIL() << "with this seed, the dispatcher runs the first task later";
  }
  EXPECT_THROW(static_cast<void>(b.host()), content_lost);
  EXPECT_THAT(only_read.host(), Each(0));
  b.item()->write_at_home();
  EXPECT_EQ(b.host().size(), 10U);
}

TEST(Residency, NothingIsLeftOnDevices)
{
  std::optional<device_bench> on{std::in_place};
  auto machine = on->machine;
  {
    buffer<int> b{10};
    on->run(0, *b.item(), mode::read_write, add_one);
    EXPECT_EQ(machine.usage().allocations, 1U);
    EXPECT_GT(machine.usage().events, 0U);
  }
  on.reset();
  EXPECT_EQ(machine.usage(), simulated_usage{});
}

/// Random uses of a few items by two devices and the host, all in program order but for what may
/// overlap.
class random_uses {
 public:
  explicit random_uses(std::uint64_t seed) : random_{seed}, on_{little_memory(seed)}
  {
    for (int i = 0; i < 4; ++i) items_.emplace_back(std::size_t{100});
  }

  void step()
  {
    auto const i      = random_() % items_.size();
    auto& item        = *items_[i].item();
    auto const d      = random_() % 2;
    auto const factor = static_cast<int>(random_() % 5);
    auto const next   = [factor](int v) { return v % 1000 * factor + 1; };
    auto const change = [next](std::span<int> data) {
      for (auto& v : data) v = next(v);
    };
    switch (random_() % 8) {
      case 0:
        num_wrong_ += items_[i].host()[99] != expected_[i];
        break;
      case 1:
        change(items_[i].host_for_writing());
        expected_[i] = next(expected_[i]);
        break;
      case 2:
        static_cast<void>(static_cast<resident_item&>(item).places().prepare_home(mode::read));
        break;
      case 3:
      case 4:
        on_.run(d, item, mode::read, [this, right = expected_[i]](std::span<int> data) {
          num_wrong_ += std::ranges::count(data, right) != 100;
        });
        break;
      default:
        on_.run(d, item, mode::read_write, change);
        expected_[i] = next(expected_[i]);
    }
  }

  [[nodiscard]] int num_wrong()
  {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      num_wrong_ += std::ranges::count(items_[i].host(), expected_[i]) != 100;
    }
    static_cast<void>(on_.machine.usage());  // runs what is enqueued
    return num_wrong_;
  }

 private:
  static simulated_options little_memory(std::uint64_t seed)
  {
    auto options = devices(2, seed);
    for (auto& unit : options.units) unit.memory_bytes = 1536;
    return options;
  }

  std::mt19937_64 random_;
  int num_wrong_             = 0;
  std::vector<int> expected_ = std::vector<int>(4, 0);
  device_bench on_;
  std::vector<buffer<int>> items_{};
};

TEST(Residency, IsAsIfThereWereOneMemoryOver300Seeds)
{
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    random_uses uses{seed};
    for (int step = 0; step < 80; ++step) uses.step();
    ASSERT_EQ(uses.num_wrong(), 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace heddle
