#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/workflow/builders.hpp>

#include "tests/support/serial_team.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <tuple>

namespace heddle {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using pair = std::tuple<task_id, task_id, double>;

std::vector<pair> edges_of(workflow const& w)
{
  std::vector<pair> edges;
  for (auto const& e : w.edges()) edges.emplace_back(e.from, e.to, e.bytes);
  return edges;
}

/// Runs the CPU body of a task on its data, as an engine would.
void run(workflow const& w, task_id id, std::stop_token stop = {})
{
  auto const& details = w.at(id).declared();
  std::vector<argument> data;
  for (auto const& a : details.accesses) data.push_back({a.item->host(), a.item->size_bytes()});
  test::serial_team team;
  details.cpu({data, details.whole_range(), stop, details.division(), &team});
}

TEST(Builders, ReaderFollowsLastWriterAndCarriesItsBytes)
{
  workflow w{"w"};
  buffer<double> x{10};
  w.task("write", write(x)).cpu([](std::span<double>) {});
  w.task("read", read(x)).cpu([](std::span<double const>) {});
  EXPECT_THAT(edges_of(w), ElementsAre(pair{0, 1, 80}));
}

TEST(Builders, WriterFollowsReadersWithoutBytes)
{
  workflow w{"w"};
  buffer<double> x{10};
  w.task("write", write(x));
  w.task("read1", read(x));
  w.task("read2", read(x));
  w.task("again", write(x));
  EXPECT_THAT(edges_of(w), UnorderedElementsAre(pair{0, 1, 80}, pair{0, 2, 80}, pair{0, 3, 0},
                                                pair{1, 3, 0}, pair{2, 3, 0}));
}

TEST(Builders, ReadersOfOneItemAreIndependent)
{
  workflow w{"w"};
  value<int> const x;
  w.task("a", read(x));
  w.task("b", read(x));
  EXPECT_THAT(edges_of(w), IsEmpty());
}

TEST(Builders, ReadWriteChains)
{
  workflow w{"w"};
  value<double> x;
  for (int i = 0; i < 3; ++i) w.task("step", read_write(x));
  EXPECT_THAT(edges_of(w), ElementsAre(pair{0, 1, 8}, pair{1, 2, 8}));
  EXPECT_EQ(w.at(1).name, "step#2");
  EXPECT_EQ(w.at(2).name, "step#3");
}

TEST(Builders, ATaskThatReadsAndWritesOneItemTwiceDoesNotFollowItself)
{
  workflow w{"w"};
  buffer<int> x{1};
  w.task("a", read(x), write(x));
  w.task("b", write(x), read(x));
  EXPECT_THAT(edges_of(w), ElementsAre(pair{0, 1, 0}));
}

TEST(Builders, AfterAddsPurePrecedence)
{
  workflow w{"w"};
  auto const a = w.task("a");
  w.task("b").after(a);
  EXPECT_THAT(edges_of(w), ElementsAre(pair{0, 1, 0}));
}

TEST(Builders, AfterItselfIsRefused)
{
  workflow w{"w"};
  auto a = w.task("a");
  EXPECT_THROW(a.after(a), invalid_argument);
}

TEST(Builders, DeclarationsReachTheModel)
{
  workflow w{"w"};
  w.task("t")
    .cost(20ms, 1ms)
    .kind("axpy")
    .priority(3)
    .retries(2)
    .needs({.cores = 4})
    .on("numa1")
    .release(1500ms)
    .cost(work{.flops = 10, .bytes = 20});
  auto const& t = w.at(0);
  EXPECT_DOUBLE_EQ(t.cpu_seconds, 0.02);
  EXPECT_DOUBLE_EQ(t.gpu_seconds, 0.001);
  EXPECT_EQ(t.declared().kind, "axpy");
  EXPECT_EQ(t.declared().priority, 3);
  EXPECT_EQ(t.declared().retries, 2);
  EXPECT_EQ(t.declared().needs.cores, 4);
  EXPECT_EQ(t.declared().place, "numa1");
  EXPECT_DOUBLE_EQ(t.declared().release_seconds, 1.5);
  EXPECT_DOUBLE_EQ(t.declared().analytic->flops, 10);
}

TEST(Builders, NamesThatLookLikeNumberedOnesStayUnique)
{
  workflow w{"w"};
  for (auto const* name : {"a", "a#2", "a", "a"}) w.task(name);
  EXPECT_EQ(w.at(2).name, "a#3");
  EXPECT_EQ(w.at(3).name, "a#4");
}

TEST(Builders, BodyGetsItsArgumentsInOrder)
{
  workflow w{"w"};
  buffer<int> x{3};
  value<int> const factor{10};
  value<int> sum;
  std::iota(x.host_for_writing().begin(), x.host_for_writing().end(), 1);
  w.task("sum", read(x), read(factor), write(sum))
    .cpu([](std::span<int const> elements, int const& f, int& out) {
      out = f * std::accumulate(elements.begin(), elements.end(), 0);
    });
  run(w, 0);
  EXPECT_EQ(sum.get(), 60);
}

TEST(Builders, GpuBodyGetsStreamAndDevicePointers)
{
  workflow w{"w"};
  buffer<int> x{3};
  value<int> v;
  std::size_t seen = 0;
  w.task("t", read(x), write(v)).gpu([&](stream_ref, device_span<int const> elements, int* out) {
    seen = elements.size() + (out != nullptr ? 100 : 0);
  });
  CUstream_st* const no_stream = nullptr;
  std::vector<argument> const data{{x.item()->host(), 12}, {v.item()->host(), 4}};
  w.at(0).declared().gpu(stream_ref{no_stream}, {data});
  EXPECT_EQ(seen, 103U);
}

TEST(Builders, ReduceFoldsWhatTheBodyReturns)
{
  workflow w{"w"};
  buffer<int> x{4};
  value<int> sum;
  std::iota(x.host_for_writing().begin(), x.host_for_writing().end(), 1);
  w.reduce("sum", {0, 4}, 100, std::plus<>{}, sum, read(x))
    .cpu([](range r, std::span<int const> e) {
      return std::accumulate(e.data() + r.first, e.data() + r.last, 0);
    });
  run(w, 0);
  EXPECT_EQ(sum.get(), 110);
}

TEST(Builders, LoopKeepsItsRangeAndGrain)
{
  workflow w{"w"};
  buffer<int> x{10};
  w.for_each("fill", {2, 7}, write(x)).grain(4).cpu([](range r, std::span<int> e) {
    for (auto i = r.first; i < r.last; ++i) e[i] = 1;
  });
  auto const& loop = std::get<data_parallel_stage>(w.at(0).declared().stage);
  EXPECT_EQ(loop.over.size(), 5U);
  EXPECT_EQ(loop.grain, 4U);
  run(w, 0);
  EXPECT_EQ(std::accumulate(x.host().begin(), x.host().end(), 0), 5);
}

TEST(Builders, PipelinePassesTokensThroughAllStepsInOrder)
{
  workflow w{"w"};
  std::vector<std::size_t> stored;
  w.pipeline("lines", {.tokens = 8},
             [](token_control& t) -> std::optional<std::string> {
               if (t.index() == 12) return std::nullopt;
               return std::to_string(t.index());
             })
    .parallel("measure", [](std::string const& s) { return s.size(); })
    .serial("store", [&](std::size_t size) { stored.push_back(size); });
  run(w, 0);
  EXPECT_THAT(stored, ElementsAre(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2));
  auto const& line = std::get<pipeline_stage>(w.at(0).declared().stage);
  EXPECT_EQ(line.tokens_in_flight, 8U);
  ASSERT_EQ(line.steps.size(), 2U);
  EXPECT_EQ(line.steps[0].mode, step_mode::parallel);
  EXPECT_EQ(line.steps[1].name, "store");
}

TEST(Builders, PipelineEndsWhenItsSourceStopsIt)
{
  workflow w{"w"};
  int tokens = 0;
  w.pipeline("p", {},
             [](token_control& t) {
               if (t.index() == 3) t.stop();
               return std::optional{1};
             })
    .serial("count", [&](int) { ++tokens; });
  run(w, 0);
  EXPECT_EQ(tokens, 3);
}

TEST(Builders, RaceCommitsTheFirstGoodAlternativeOnly)
{
  workflow w{"w"};
  value<int> v{1};
  w.speculate("race", read_write(v))
    .alternative("bad",
                 [](std::stop_token, int& x) {
                   x = 50;
                   return false;
                 })
    .alternative("good",
                 [](std::stop_token, int& x) {
                   x += 1;
                   return true;
                 })
    .alternative("late", [](std::stop_token, int& x) {
      x = 70;
      return true;
    });
  run(w, 0);
  EXPECT_EQ(v.get(), 2);
}

TEST(Builders, RaceGoesOnAfterAnAlternativeThatThrows)
{
  workflow w{"w"};
  value<int> v{1};
  w.speculate("race", write(v))
    .alternative("throws", [](std::stop_token, int&) -> bool { throw std::runtime_error{"no"}; })
    .alternative("good", [](std::stop_token, int& x) {
      x = 2;
      return true;
    });
  run(w, 0);
  EXPECT_EQ(v.get(), 2);
}

TEST(Builders, RaceOfWhichAllThrowFailsWithTheFirstReason)
{
  workflow w{"w"};
  value<int> v{1};
  w.speculate("race", write(v))
    .alternative("throws", [](std::stop_token, int&) -> bool { throw std::out_of_range{"no"}; })
    .alternative("throws too",
                 [](std::stop_token, int&) -> bool { throw std::length_error{"no"}; });
  EXPECT_THROW(run(w, 0), std::out_of_range);
}

TEST(Builders, RaceCommitsWhatItsDecisionChoseThoughAnotherIsGood)
{
  workflow w{"w"};
  value<int> const which{1};
  value<int> v{7};
  auto const adds = [](int amount) {
    return [amount](std::stop_token, int const&, int& x) {
      x += amount;
      return true;
    };
  };
  w.speculate("choice", read(which), read_write(v))
    .alternative("ten", adds(10))
    .alternative("hundred", adds(100))
    .decided_by([](int const& n, int const&) { return static_cast<std::size_t>(n); });
  run(w, 0);
  EXPECT_EQ(v.get(), 107);
}

TEST(Builders, PipelineThatIsStoppedBeforeItsEndFails)
{
  workflow w{"w"};
  std::stop_source stop;
  w.pipeline("p", {}, [&](token_control& t) {
    if (t.index() == 3) stop.request_stop();
    return std::optional{1};
  });
  EXPECT_THROW(run(w, 0, stop.get_token()), task_failed);
}

TEST(Builders, PipelineStartsAfreshInEachRun)
{
  workflow w{"w"};
  int tokens = 0;
  w.pipeline(
     "p", {},
     [left = 3](token_control&) mutable { return left-- > 0 ? std::optional{1} : std::nullopt; })
    .serial("count", [&](int) { ++tokens; });
  run(w, 0);
  run(w, 0);
  EXPECT_EQ(tokens, 6);
}

TEST(Builders, LoopThatEndsBeforeItBeginsIsRefused)
{
  workflow w{"w"};
  buffer<int> x{10};
  value<int> sum;
  EXPECT_THROW(w.for_each("loop", {5, 2}, write(x)), invalid_argument);
  EXPECT_THROW(w.reduce("sum", {5, 2}, 0, std::plus<>{}, sum, read(x)), invalid_argument);
}

TEST(Builders, RaceWithoutGoodAlternativeFailsAndWritesNothing)
{
  workflow w{"w"};
  value<int> v{1};
  w.speculate("race", write(v)).alternative("bad", [](std::stop_token, int& x) {
    x = 5;
    return false;
  });
  EXPECT_THROW(run(w, 0), task_failed);
  EXPECT_EQ(v.get(), 1);
}

}  // namespace
}  // namespace heddle
