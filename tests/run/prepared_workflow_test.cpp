#include <heddle/base/error.hpp>
#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/workflow/builders.hpp>

#include "tests/support/flat_machine.hpp"
#include "tests/support/machine_with_devices.hpp"
#include "tests/support/message_of.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

namespace heddle {
namespace {

using test::flat_machine;
using test::message_of_call;
using ::testing::HasSubstr;

TEST(PreparedWorkflow, RunsEveryKindOfStageAgainAndAgain)
{
  engine e{flat_machine(3)};
  std::size_t const size = 1000;
  buffer<double> x{size};
  value<double> sum;
  value<int> root{1};
  std::size_t lines = 0;
  workflow w;
  w.task("fill", write(x)).cpu([](std::span<double> d) { std::iota(d.begin(), d.end(), 0.0); });
  w.for_each("double", {0, size}, read_write(x)).cpu([](range part, std::span<double> d) {
    for (auto i = part.first; i < part.last; ++i) d[i] *= 2;
  });
  w.reduce("sum", {0, size}, 0.0, std::plus<>{}, sum, read(x))
    .cpu([](range part, std::span<double const> d) {
      return std::accumulate(d.data() + part.first, d.data() + part.last, 0.0);
    });
  w.pipeline("lines", {.tokens = 2},
             [](token_control& t) -> std::optional<int> {
               if (t.index() == 5) return std::nullopt;
               return 1;
             })
    .serial("count", [&lines](int) { ++lines; });
  w.speculate("root", read_write(root))
    .alternative("bad",
                 [](std::stop_token, int& r) {
                   r = -1;
                   return false;
                 })
    .alternative("good", [](std::stop_token, int& r) {
      ++r;
      return true;
    });
  auto prepared = e.prepare(w);
  for (int run = 1; run <= 20; ++run) {
    EXPECT_TRUE(prepared.run());
    ASSERT_EQ(sum.get(), 999000);
    ASSERT_EQ(lines, 5U * static_cast<std::size_t>(run));
    ASSERT_EQ(root.get(), 1 + run);
  }
}

/// While the engine's own thread is busy, the caller does all in order.
class busy_thread {
 public:
  explicit busy_thread(executor& e)
    : call_{async(e, [this] {
        is_busy_ = true;
        while (is_busy_) std::this_thread::yield();
      })}
  {
    while (!is_busy_) std::this_thread::yield();
  }
  busy_thread(busy_thread const&)            = delete;
  busy_thread& operator=(busy_thread const&) = delete;
  ~busy_thread()
  {
    is_busy_ = false;
    call_.get();
  }

 private:
  std::atomic<bool> is_busy_{false};
  future<void> call_;
};

TEST(PreparedWorkflow, StartsFirstWhatTheScheduleStartsFirst)
{
  engine e{flat_machine(1)};
  std::string order;
  workflow w;
  for (char const c : {'a', 'b', 'c'}) w.task("t").cpu([&order, c] { order += c; }).cost(1ms);
  auto s                   = plan(w, flat_machine(1), {.algorithm = "heft"});
  s.tasks[0].start_seconds = 2;
  s.tasks[1].start_seconds = 0;
  s.tasks[2].start_seconds = 1;
  {
    busy_thread const other{e.threads()};
    e.prepare(w, s).run();
  }
  EXPECT_EQ(order, "bca");
  s.tasks.pop_back();
  EXPECT_THROW(static_cast<void>(e.prepare(w, s)), invalid_argument);
}

TEST(PreparedWorkflow, StartsFirstWhatIsLongestAndOfHigherPriority)
{
  engine e{flat_machine(1)};
  std::string order;
  workflow w;
  auto const say = [&order](char c) { return [&order, c] { order += c; }; };
  w.task("t").cpu(say('a')).cost(1ms);
  w.task("t").cpu(say('b')).cost(2ms);
  w.task("t").cpu(say('c')).cost(1ms).priority(1);
  {
    busy_thread const other{e.threads()};
    e.prepare(w).run();
  }
  EXPECT_EQ(order, "cba");
}

TEST(PreparedWorkflow, TakesContentFromTheDeviceWhereItLies)
{
  simulated_machine devices;
  engine e{test::machine_with_devices(2, std::vector<simulated_unit>(1)), devices.devices()};
  buffer<double> x{100};
  value<double> sum;
  workflow on_device, on_host;
  on_device.task("add", read_write(x))
    .gpu([](stream_ref, device_span<double>) {})
    .simulated([](std::span<double> d) {
      for (auto& v : d) ++v;
    })
    .cost(1ms, 1ms);
  on_host.task("double", read_write(x)).cpu([](std::span<double> d) {
    for (auto& v : d) v *= 2;
  });
  on_host.task("sum", read(x), write(sum)).cpu([](std::span<double const> d, double& s) {
    s = std::accumulate(d.begin(), d.end(), 0.0);
  });
  auto prepared   = e.prepare(on_host);
  double expected = 0;
  for (int run = 0; run < 5; ++run) {
    ASSERT_FALSE(e.run_to_end(on_device).error);
    prepared.run();
    expected = (expected + 1) * 2;
    ASSERT_EQ(sum.get(), 100 * expected);
  }
}

TEST(PreparedWorkflow, NamesTheTaskThatFails)
{
  engine e{flat_machine(2)};
  workflow w;
  w.task("reads").cpu([] { throw std::runtime_error{"no such file"}; });
  auto prepared = e.prepare(w);
  EXPECT_EQ(message_of_call([&] { prepared.run(); }), "task \"reads\": no such file");
}

TEST(PreparedWorkflow, StopsWhenAsked)
{
  engine e{flat_machine(2)};
  std::stop_source stop;
  value<int> n;
  bool was_told = false;
  workflow w;
  w.pipeline("endless", {}, [](token_control&) { return std::optional<int>{1}; })
    .serial("stop", [&](int) {
      stop.request_stop();
      was_told = true;
    });
  w.task("late", write(n)).cpu([](int& v) { v = 1; }).after({0});
  auto prepared = e.prepare(w);
  EXPECT_FALSE(prepared.run(stop.get_token()));
  EXPECT_TRUE(was_told);
  EXPECT_EQ(n.get(), 0);
}

TEST(PreparedWorkflow, RefusesTasksWithoutABodyForCpus)
{
  engine e{flat_machine(1)};
  workflow w;
  w.task("empty");
  EXPECT_THAT(message_of_call([&] { static_cast<void>(e.prepare(w)); }),
              HasSubstr("task \"empty\" has no C++ body"));
}

TEST(PreparedWorkflow, SharesItsThreadsWithLoops)
{
  engine e{flat_machine(3)};
  EXPECT_EQ(e.threads().parallelism(), 3);
  std::atomic<std::size_t> sum{0};
  workflow w;
  w.task("outer").cpu([&] {
    for_each(e.threads(), range{0, 100}, [&](std::size_t i) { sum += i; });
  });
  auto prepared = e.prepare(w);
  prepared.run();
  EXPECT_EQ(sum, 4950U);
}

}  // namespace
}  // namespace heddle
