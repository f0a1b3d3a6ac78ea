#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/run/fork_join.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/run/pipeline.hpp>
#include <heddle/run/race.hpp>
#include <heddle/run/scan.hpp>
#include <heddle/run/sort.hpp>
#include <heddle/run/task_group.hpp>
#include <heddle/workflow/builders.hpp>

#include "tests/support/bytes_in_use.hpp"
#include "tests/support/flat_machine.hpp"

#include <gmock/gmock.h>

#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

using test::allocator_tells;
using test::bytes_in_use;

/// Letters that lie on the heap.
std::string text()
{
  return "too long to lie within the object that owns it";
}

/// A stage of each kind, one behind the other, with data that allocate.
class one_of_each {
 public:
  one_of_each()
  {
    w.task("fill", write(x_)).cpu([this](std::span<int> x) {
      std::iota(x.begin(), x.end(), 0);
      if (is_wrong) throw std::runtime_error{text()};
    });
    w.for_each("loop", {0, size}, read_write(x_)).cpu([](range part, std::span<int> x) {
      for (auto i = part.first; i < part.last; ++i) x[i] += 1;
    });
    w.reduce("join", {0, size}, text(), std::plus<>{}, joined_, read(x_))
      .cpu([](range part, std::span<int const>) { return std::string(part.size(), 'x'); });
    w.pipeline(
       "lines", {.tokens = 4},
       [](token_control& t) { return t.index() < 20 ? std::optional{text()} : std::nullopt; })
      .parallel("copy", [](std::string const& line) { return line + line; })
      .serial("drop", [](std::string const&) {});
    auto const way = [](std::stop_token const&, std::string& s) {
      s = text();
      return true;
    };
    w.speculate("race", write(best_)).alternative("a", way).alternative("b", way);
    w.task("backed up", read(x_), write(best_))
      .backup(0.5)
      .cpu([](std::span<int const>, std::string& s) { s = text(); });
  }
  one_of_each(one_of_each const&)            = delete;
  one_of_each& operator=(one_of_each const&) = delete;

  workflow w{};
  bool is_wrong = false;  ///< throws

 private:
  static constexpr std::size_t size = 1000;
  buffer<int> x_{size};
  value<std::string> joined_{}, best_{};
};

/// All ways to run a workflow and to end it: to the end, by an exception, and stopped.
void run_workflows(engine& e)
{
  one_of_each all;
  auto prepared = e.prepare(all.w);
  for (bool const is_wrong : {false, true}) {
    all.is_wrong = is_wrong;
    EXPECT_EQ(e.run_to_end(all.w).error != nullptr, is_wrong);
    EXPECT_EQ(e.start(all.w, plan(all.w, e.where(), {})).wait().error != nullptr, is_wrong);
    if (is_wrong) {
      EXPECT_THROW(prepared.run(), task_failed);
    } else {
      EXPECT_TRUE(prepared.run());
    }
  }
  e.start(all.w).cancel();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(prepared.run(stop.get_token()));
}

void make_tasks(executor& e)
{
  std::vector<future<std::string>> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(async(e, [] { return text(); }));
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(calls[i].get(), text());  // the others are dropped
  task_group group{e};
  for (int i = 0; i < 500; ++i) group.add([s = text()] { EXPECT_FALSE(s.empty()); });
  group.add([] { throw std::runtime_error{text()}; });
  EXPECT_THROW(group.wait(), std::runtime_error);
  std::string left, right;
  fork_join(
    e, [&left] { left = text(); }, [&right] { right = text(); });
  EXPECT_EQ(left, right);
}

void run_algorithms(executor& e)
{
  auto const way = [](std::stop_token const&) { return std::optional{text()}; };
  EXPECT_EQ(race<std::string>(e, way, way, way), text());
  EXPECT_EQ(run_ahead<std::string>(
              e, [] { return 1; }, way, way),
            text());
  int n = 0;
  run_pipeline(
    e, {}, [&n] { return n++ < 100 ? std::optional{text()} : std::nullopt; },
    parallel([](std::string const& s) { return s + s; }), serial([](std::string const&) {}));
  std::vector<int> numbers(20'000);
  std::iota(numbers.rbegin(), numbers.rend(), 0);
  sort(e, std::span{numbers});
  EXPECT_EQ(numbers[1], 1);
  std::vector<std::string> words(2'000, text());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] += std::to_string(i * 7919 % 2003);
  sort(e, std::span{words});
  inclusive_scan(e, std::span<int const>{numbers}, std::span{numbers});
  for_each(e, range{0, 10'000}, [&](std::size_t i) { numbers[i] = 0; });
}

/// By how much the memory in use grows over many rounds.
std::ptrdiff_t growth_of_rounds(engine& e, int rounds)
{
  auto const before = bytes_in_use();
  for (int round = 0; round < rounds; ++round) {
    run_workflows(e);
    make_tasks(e.threads());
    run_algorithms(e.threads());
  }
  return static_cast<std::ptrdiff_t>(bytes_in_use() - before);
}

/// What is kept for later grows with how much is under way at once, which hangs on how the threads
/// are scheduled; but not for ever, as what is left behind does.
TEST(Soak, Slow_LeavesNoMemoryBehindWhateverIsRun)
{
  if (!allocator_tells()) GTEST_SKIP() << "the allocator does not tell how much is in use";
  constexpr int rounds = 400, periods = 6;
  constexpr std::ptrdiff_t most = 100 * rounds;  // bytes
  engine e{test::flat_machine(3)};
  growth_of_rounds(e, rounds / 10);
  auto growth = growth_of_rounds(e, rounds);
  for (int period = 1; period < periods && growth > most; ++period) {
    growth = growth_of_rounds(e, rounds);
  }
  EXPECT_LE(growth, most);
}

}  // namespace
}  // namespace heddle
