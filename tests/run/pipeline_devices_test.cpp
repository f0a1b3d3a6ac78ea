// Pipelines with stages on simulated devices, whose dispatcher is as unfavourable as it may be.

#include "tests/support/listening_device.hpp"

#include <heddle/base/error.hpp>
#include <heddle/device/simulated.hpp>
#include <heddle/run/pipeline.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace heddle {
namespace {

using testing::HasSubstr;

/// Lives on the heap and on the device. Its memory is not where a copy of it would be.
struct token {
  explicit token(std::uint64_t n) : host{std::make_unique<std::uint64_t>(n)} {}

  std::unique_ptr<std::uint64_t> host;
  std::uint64_t inside = 0;  ///< moves with the token
};

auto tokens(std::uint64_t count)
{
  return [count, n = std::uint64_t{0}]() mutable -> std::optional<token> {
    if (n == count) return std::nullopt;
    return token{n++};
  };
}

device_work multiply(void* memory, std::uint64_t factor)
{
  return {
    .name = "multiply",
    .simulated =
      [factor](body_arguments const& a) { *static_cast<std::uint64_t*>(a.data[0].data) *= factor; },
    .arguments = {{memory, sizeof(std::uint64_t)}}};
}

/// There, thrice, and back; what comes back goes to both places of the token.
void triple(device& d, stream_ref stream, token& t)
{
  auto* const memory = d.allocate(sizeof *t.host, stream);
  d.copy_to_device(memory, t.host.get(), sizeof *t.host, stream);
  d.launch(multiply(memory, 3), stream);
  d.copy_to_host(t.host.get(), memory, sizeof *t.host, stream);
  d.copy_to_host(&t.inside, memory, sizeof t.inside, stream);
  d.free(memory, stream);
}

std::vector<std::uint64_t> multiples(std::uint64_t count, std::uint64_t factor)
{
  std::vector<std::uint64_t> all(count);
  for (std::uint64_t i = 0; i < count; ++i) all[i] = i * factor;
  return all;
}

/// Whether `t` has been where it should.
std::uint64_t result_of(token const& t)
{
  return *t.host == t.inside ? t.inside : ~std::uint64_t{0};
}

TEST(PipelineDevices, GiveTokensBackWhenTheDeviceIsDoneWithThem)
{
  constexpr std::uint64_t count = 60;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    simulated_machine machine{{.seed = seed}};
    auto const gpu = machine.devices()[0];
    executor e{static_cast<int>(seed % 3)};
    for (std::size_t const streams : {1U, 2U, 3U}) {
      for (std::size_t const in_flight : {0U, 1U, 5U, 64U}) {
        std::vector<std::uint64_t> results;
        auto const body = [&](stream_ref s, token& t) { triple(*gpu, s, t); };
        auto const passed =
          run_pipeline(e, {in_flight}, tokens(count), parallel_on(gpu, streams, body),
                       serial([&](token t) { results.push_back(result_of(t)); }));
        ASSERT_EQ(passed, count);
        ASSERT_EQ(results, multiples(count, 3))
          << "seed " << seed << ", " << streams << " streams, " << in_flight << " in flight";
      }
    }
    ASSERT_EQ(machine.usage(), simulated_usage{});
  }
}

TEST(PipelineDevices, KeepTheOrderOfTokensOnTheStreamOfASerialStage)
{
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    simulated_machine machine{{.seed = seed}};
    auto const gpu = machine.devices()[0];
    executor e{2};
    std::vector<std::uint64_t> enqueued, done;
    auto const note = [&done](std::uint64_t n) {
      return device_work{.name      = "note",
                         .simulated = [&done, n](body_arguments const&) { done.push_back(n); }};
    };
    auto const body = [&](stream_ref s, token& t) {
      enqueued.push_back(*t.host);
      gpu->launch(note(*t.host), s);
    };
    run_pipeline(e, {}, tokens(300), parallel([](token t) {
                   if (*t.host % 7 == 0) std::this_thread::yield();
                   return t;
                 }),
                 serial_on(gpu, body));
    ASSERT_EQ(enqueued, multiples(300, 1));
    ASSERT_EQ(done, multiples(300, 1));
  }
}

TEST(PipelineDevices, MayFollowEachOther)
{
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    simulated_machine machine{{.units = std::vector<simulated_unit>(2), .seed = seed}};
    auto const first  = machine.devices()[0];
    auto const second = machine.devices()[1];
    executor e{1};
    std::vector<std::uint64_t> results;
    run_pipeline(e, {.tokens = 20}, tokens(200),
                 serial_on(first, [&](stream_ref s, token& t) { triple(*first, s, t); }),
                 parallel_on(second, 3, [&](stream_ref s, token& t) { triple(*second, s, t); }),
                 serial_on(first, [&](stream_ref s, token& t) { triple(*first, s, t); }),
                 serial([&](token t) { results.push_back(result_of(t)); }));
    ASSERT_EQ(results, multiples(200, 27));
    ASSERT_EQ(machine.usage(), simulated_usage{});
  }
}

/// Says of the event that is recorded first that it has not ended until `may_end` holds, or a test
/// that would have to hang has to fail.
class patient_device : public test::listening_device {
 public:
  patient_device(std::shared_ptr<device> to, std::function<bool()> may_end)
    : listening_device{std::move(to)}, may_end_{std::move(may_end)}
  {
  }

  void record(event_ref event, stream_ref stream) override
  {
    if (!std::exchange(has_first_, true)) first_ = event;
    listening_device::record(event, stream);
  }

  bool has_ended(event_ref event) override
  {
    bool const is_held = event == first_ && !may_end_() && ++num_asked_ < most_asked;
    return !is_held && listening_device::has_ended(event);
  }

  [[nodiscard]] bool has_given_up() const { return num_asked_ >= most_asked; }

 private:
  static constexpr int most_asked = 20'000;
  std::function<bool()> may_end_;
  std::atomic<int> num_asked_{0};
  event_ref first_{};
  bool has_first_ = false;
};

TEST(PipelineDevices, OverlapTokensOnTheirStreams)
{
  simulated_machine machine;
  executor e{0};
  std::atomic<int> num_enqueued{0};
  auto const gpu =
    std::make_shared<patient_device>(machine.devices()[0], [&] { return num_enqueued == 3; });
  std::set<CUstream_st*> streams;
  run_pipeline(e, {.tokens = 3}, tokens(3), parallel_on(gpu, 3, [&](stream_ref s, token& t) {
                 streams.insert(s.get());
                 triple(*gpu, s, t);
                 ++num_enqueued;
               }));
  EXPECT_FALSE(gpu->has_given_up());
  EXPECT_EQ(streams.size(), 3U);
}

/// The only thread takes others through all stages while the first token is on the device.
TEST(PipelineDevices, LeaveTheThreadToOtherTokens)
{
  simulated_machine machine;
  executor e{0};
  std::atomic<int> num_ended{0};
  auto const gpu =
    std::make_shared<patient_device>(machine.devices()[0], [&] { return num_ended >= 10; });
  run_pipeline(e, {.tokens = 4}, tokens(40),
               parallel_on(gpu, 2, [&](stream_ref s, token& t) { triple(*gpu, s, t); }),
               serial_out_of_order([&](token const&) { ++num_ended; }));
  EXPECT_FALSE(gpu->has_given_up());
  EXPECT_EQ(num_ended, 40);
}

TEST(PipelineDevices, HaveNoMoreTokensInFlightThanAllowed)
{
  simulated_machine machine;
  auto const gpu = machine.devices()[0];
  executor e{2};
  std::atomic<int> in_flight{0}, most{0};
  run_pipeline(
    e, {.tokens = 5},
    [&, source = tokens(500)]() mutable {
      auto next      = source();
      auto const now = next ? ++in_flight : 0;
      for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      return next;
    },
    parallel_on(gpu, 3, [&](stream_ref s, token& t) { triple(*gpu, s, t); }),
    serial([&](token const&) { --in_flight; }));
  EXPECT_LE(most, 5);
}

TEST(PipelineDevices, MayBeNested)
{
  simulated_machine machine{{.seed = 5}};
  auto const gpu = machine.devices()[0];
  executor e{2};
  std::atomic<std::uint64_t> sum{0};
  auto const body = [&](stream_ref s, token& t) { triple(*gpu, s, t); };
  run_pipeline(e, {.tokens = 8}, tokens(20), parallel_on(gpu, 2, body), parallel([&](token t) {
                 run_pipeline(e, {.tokens = 4}, tokens(result_of(t)), parallel_on(gpu, 2, body),
                              parallel([&](token u) { sum += result_of(u); }));
               }));
  std::uint64_t expected = 0;
  for (std::uint64_t n = 1; n < 20; ++n) expected += 3 * (3 * n * (3 * n - 1) / 2);
  EXPECT_EQ(sum, expected);
}

// ---- failures ----

/// What the device has of a token when a body throws is waited for: the copies go to the tokens.
TEST(PipelineDevices, WaitForWhatABodyThatThrowsHasEnqueued)
{
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    simulated_machine machine{{.seed = seed}};
    auto const gpu = machine.devices()[0];
    executor e{static_cast<int>(seed % 3)};
    std::atomic<int> num_begun{0}, num_done{0};
    auto const body = [&](stream_ref s, token& t) {
      auto const n = *t.host;
      ++num_begun;
      triple(*gpu, s, t);
      gpu->launch({.name = "count", .simulated = [&](body_arguments const&) { ++num_done; }}, s);
      if (n == 60 + seed) throw std::runtime_error{"no"};
    };
    EXPECT_THROW(run_pipeline(e, {.tokens = 32}, tokens(100'000),
                              parallel_on(gpu, 1 + seed % 3, body), serial([](token const&) {})),
                 std::runtime_error);
    ASSERT_EQ(num_done.load(), num_begun.load());
    ASSERT_LT(num_begun, 100'000);
    ASSERT_EQ(machine.usage(), simulated_usage{});
  }
}

TEST(PipelineDevices, WaitForTheDeviceWhenAnotherStageThrows)
{
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    simulated_machine machine{{.seed = seed}};
    auto const gpu = machine.devices()[0];
    executor e{static_cast<int>(seed % 3)};
    auto const body = [&](stream_ref s, token& t) { triple(*gpu, s, t); };
    EXPECT_THROW(run_pipeline(e, {.tokens = 16}, tokens(100'000), parallel_on(gpu, 2, body),
                              serial([](token const& t) {
                                if (*t.host == 3 * 50) throw std::logic_error{"no"};
                              })),
                 std::logic_error);
    auto source = [next = tokens(40)]() mutable {
      auto t = next();
      if (!t) throw std::runtime_error{"no more"};
      return t;
    };
    EXPECT_THROW(run_pipeline(e, {.tokens = 16}, source, serial_on(gpu, body)), std::runtime_error);
    ASSERT_EQ(machine.usage(), simulated_usage{});
  }
}

TEST(PipelineDevices, EndWithTheErrorOfTheDevice)
{
  int num_failed = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    simulated_machine machine{{.seed = seed, .faults = {.sticky_error = 0.01}}};
    auto const gpu = machine.devices()[0];
    executor e{static_cast<int>(seed % 3)};
    auto const body = [&](stream_ref s, token& t) { triple(*gpu, s, t); };
    try {
      run_pipeline(e, {.tokens = seed % 20}, tokens(200), parallel_on(gpu, 1 + seed % 3, body),
                   serial([](token const&) {}));
    } catch (device_error const& error) {
      ++num_failed;
      ASSERT_THAT(error.what(), HasSubstr("injected"));
      ASSERT_THROW(run_pipeline(e, {}, tokens(1), serial_on(gpu, body)), device_error);
    }
    EXPECT_EQ(machine.usage().streams, 0U);
    EXPECT_EQ(machine.usage().events, 0U);
  }
  EXPECT_GT(num_failed, 20);
}

/// By nobody who enqueues anything.
TEST(PipelineDevices, EndWithAnErrorThatIsNoticedAfterTheLastToken)
{
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    simulated_machine machine{{.seed = seed, .faults = {.sticky_error = 1}}};
    auto const gpu = machine.devices()[0];
    executor e{0};
    int num_passed_on = 0;
    EXPECT_THROW(run_pipeline(e, {}, tokens(1),
                              serial_on(gpu, [&](stream_ref s, token& t) { triple(*gpu, s, t); }),
                              serial([&](token const&) { ++num_passed_on; })),
                 device_error);
    ASSERT_EQ(num_passed_on, 0);
  }
}

TEST(PipelineDevices, EndWithALackOfDeviceMemory)
{
  simulated_machine machine{{.faults = {.out_of_memory = 0.02}}};
  auto const gpu = machine.devices()[0];
  executor e{1};
  EXPECT_THROW(
    run_pipeline(e, {}, tokens(10'000),
                 parallel_on(gpu, 2, [&](stream_ref s, token& t) { triple(*gpu, s, t); }),
                 serial([](token const&) {})),
    out_of_device_memory);
  EXPECT_EQ(machine.usage(), simulated_usage{});
}

TEST(PipelineDevices, NeedADeviceAndAStream)
{
  simulated_machine machine;
  executor e{0};
  auto const body = [](stream_ref, token&) {};
  EXPECT_THROW(run_pipeline(e, {}, tokens(1), serial_on(nullptr, body)), invalid_argument);
  EXPECT_THROW(run_pipeline(e, {}, tokens(1), parallel_on(machine.devices()[0], 0, body)),
               invalid_argument);
}

}  // namespace
}  // namespace heddle
