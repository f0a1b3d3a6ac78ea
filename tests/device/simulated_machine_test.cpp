#include <heddle/device/simulated.hpp>

#include <gmock/gmock.h>

#include <cstdint>
#include <future>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace heddle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A machine of two small units with a stream and an event each.
struct two_units {
  explicit two_units(simulated_faults faults = {}, std::uint64_t seed = 1)
    : machine{{.units  = std::vector<simulated_unit>(2, {.memory_bytes = 1 << 14}),
               .seed   = seed,
               .faults = faults}},
      a{machine.devices()[0]},
      b{machine.devices()[1]}
  {
  }

  /// Reaches the end of the stream; what went wrong with it, if anything did.
  static std::string finish(std::shared_ptr<device> const& d, stream_ref s)
  try {
    device_event const end{d};
    d->record(end, s);
    end.synchronize();
    return {};
  } catch (device_error const& e) {
    return e.what();
  }

  simulated_machine machine;
  std::shared_ptr<device> a, b;
};

device_work work(std::string name, host_body body, std::vector<argument> arguments = {})
{
  return {.name = std::move(name), .simulated = std::move(body), .arguments = std::move(arguments)};
}

void nothing(body_arguments const&) {}

void fail(body_arguments const&)
{
  throw std::runtime_error{"a wrong step"};
}

TEST(SimulatedMachine, ChecksItsOptions)
{
  EXPECT_THROW(simulated_machine({.units = {}}), invalid_argument);
  EXPECT_THROW(simulated_machine({.units = {{.memory_bytes = 0}}}), invalid_argument);
  EXPECT_THROW(simulated_machine({.units = {{.speed = 0}}}), invalid_argument);
  EXPECT_THROW(simulated_machine({.units = {{.peer_bytes_per_second = -1}}}), invalid_argument);
  EXPECT_THROW(simulated_machine({.units = {{.copy_latency_seconds = -1}}}), invalid_argument);
  EXPECT_THROW(simulated_machine({.faults = {.hang = 1.5}}), invalid_argument);
  EXPECT_THROW(
    simulated_machine({.faults = {.sticky_error = std::numeric_limits<double>::quiet_NaN()}}),
    invalid_argument);
}

TEST(SimulatedMachine, NamesTheUseOfFreedMemory)
{
  two_units m;
  device_stream const s{m.a, "main"};
  auto* const memory = m.a->allocate(64, s);
  m.a->free(memory, s);
  m.a->launch(work("late", nothing, {{memory, 64}}), s);
  EXPECT_THAT(two_units::finish(m.a, s),
              AllOf(HasSubstr("simulated GPU 0"), HasSubstr("late"), HasSubstr("\"main\""),
                    HasSubstr("the memory was freed")));
}

TEST(SimulatedMachine, NamesAFreeThatIsNotAwaited)
{
  int detected = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    two_units m{{}, seed};
    device_stream const s{m.a, "s"}, t{m.a, "t"};
    auto* const memory = m.a->allocate(64, s);
    device_event const made{m.a};
    m.a->record(made, s);
    m.a->wait(made, t);
    m.a->fill(memory, std::byte{1}, 64, t);
    m.a->free(memory, s);  // does not wait for t
    auto const message = two_units::finish(m.a, s) + two_units::finish(m.a, t);
    detected += message.find("the memory was freed") != std::string::npos;
  }
  EXPECT_GE(detected, 15);
}

TEST(SimulatedMachine, NamesTheUseOfMemoryBeforeItsAllocation)
{
  int detected = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    two_units m{{}, seed};
    device_stream const s{m.a, "s"}, t{m.a, "t"};
    auto* const memory = m.a->allocate(64, s);
    m.a->fill(memory, std::byte{1}, 64, t);
    detected += two_units::finish(m.a, t).find("not allocated yet") != std::string::npos;
  }
  EXPECT_GE(detected, 15);
}

/// The error of a `fill` of some bytes at some place beside an allocation of 100 bytes.
std::string error_of_fill(std::ptrdiff_t offset, std::size_t bytes, bool on_other = false)
{
  two_units m;
  device_stream const s{m.a, "s"}, t{m.b, "t"};
  auto* const memory      = static_cast<std::byte*>(m.a->allocate(100, s));
  auto const& d           = on_other ? m.b : m.a;
  stream_ref const stream = on_other ? t : s;
  d->fill(memory + offset, std::byte{1}, bytes, stream);
  return two_units::finish(d, stream);
}

TEST(SimulatedMachine, NamesMemoryThatIsNotItsOwn)
{
  EXPECT_EQ(error_of_fill(0, 100), "");
  EXPECT_EQ(error_of_fill(99, 1), "");
  EXPECT_THAT(error_of_fill(1, 100), HasSubstr("over the end of the 100 bytes"));
  EXPECT_THAT(error_of_fill(100, 1), HasSubstr("over the end of the 100 bytes"));
  EXPECT_THAT(error_of_fill(8000, 1), HasSubstr("no memory of this device"));
  EXPECT_THAT(error_of_fill(0, 100, true), HasSubstr("no memory of this device"));
}

TEST(SimulatedMachine, NamesADoubleFree)
{
  two_units m;
  device_stream const s{m.a, "s"};
  auto* const memory = m.a->allocate(1, s);
  m.a->free(memory, s);
  m.a->free(memory, s);
  EXPECT_THAT(two_units::finish(m.a, s), HasSubstr("freed already"));
}

TEST(SimulatedMachine, PoisonsNewMemory)
{
  two_units m;
  device_stream const s{m.a, "s"};
  auto* const memory = m.a->allocate(4, s);
  std::uint32_t seen = 0;
  m.a->copy_to_host(&seen, memory, 4, s);
  EXPECT_EQ(two_units::finish(m.a, s), "");
  EXPECT_EQ(seen, 0xA5A5A5A5);
}

TEST(SimulatedMachine, RefusesDeviceMemoryAsHostMemory)
{
  two_units m;
  device_stream const s{m.a, "s"};
  auto* const memory = m.a->allocate(8, s);
  EXPECT_THROW(m.a->copy_to_device(memory, memory, 8, s), invalid_argument);
  EXPECT_THROW(m.a->copy_to_host(memory, memory, 8, s), invalid_argument);
  EXPECT_FALSE(m.a->pin(memory, 8));
}

TEST(SimulatedMachine, RefusesStrangeHandles)
{
  two_units m;
  simulated_machine other;
  device_stream const s{m.a, "s"}, t{m.b, "t"};
  device_event const event{m.b};
  EXPECT_THROW(m.a->record(event, s), invalid_argument);
  EXPECT_THROW(m.a->fill(nullptr, std::byte{}, 0, t), invalid_argument);
  EXPECT_THROW(m.a->wait(event_ref{}, s), invalid_argument);
  EXPECT_THROW(m.a->copy_from(*other.devices()[0], nullptr, nullptr, 0, s), invalid_argument);
}

TEST(SimulatedMachineDeathTest, HostAccessToDeviceMemoryEndsTheProgram)
{
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  two_units m;
  device_stream const s{m.a, "s"};
  auto* const memory = static_cast<char volatile*>(m.a->allocate(8, s));
  EXPECT_EQ(two_units::finish(m.a, s), "");
  EXPECT_DEATH(memory[0] = 1, "");
  EXPECT_DEATH(static_cast<void>(memory[0] + 0), "");
}

TEST(SimulatedMachine, AnErrorOfABodyStays)
{
  two_units m;
  device_stream const s{m.a, "main"}, t{m.a, "other"};
  m.a->launch(work("bad", fail), s);
  bool is_run = false;
  m.a->call_host([&] { is_run = true; }, s);
  auto const message = two_units::finish(m.a, s);
  EXPECT_THAT(message, AllOf(HasSubstr("simulated GPU 0"), HasSubstr("\"bad\""),
                             HasSubstr("\"main\""), HasSubstr("a wrong step")));
  EXPECT_FALSE(is_run);
  EXPECT_THROW(static_cast<void>(m.a->allocate(1, t)), device_error);
  EXPECT_THROW(static_cast<void>(m.a->create_event()), device_error);
  EXPECT_THROW(m.a->launch(work("next", nothing), t), device_error);
  EXPECT_EQ(two_units::finish(m.a, t), message);
  device_stream const u{m.b, "healthy"};
  EXPECT_EQ(two_units::finish(m.b, u), "");
}

TEST(SimulatedMachine, ALostDeviceGivesEverythingBack)
{
  two_units m;
  {
    device_stream const s{m.a, "s"};
    device_event const event{m.a};
    auto* const early = m.a->allocate(10, s);
    auto* const late  = m.a->allocate(10, s);
    m.a->launch(work("bad", fail), s);
    m.a->free(early, s);
    EXPECT_NE(two_units::finish(m.a, s), "");
    m.a->free(late, s);
  }
  EXPECT_EQ(m.machine.usage(), simulated_usage{});
}

TEST(SimulatedMachine, WhoWaitsForALostDeviceHearsOfIt)
{
  int waited = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    two_units m{{}, seed};
    {
      device_stream const s{m.a, "s"}, t{m.b, "t"}, u{m.b, "u"};
      device_event const lost{m.a}, end{m.b};
      auto* const memory = m.b->allocate(10, t);
      m.a->launch(work("bad", fail), s);
      try {
        m.a->record(lost, s);
      } catch (device_error const&) {  // it failed before: there is nothing to wait for
        m.b->free(memory, t);
        continue;
      }
      ++waited;
      m.b->wait(lost, t);
      m.b->free(memory, t);
      m.b->record(end, t);
      try {
        while (!end.has_ended()) {
        }
        ADD_FAILURE() << "the event ended";
      } catch (device_error const& e) {
        EXPECT_THAT(e.what(), HasSubstr("simulated GPU 0"));
      }
      EXPECT_THAT(two_units::finish(m.b, t), HasSubstr("simulated GPU 0"));
      EXPECT_EQ(two_units::finish(m.b, u), "") << "the waiting device itself is well";
    }
    EXPECT_EQ(m.machine.usage(), simulated_usage{});
  }
  EXPECT_GT(waited, 10);
}

TEST(SimulatedMachine, InjectsStickyErrors)
{
  two_units m{{.sticky_error = 1}};
  device_stream const s{m.a, "s"};
  m.a->launch(work("struck", nothing), s);
  EXPECT_THAT(two_units::finish(m.a, s), AllOf(HasSubstr("struck"), HasSubstr("injected")));
}

TEST(SimulatedMachine, InjectsOutOfMemory)
{
  two_units m{{.out_of_memory = 0.5}};
  device_stream const s{m.a, "s"};
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    try {
      m.a->free(m.a->allocate(8, s), s);
    } catch (out_of_device_memory const&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
  EXPECT_LT(refused, 80);
  EXPECT_EQ(m.machine.usage().allocations, 0U);
}

TEST(SimulatedMachine, LosesCallbacks)
{
  two_units m{{.lost_callback = 1}};
  device_stream const s{m.a, "s"};
  m.a->call_host([] { ADD_FAILURE() << "called"; }, s);
  EXPECT_EQ(two_units::finish(m.a, s), "");
}

TEST(SimulatedMachine, Hangs)
{
  two_units m{{.hang = 1}};
  device_stream const s{m.a, "s"}, t{m.a, "t"};
  device_event const event{m.a};
  m.a->launch(work("endless", nothing), s);
  m.a->record(event, s);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(event.has_ended());
  EXPECT_EQ(two_units::finish(m.a, t), "") << "other streams go on";
  EXPECT_EQ(m.machine.usage().events, 1U) << "and to ask for the usage does not hang";
}

TEST(SimulatedMachine, SaysHowMuchMemoryIsThere)
{
  two_units m;
  device_stream const s{m.a, "s"};
  static_cast<void>(m.a->allocate(1 << 13, s));
  try {
    static_cast<void>(m.a->allocate(10000, s));
    FAIL();
  } catch (out_of_device_memory const& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("10000 bytes wanted"), HasSubstr("8192 of 16384 bytes")));
  }
}

TEST(SimulatedMachine, CountsWhatIsLeftBehind)
{
  two_units m;
  int host           = 0;
  auto const s       = m.a->create_stream("s");
  auto const event   = m.b->create_event();
  auto* const memory = m.a->allocate(100, s);
  EXPECT_TRUE(m.a->pin(&host, sizeof host));
  EXPECT_EQ(m.machine.usage(), (simulated_usage{1, 1, 1, 100, 1}));
  m.a->free(memory, s);
  m.a->destroy_stream(s);
  m.b->destroy_event(event);
  m.a->unpin(&host);
  EXPECT_EQ(m.machine.usage(), simulated_usage{});
}

/// The order in which the callbacks of four streams come.
std::string trace(std::uint64_t seed)
{
  two_units m{{}, seed};
  std::string order;
  std::vector<std::unique_ptr<device_stream>> streams;
  for (int i = 0; i < 4; ++i)
    streams.push_back(std::make_unique<device_stream>(i % 2 == 0 ? m.a : m.b, "s"));
  for (std::size_t k = 0; k < 40; ++k) {
    auto const& d = k % 2 == 0 ? m.a : m.b;
    d->call_host([&order, k] { order += static_cast<char>('a' + k % 4); }, *streams[k % 4]);
  }
  static_cast<void>(m.machine.usage());
  return order;
}

TEST(SimulatedMachine, RepeatsItselfBySeed)
{
  int different = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto const order = trace(seed);
    EXPECT_EQ(order.size(), 40U);
    EXPECT_EQ(order, trace(seed)) << seed;
    different += order != trace(seed + 1);
  }
  EXPECT_GT(different, 45);
}

TEST(SimulatedMachine, ModelsTheTimeOfCopies)
{
  simulated_unit const unit{.memory_bytes                 = 1 << 22,
                            .to_device_bytes_per_second   = 1e6,
                            .from_device_bytes_per_second = 2e6,
                            .peer_bytes_per_second        = 4e6,
                            .copy_latency_seconds         = 0.5};
  simulated_machine machine{{.units = {unit, unit}}};
  auto const &a = machine.devices()[0], &b = machine.devices()[1];
  device_stream const s{a, "s"}, t{b, "t"};
  std::vector<std::byte> host(1000000);
  auto* const on_a = a->allocate(host.size(), s);
  auto* const on_b = b->allocate(host.size(), t);
  a->copy_to_device(on_a, host.data(), host.size(), s);
  EXPECT_EQ(two_units::finish(a, s), "");
  EXPECT_DOUBLE_EQ(machine.modelled_seconds(), 1.5);
  b->copy_to_device(on_b, host.data(), host.size(), t);
  EXPECT_EQ(two_units::finish(b, t), "");
  EXPECT_DOUBLE_EQ(machine.modelled_seconds(), 1.5) << "the links work at the same time";
  b->copy_from(*a, on_b, on_a, host.size(), t);
  EXPECT_EQ(two_units::finish(b, t), "");
  EXPECT_DOUBLE_EQ(machine.modelled_seconds(), 2.25);
  a->copy_to_host(host.data(), on_a, host.size(), s);  // a's way out was taken until 2.25
  EXPECT_EQ(two_units::finish(a, s), "");
  EXPECT_DOUBLE_EQ(machine.modelled_seconds(), 3.25);
}

TEST(SimulatedMachine, ModelsTheTimeOfBodiesBySpeed)
{
  simulated_machine machine{{.units = {{.memory_bytes = 1024, .speed = 1e-6}}}};
  auto const& d = machine.devices()[0];
  device_stream const s{d, "s"};
  d->launch(work("busy",
                 [](body_arguments const&) {
                   for (int volatile i = 0; i < 100000;) i = i + 1;
                 }),
            s);
  EXPECT_EQ(two_units::finish(d, s), "");
  EXPECT_GT(machine.modelled_seconds(), 1) << "some microseconds, a million times slower";
}

TEST(SimulatedMachine, DestroysWhatDoesNotRunWithoutItsLock)
{
  two_units m;
  device_stream const s{m.a, "s"};
  m.a->launch(work("bad", fail), s);
  m.a->call_host([o = std::make_shared<device_stream>(m.a, "held")] {}, s);
  EXPECT_NE(two_units::finish(m.a, s), "");
  EXPECT_EQ(m.machine.usage().streams, 1U);
}

}  // namespace
}  // namespace heddle
