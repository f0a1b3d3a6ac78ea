#include <heddle/device/device.hpp>
#include <heddle/device/simulated.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <numeric>
#include <ostream>
#include <string>

namespace heddle {
namespace {

using bytes = std::vector<std::uint8_t>;

/// Where devices come from. Nothing here knows more of them than their interface.
struct provider {
  std::string name;
  std::function<std::vector<std::shared_ptr<device>>()> devices;

  friend void PrintTo(provider const& p, std::ostream* out) { *out << p.name; }
};

provider simulated(std::size_t count)
{
  return {fmt::format("Simulated{}", count), [count] {
            auto const units = std::vector<simulated_unit>(count, {.memory_bytes = 1 << 22});
            return simulated_machine{{.units = units, .seed = 7 + count}}.devices();
          }};
}

bytes numbers(std::size_t size, int first = 1)
{
  bytes all(size);
  std::iota(all.begin(), all.end(), static_cast<std::uint8_t>(first));
  return all;
}

class Device : public testing::TestWithParam<provider> {
 protected:
  void SetUp() override
  {
    devices_ = GetParam().devices();
    if (devices_.empty()) GTEST_SKIP() << "no CUDA device, or a build without CUDA";
  }

  device& first() { return *devices_.front(); }
  device& last() { return *devices_.back(); }
  device_stream stream(std::string const& name = "s") { return {devices_.front(), name}; }
  device_stream stream_of_last() { return {devices_.back(), "last"}; }

  /// The stream's position now, reached.
  void finish(device& d, stream_ref s)
  {
    auto const event = d.create_event();
    d.record(event, s);
    d.synchronize(event);
    d.destroy_event(event);
  }

  void* allocate(device& d, bytes const& content, stream_ref s)
  {
    auto* const memory = d.allocate(content.size(), s);
    sources_.push_back(content);
    d.copy_to_device(memory, sources_.back().data(), content.size(), s);
    return memory;
  }

  bytes read(device& d, void const* memory, std::size_t size, stream_ref s)
  {
    bytes content(size);
    d.copy_to_host(content.data(), memory, size, s);
    finish(d, s);
    return content;
  }

  std::vector<std::shared_ptr<device>> devices_;
  std::deque<bytes> sources_;  // stay until the copies have ended
};

TEST_P(Device, SaysWhatItIs)
{
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    auto const& info = devices_[i]->info();
    EXPECT_FALSE(info.name.empty());
    EXPECT_EQ(info.ordinal, static_cast<int>(i));
    EXPECT_EQ(info.kind, first().info().kind);
    EXPECT_GT(info.memory_bytes, 0U);
  }
}

TEST_P(Device, CopiesOddSizesAtOddOffsets)
{
  auto const s      = stream();
  auto* const there = static_cast<std::byte*>(first().allocate(5000, s));
  for (std::size_t const size : {1, 2, 7, 255, 256, 257, 4099}) {
    for (std::size_t const offset : {0, 1, 13, 255}) {
      auto const content = numbers(size, static_cast<int>(offset));
      first().copy_to_device(there + offset, content.data(), size, s);
      EXPECT_EQ(read(first(), there + offset, size, s), content) << size << " at " << offset;
    }
  }
  first().free(there, s);
}

TEST_P(Device, AlignsAllocationsAndKeepsThemApart)
{
  auto const s = stream();
  std::vector<void*> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(allocate(first(), numbers(100 + static_cast<std::size_t>(i), i), s));
  for (int i = 0; i < 10; ++i) {
    auto* const memory = all[static_cast<std::size_t>(i)];
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 256, 0U);
    auto const size = 100 + static_cast<std::size_t>(i);
    EXPECT_EQ(read(first(), memory, size, s), numbers(size, i));
    first().free(memory, s);
  }
}

TEST_P(Device, TakesEmptyAllocationsAndCopies)
{
  auto const s       = stream();
  auto* const memory = first().allocate(0, s);
  first().copy_to_device(memory, nullptr, 0, s);
  first().copy_to_host(nullptr, memory, 0, s);
  first().fill(memory, std::byte{1}, 0, s);
  first().free(memory, s);
  first().free(nullptr, s);
  finish(first(), s);
}

TEST_P(Device, FillsBytes)
{
  auto const s       = stream();
  auto* const memory = allocate(first(), numbers(300), s);
  first().fill(static_cast<std::byte*>(memory) + 3, std::byte{0xC7}, 201, s);
  auto expected = numbers(300);
  std::fill_n(expected.begin() + 3, 201, std::uint8_t{0xC7});
  EXPECT_EQ(read(first(), memory, 300, s), expected);
  first().free(memory, s);
}

TEST_P(Device, KeepsTheOrderOfAStream)
{
  auto const s       = stream();
  auto* const memory = first().allocate(4, s);
  bytes seen(100);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    first().fill(memory, static_cast<std::byte>(i), 4, s);
    first().copy_to_host(&seen[i], memory, 1, s);
  }
  first().free(memory, s);
  finish(first(), s);
  EXPECT_EQ(seen, numbers(100, 0));
}

TEST_P(Device, EventsOrderStreams)
{
  auto const a = stream("a"), b = stream("b");
  device_event const written{devices_.front()}, copied{devices_.front()};
  auto* const memory = first().allocate(64, a);
  bytes seen(64);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    first().wait(copied, a);
    first().fill(memory, static_cast<std::byte>(i), 64, a);
    first().record(written, a);
    first().wait(written, b);
    first().copy_to_host(&seen[i], memory, 1, b);
    first().record(copied, b);
  }
  first().wait(copied, a);
  first().free(memory, a);
  finish(first(), a);
  EXPECT_EQ(seen, numbers(64, 0));
}

TEST_P(Device, EventsOrderStreamsOfTwoDevices)
{
  auto const a = stream(), b = stream_of_last();
  device_event const written{devices_.front()}, copied{devices_.back()};
  auto* const from = allocate(first(), numbers(777), a);
  first().record(written, a);
  last().wait(written, b);
  auto* const to = last().allocate(777, b);
  last().copy_from(first(), to, from, 777, b);
  last().record(copied, b);
  first().wait(copied, a);
  first().free(from, a);
  EXPECT_EQ(read(last(), to, 777, b), numbers(777));
  last().free(to, b);
  finish(first(), a);
}

TEST_P(Device, CopiesBetweenAllPairs)
{
  for (auto const& to : devices_) {
    device_stream const s{to, "to"}, f{devices_.front(), "from"};
    auto* const from = allocate(first(), numbers(33), f);
    finish(first(), f);
    auto* const copy = to->allocate(40, s);
    to->copy_from(first(), static_cast<std::byte*>(copy) + 7, static_cast<std::byte*>(from) + 1, 32,
                  s);
    EXPECT_EQ(read(*to, static_cast<std::byte*>(copy) + 7, 32, s), numbers(32, 2));
    to->free(copy, s);
    first().free(from, f);
    finish(*to, s);
    finish(first(), f);
  }
}

TEST_P(Device, AWaitMeansTheLatestRecordSoFar)
{
  auto const a = stream("a"), b = stream("b");
  device_event const event{devices_.front()};
  auto* const memory = allocate(first(), {1}, a);
  first().record(event, a);
  first().wait(event, b);  // the first record, which the next one does not change
  first().record(event, b);
  std::uint8_t seen = 0;
  first().copy_to_host(&seen, memory, 1, b);
  finish(first(), b);
  EXPECT_EQ(seen, 1);
  EXPECT_TRUE(event.has_ended());
  first().free(memory, a);
  finish(first(), a);
}

TEST_P(Device, AnEventThatWasNeverRecordedHasEnded)
{
  auto const s = stream();
  device_event const event{devices_.front()};
  EXPECT_TRUE(event.has_ended());
  event.synchronize();
  first().wait(event, s);
  finish(first(), s);
}

TEST_P(Device, PollingComesToAnEnd)
{
  auto const s = stream();
  device_event const event{devices_.front()};
  std::atomic<int> calls{0};
  for (int i = 0; i < 20; ++i) first().call_host([&] { ++calls; }, s);
  first().record(event, s);
  while (!event.has_ended()) {
  }
  EXPECT_EQ(calls, 20);
}

TEST_P(Device, CallsTheHostInOrder)
{
  auto const s       = stream();
  auto* const memory = first().allocate(1, s);
  std::uint8_t value = 0;
  bytes seen;
  for (int i = 0; i < 10; ++i) {
    first().fill(memory, static_cast<std::byte>(i), 1, s);
    first().copy_to_host(&value, memory, 1, s);
    first().call_host([&] { seen.push_back(value); }, s);
  }
  first().free(memory, s);
  finish(first(), s);
  EXPECT_EQ(seen, numbers(10, 0));
}

TEST_P(Device, UsesFreedMemoryAgain)
{
  auto const s        = stream();
  auto const third    = first().info().memory_bytes / 3;
  auto const allocate = [&] { return first().allocate(third, s); };
  for (int i = 0; i < 10; ++i) {  // more than there is, if nothing came back
    auto* const memory = allocate();
    first().fill(memory, static_cast<std::byte>(i), 1, s);
    EXPECT_EQ(read(first(), memory, 1, s), bytes{static_cast<std::uint8_t>(i)});
    first().free(memory, s);
  }
  finish(first(), s);
}

TEST_P(Device, RecoversFromOutOfMemory)
{
  auto const s = stream();
  EXPECT_THROW(static_cast<void>(first().allocate(2 * first().info().memory_bytes, s)),
               out_of_device_memory);
  auto* const memory = allocate(first(), numbers(50), s);
  EXPECT_EQ(read(first(), memory, 50, s), numbers(50));
  first().free(memory, s);
  finish(first(), s);
}

TEST_P(Device, CopiesPinnedMemory)
{
  auto const s       = stream();
  auto content       = numbers(4096);
  auto const pinned  = first().pin(content.data(), content.size());
  auto* const memory = allocate(first(), content, s);
  first().fill(memory, std::byte{9}, 1, s);
  first().copy_to_host(content.data(), memory, content.size(), s);
  finish(first(), s);
  EXPECT_EQ(content[0], 9);
  EXPECT_EQ(content[1], 2);
  if (pinned) first().unpin(content.data());
  first().free(memory, s);
}

TEST_P(Device, WhatIsEnqueuedOutlivesStreamAndEvent)
{
  std::atomic<int> calls{0};
  auto const b = stream("b");
  {
    auto const a = stream("a");
    device_event const event{devices_.front()};
    for (int i = 0; i < 5; ++i) first().call_host([&] { ++calls; }, a);
    first().record(event, a);
    first().wait(event, b);
  }
  finish(first(), b);
  EXPECT_EQ(calls, 5);
}

TEST_P(Device, NeedsABodyForItsKind)
{
  auto const s = stream();
  EXPECT_THROW(first().launch({.name = "none"}, s), not_supported);
}

TEST_P(Device, LaunchesBodiesOnItsArguments)
{
  auto const s       = stream();
  auto& d            = first();
  auto* const memory = allocate(d, numbers(10), s);
  device_work work{.name = "set", .arguments = {{static_cast<std::byte*>(memory) + 4, 3}}};
  work.part      = {5, 7};
  work.simulated = [](body_arguments const& a) {
    EXPECT_EQ(a.part.first, 5U);
    EXPECT_EQ(a.part.last, 7U);
    std::fill_n(static_cast<std::uint8_t*>(a.data[0].data), a.data[0].size_bytes, std::uint8_t{0});
  };
  work.gpu = [&](stream_ref on, body_arguments const& a) {
    EXPECT_EQ(a.part.first, 5U);
    d.fill(a.data[0].data, std::byte{0}, a.data[0].size_bytes, on);
  };
  d.launch(work, s);
  EXPECT_EQ(read(d, memory, 10, s), (bytes{1, 2, 3, 4, 0, 0, 0, 8, 9, 10}));
  d.free(memory, s);
  finish(d, s);
}

auto const name_of = [](auto const& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(OnCpu, Device, testing::Values(simulated(1), simulated(2), simulated(8)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(OnGpu, Device, testing::Values(provider{"Cuda", &cuda_devices}), name_of);

}  // namespace
}  // namespace heddle
