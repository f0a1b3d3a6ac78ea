#include <heddle/heddle.hpp>

#include "tests/support/flat_machine.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <limits>
#include <mutex>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>

namespace heddle {
namespace {

using test::flat_machine;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<task_status> statuses(report const& r)
{
  std::vector<task_status> all;
  for (auto const& t : r.tasks) all.push_back(t.status);
  return all;
}

/// A workflow in which task i adds its predecessors' values and itself, with random edges.
struct random_sums {
  workflow w{"sums"};
  std::vector<value<std::uint64_t>> sums;
  std::vector<std::uint64_t> expected;
  std::vector<std::vector<std::size_t>> inputs;
  std::atomic<int> runs{0};

  random_sums(std::size_t tasks, unsigned seed) : sums(tasks), expected(tasks), inputs(tasks)
  {
    std::mt19937_64 random{seed};
    for (std::size_t t = 0; t < tasks; ++t) {
      for (std::size_t k = 0; t > 0 && k < random() % 4; ++k) inputs[t].push_back(random() % t);
      add_task(t);
    }
  }

  void add_task(std::size_t t)
  {
    expected[t] = t + 1;
    task_info task{fmt::format("t{}", t)};
    task.cpu_seconds = 1e-5 * static_cast<double>(1 + t % 7);
    auto& details    = task.declare();
    details.accesses.push_back(write(sums[t]));
    for (auto const i : inputs[t]) {
      expected[t] += 3 * expected[i];
      details.accesses.push_back(read(sums[i]));
    }
    details.cpu = [this, t](body_arguments const& a) {
      std::uint64_t sum = t + 1;
      for (auto const& in : a.data.subspan(1)) sum += 3 * *static_cast<std::uint64_t*>(in.data);
      *static_cast<std::uint64_t*>(a.data[0].data) = sum;
      ++runs;
    };
    w.add_cpp_task(std::move(task));
  }

  void expect_right() const
  {
    for (std::size_t t = 0; t < sums.size(); ++t) ASSERT_EQ(sums[t].get(), expected[t]) << t;
    EXPECT_EQ(runs, static_cast<int>(sums.size()));
  }
};

/// Every task that ran did so after its predecessors had ended; with a plan, on its planned worker,
/// in planned order, one at a time.
void expect_orderly(run_record const& r)
{
  for (auto const& t : r.tasks) {
    ASSERT_EQ(t.status, task_status::done) << t.name << ": " << t.message;
    ASSERT_LE(t.start_seconds, t.finish_seconds);
    for (auto const p : t.predecessors) {
      ASSERT_LE(r.tasks[static_cast<std::size_t>(p)].finish_seconds, t.start_seconds) << t.name;
    }
    if (t.planned_worker >= 0) {
      ASSERT_EQ(t.worker, t.planned_worker) << t.name;
    }
  }
}

TEST(Engine, RunsNothing)
{
  workflow const w{"empty"};
  auto const r = engine{flat_machine(2)}.run_to_end(w);
  EXPECT_THAT(r.tasks, IsEmpty());
  EXPECT_EQ(r.makespan_seconds, 0);
  EXPECT_FALSE(r.error);
}

TEST(Engine, NeedsAResource)
{
  EXPECT_THROW(engine{machine{}}, invalid_argument);
}

TEST(Engine, RunsTheWholeInterfaceOnCpus)
{
  std::size_t const n = 1 << 12;
  buffer<double> x{n}, y{n};
  value<double> sum, root;
  std::size_t letters = 0;
  workflow w{"example"};
  auto const fill = w.task("fill_x", write(x))
                      .cpu([](std::span<double> e) { std::iota(e.begin(), e.end(), 0.0); })
                      .cost(20ms);
  w.task("fill_y", write(y))
    .cpu([](std::span<double> e) {
      for (auto& v : e) v = 1;
    })
    .cost(20ms, 1ms)
    .after(fill);
  w.for_each("axpy", {0, n}, read(x), read_write(y))
    .cpu([](range r, std::span<double const> a, std::span<double> b) {
      for (auto i = r.first; i < r.last; ++i) b[i] += 2 * a[i];
    })
    .cost(work{.flops = 2.0 * n, .bytes = 24.0 * n});
  w.reduce("sum", {0, n}, 0.0, std::plus<>{}, sum, read(y))
    .cpu([](range r, std::span<double const> e) {
      return std::accumulate(e.data() + r.first, e.data() + r.last, 0.0);
    });
  w.pipeline("lines", {.tokens = 8},
             [](token_control& t) -> std::optional<std::string> {
               if (t.index() == 1000) return std::nullopt;
               return std::to_string(t.index());
             })
    .parallel("measure", [](std::string const& s) { return s.size(); })
    .serial("store", [&](std::size_t size) { letters += size; });
  w.speculate("root", read(sum), write(root))
    .alternative("fails",
                 [](std::stop_token, double const&, double& r) {
                   r = -1;
                   return false;
                 })
    .alternative("sqrt", [](std::stop_token, double const& s, double& r) {
      r = std::sqrt(s);
      return true;
    });

  auto const here = flat_machine(2);
  auto const s    = plan(w, here, {.algorithm = "heft"});
  EXPECT_THAT(check_schedule(s, w, here), IsEmpty());
  auto const r = engine{here}.start(w, s, {.max_parallelism = 8, .keep_going = true}).wait();
  ASSERT_FALSE(r.error);
  EXPECT_DOUBLE_EQ(sum.get(), n + static_cast<double>(n * (n - 1)));
  EXPECT_DOUBLE_EQ(root.get(), std::sqrt(sum.get()));
  EXPECT_EQ(letters, 10U + 90 * 2 + 900 * 3);
  expect_orderly(r.record);
}

TEST(Engine, EqualsTheSequentialRunWithAndWithoutASchedule)
{
  for (unsigned seed = 1; seed <= 30; ++seed) {
    for (auto const* algorithm : {"", "heft", "minmin", "mct"}) {
      random_sums sums{200, seed};
      auto const here = flat_machine(1 + static_cast<int>(seed % 4));
      engine e{here};
      if (*algorithm == '\0') {
        expect_orderly(e.run_to_end(sums.w).record);
      } else {
        auto const s = plan(sums.w, here, {.algorithm = algorithm});
        ASSERT_THAT(check_schedule(s, sums.w, here), IsEmpty());
        expect_orderly(e.start(sums.w, s).wait().record);
      }
      sums.expect_right();
    }
  }
}

TEST(Engine, RunsTwiceWithoutMixingUp)
{
  random_sums a{300, 1}, b{300, 2};
  engine e{flat_machine(2)};
  auto first  = e.start(a.w);
  auto second = e.start(b.w);
  expect_orderly(second.wait().record);
  expect_orderly(first.wait().record);
  a.expect_right();
  b.expect_right();
}

TEST(Engine, DynamicRunTakesHigherPriorityFirst)
{
  workflow w{"w"};
  std::vector<int> order;
  for (int p = 0; p < 5; ++p)
    w.task("t").cpu([&order, p] { order.push_back(p); }).priority(p).cost(1ms);
  ASSERT_FALSE(engine{flat_machine(1)}.run_to_end(w).error);
  EXPECT_THAT(order, ElementsAre(4, 3, 2, 1, 0));
}

TEST(Engine, NeverRunsMoreTasksAtOnceThanAllowed)
{
  for (int const most : {1, 2}) {
    std::atomic<int> running{0}, peak{0};
    workflow w{"w"};
    for (int i = 0; i < 60; ++i) {
      w.task("t").cost(1ms).cpu([&] {
        auto const now = ++running;
        for (auto seen = peak.load(); seen < now && !peak.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::sleep_for(std::chrono::microseconds{200});
        --running;
      });
    }
    engine e{flat_machine(4)};
    run_options options;
    options.max_parallelism = most;
    ASSERT_FALSE(e.run_to_end(w, options).error);
    EXPECT_LE(peak, most);
    auto const s = plan(w, e.where(), {.algorithm = "heft"});
    ASSERT_FALSE(e.start(w, s, options).wait().error);
    EXPECT_LE(peak, most);
  }
}

/// a -> b -> c, and d beside them; b throws.
struct failing {
  workflow w{"failing"};
  value<int> x, y;
  bool d_ran = false;

  failing()
  {
    w.task("a", write(x)).cpu([](int& v) { v = 1; }).cost(1ms);
    w.task("b", read_write(x)).cpu([](int&) { throw std::runtime_error{"no luck"}; }).cost(1ms);
    w.task("c", read(x), write(y)).cpu([](int const&, int& v) { v = 1; }).cost(1ms);
    w.task("d").cpu([this] { d_ran = true; }).cost(1ms).priority(-1);
  }
};

TEST(Engine, FailureStopsWhatDependsOnItAndWhatHasNotStarted)
{
  failing f;
  auto const r = engine{flat_machine(1)}.run_to_end(f.w);
  EXPECT_THAT(statuses(r), ElementsAre(task_status::done, task_status::failed, task_status::skipped,
                                       task_status::cancelled));
  EXPECT_FALSE(f.d_ran);
  EXPECT_FALSE(r.stopped);
  EXPECT_EQ(message_of(r.error), "task \"b\": no luck");
  EXPECT_THROW(
    {
      try {
        std::rethrow_exception(r.error);
      } catch (std::exception const& e) {
        std::rethrow_if_nested(e);
      }
    },
    std::runtime_error);
}

TEST(Engine, KeepGoingFinishesWhatDoesNotDependOnTheFailure)
{
  for (bool const planned : {false, true}) {
    failing f;
    run_options options;
    options.keep_going = true;
    engine e{flat_machine(2)};
    auto const r = planned
                     ? e.start(f.w, plan(f.w, e.where(), {.algorithm = "heft"}), options).wait()
                     : e.run_to_end(f.w, options);
    EXPECT_THAT(statuses(r), ElementsAre(task_status::done, task_status::failed,
                                         task_status::skipped, task_status::done));
    EXPECT_TRUE(f.d_ran);
    EXPECT_EQ(f.y.get(), 0);
    EXPECT_THAT(r.tasks[2].message, HasSubstr("\"b\""));
  }
}

TEST(Engine, ThrowingSomethingElseIsAFailureToo)
{
  workflow w{"w"};
  w.task("t").cpu([] { throw 42; });
  auto const r = engine{flat_machine(1)}.run_to_end(w);
  EXPECT_EQ(r.tasks[0].status, task_status::failed);
  EXPECT_THAT(message_of(r.error), HasSubstr("\"t\""));
}

TEST(Engine, RetriesAsOftenAsDeclared)
{
  for (int const retries : {1, 2}) {
    int tries = 0;
    workflow w{"w"};
    w.task("t").retries(retries).cpu([&] {
      if (++tries < 3) throw std::runtime_error{"again"};
    });
    auto const r = engine{flat_machine(1)}.run_to_end(w);
    EXPECT_EQ(r.tasks[0].status, retries == 2 ? task_status::done : task_status::failed);
    EXPECT_EQ(r.record.tasks[0].attempts, retries + 1);
  }
}

/// One task that lasts until its run is stopped, and one after it.
struct endless {
  workflow w{"endless"};
  std::atomic<bool> started{false};

  endless()
  {
    task_info task{"spin"};
    task.declare().cpu = [this](body_arguments const& a) {
      started = true;
      while (!a.stop.stop_requested()) std::this_thread::yield();
    };
    auto const spin = w.add_cpp_task(std::move(task));
    w.task("after").after(task_ref{spin}).cpu([] { FAIL() << "ran after the stop"; });
  }

  void expect_stopped(report const& r) const
  {
    EXPECT_TRUE(r.stopped);
    EXPECT_EQ(r.tasks[1].status, task_status::cancelled);
    EXPECT_FALSE(r.error);
  }
};

TEST(Engine, CancelReachesARunningBodyAndStartsNothingMore)
{
  endless e;
  engine on{flat_machine(2)};
  auto r = on.start(e.w);
  while (!e.started) std::this_thread::yield();
  EXPECT_FALSE(r.wait_for(1ms));
  r.cancel();
  e.expect_stopped(r.wait());
}

TEST(Engine, StopTokenOfTheCallerStopsTheRun)
{
  endless e;
  engine on{flat_machine(1)};
  std::stop_source stop;
  run_options options;
  options.stop = stop.get_token();
  auto r       = on.start(e.w, options);
  while (!e.started) std::this_thread::yield();
  stop.request_stop();
  e.expect_stopped(r.wait());
}

TEST(Engine, StoppedBeforeItsStartRunsNothing)
{
  workflow w{"w"};
  for (int i = 0; i < 10; ++i) w.task("t").cpu([] { FAIL(); });
  std::stop_source stop;
  stop.request_stop();
  run_options options;
  options.stop = stop.get_token();
  auto const r = engine{flat_machine(4)}.run_to_end(w, options);
  EXPECT_TRUE(r.stopped);
  EXPECT_THAT(statuses(r), ::testing::Each(task_status::cancelled));
}

TEST(Engine, CancelAfterTheLastTaskStopsNothing)
{
  random_sums sums{5, 1};
  engine e{flat_machine(2)};
  auto r = e.start(sums.w);
  while (!r.wait_for(1s)) {
  }
  r.cancel();
  EXPECT_FALSE(r.wait().stopped);
}

TEST(Engine, EndlessDeadlinesAndWaitsAreFine)
{
  constexpr seconds forever{std::numeric_limits<double>::infinity()};
  random_sums sums{20, 1};
  run_options options;
  options.deadline = forever;
  engine e{flat_machine(2)};
  auto r = e.start(sums.w, options);
  EXPECT_TRUE(r.wait_for(forever));
  EXPECT_FALSE(r.wait().stopped);
  sums.expect_right();
}

TEST(Engine, DeadlineStopsTheRun)
{
  endless e;
  run_options options;
  options.deadline = 20ms;
  e.expect_stopped(engine{flat_machine(1)}.run_to_end(e.w, options));
}

TEST(Engine, DestroyedRunIsCancelled)
{
  endless e;
  engine on{flat_machine(1)};
  {
    auto const r = on.start(e.w);
    while (!e.started) std::this_thread::yield();
  }
  SUCCEED();  // that the destructor returns is the test: the body only ends when it is told to
}

TEST(Engine, ShowsItsProgress)
{
  random_sums sums{50, 3};
  engine e{flat_machine(2)};
  auto r = e.start(sums.w);
  EXPECT_EQ(r.progress().total, 50U);
  EXPECT_GT(r.progress().work_total_seconds, 0);
  while (!r.wait_for(1s)) {
  }
  auto const end = r.progress();
  EXPECT_EQ(end.done, 50U);
  EXPECT_EQ(end.running, 0U);
  EXPECT_NEAR(end.work_done_seconds, end.work_total_seconds, 1e-9);
}

TEST(Engine, RefusesAScheduleThatDoesNotFit)
{
  random_sums sums{10, 1};
  auto const here = flat_machine(2);
  auto s          = plan(sums.w, here, {.algorithm = "heft"});
  engine e{flat_machine(3)};
  EXPECT_THROW((void)e.start(sums.w, s), invalid_argument);
  engine fits{here};
  s.tasks[0].resource = 2;
  EXPECT_THROW((void)fits.start(sums.w, s), invalid_argument);
  s.tasks.pop_back();
  EXPECT_THROW((void)fits.start(sums.w, s), invalid_argument);
}

TEST(Engine, RefusesAScheduleThatWouldDeadlock)
{
  workflow w{"w"};
  value<int> x;
  w.task("first", write(x)).cpu([](int&) {}).cost(1s);
  w.task("second", read(x)).cpu([](int const&) {}).cost(1s);
  auto const here = flat_machine(1);
  auto s          = plan(w, here, {.algorithm = "heft"});
  std::swap(s.tasks[0], s.tasks[1]);
  EXPECT_THROW((void)engine{here}.start(w, s), invalid_argument);
}

TEST(Engine, RefusesTasksWithNothingToRunHere)
{
  workflow gpu_only{"w"};
  gpu_only.task("only_gpu").gpu([](stream_ref) {}).cost(1s, 1s);
  auto here = flat_machine(1);
  here.memory_nodes.push_back({"gpu memory"});
  here.resources.push_back({"gpu0", resource_kind::gpu, 1, 1});
  EXPECT_THROW((void)engine{here}.start(gpu_only), not_supported);

  workflow nothing{"w"};
  nothing.add_task({"t"});
  EXPECT_THROW((void)engine{here}.start(nothing), not_supported);

  workflow no_alternative{"w"};
  value<int> v;
  no_alternative.speculate("race", write(v));
  EXPECT_THROW((void)engine{here}.start(no_alternative), not_supported);

  here.resources.erase(here.resources.begin());
  random_sums sums{3, 1};
  sums.w.at(0).gpu_seconds = 1;
  EXPECT_THROW((void)engine{here}.run_to_end(sums.w), error);
}

TEST(Engine, DynamicReplayLeavesGpusAlone)
{
  workflow w{"w"};
  for (int i = 0; i < 20; ++i) w.add_task({fmt::format("t{}", i), 0.001});
  auto here = flat_machine(1);
  here.memory_nodes.push_back({"gpu memory"});
  for (auto const* id : {"gpu0", "gpu1"}) here.resources.push_back({id, resource_kind::gpu, 1, 1});
  run_options options;
  options.replay_scale = 1;
  auto const r         = engine{here}.run_to_end(w, options);
  for (auto const& t : r.tasks) EXPECT_EQ(t.resource, "cpu0");
}

TEST(Engine, AGpusWorkerRunsTheCpuBody)
{
  workflow w{"w"};
  value<int> x;
  w.task("both", write(x)).cpu([](int& v) { v = 1; }).gpu([](stream_ref, int*) {}).cost(10s, 1ms);
  auto here = flat_machine(1);
  here.memory_nodes.push_back({"gpu memory"});
  here.resources.push_back({"gpu0", resource_kind::gpu, 1, 1});
  auto const s = plan(w, here, {.algorithm = "heft"});
  ASSERT_EQ(s.tasks[0].resource, 1);
  auto const r = engine{here}.start(w, s).wait();
  EXPECT_FALSE(r.error);
  EXPECT_EQ(r.tasks[0].resource, "gpu0");
  EXPECT_EQ(x.get(), 1);
}

TEST(Engine, ReportsShowAKindForEveryTask)
{
  workflow w{"w"};
  for (auto const* name : {"mProject12", "split_ID-0007", "42", "plain"}) w.task(name).cpu([] {});
  w.task("gemm 1,2").kind("gemm").cpu([] {});
  std::vector<std::string> kinds;
  for (auto const& t : engine{flat_machine(1)}.run_to_end(w).record.tasks) kinds.push_back(t.kind);
  EXPECT_THAT(kinds, ElementsAre("mProject", "split_ID", "", "plain", "gemm"));
}

TEST(Engine, WritesTraceAndReportWhenAsked)
{
  test::temporary_folder const folder;
  random_sums sums{5, 1};
  run_options options;
  options.trace = folder / "run.json";
  options.html  = folder / "run.html";
  ASSERT_FALSE(engine{flat_machine(1)}.run_to_end(sums.w, options).error);
  EXPECT_THAT(folder.read("run.json"), HasSubstr("\"t4\""));
  EXPECT_THAT(folder.read("run.html"), HasSubstr("</html>"));
  options.trace = folder / "no/such/folder/run.json";
  EXPECT_THROW((void)engine{flat_machine(1)}.run_to_end(sums.w, options), system_error);
}

TEST(Engine, ReplayBurnsTheExpectedSeconds)
{
  workflow w{"w"};
  for (auto const* name : {"a", "b"}) {
    task_info task{name};
    task.cpu_seconds = 2;
    w.add_task(std::move(task));
  }
  w.add_edge({0, 1, 0});
  auto const here = flat_machine(2);
  auto const s    = plan(w, here, {.algorithm = "heft"});
  run_options options;
  options.replay_scale = 0.01;
  auto const r         = engine{here}.start(w, s, options).wait();
  EXPECT_GE(r.makespan_seconds, 0.04);
  EXPECT_DOUBLE_EQ(r.record.planned_makespan_seconds, 0.04);
  for (auto const& t : r.tasks) EXPECT_GE(t.actual_seconds, 0.02);
}

TEST(Engine, ReplayCutShortIsCancelled)
{
  workflow w{"w"};
  w.add_task({"t", 1000.0});
  run_options options;
  options.replay_scale = 1;
  options.deadline     = 10ms;
  auto const r         = engine{flat_machine(1)}.run_to_end(w, options);
  EXPECT_TRUE(r.stopped);
  EXPECT_EQ(r.tasks[0].status, task_status::cancelled);
}

TEST(Engine, MoreWorkersThanTasksOrCoresMakeNoDifference)
{
  random_sums sums{40, 9};
  auto const r = engine{flat_machine(32)}.run_to_end(sums.w);
  expect_orderly(r.record);
  sums.expect_right();
}

TEST(Engine, Slow_StressWithFailuresAndStops)
{
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random{seed};
    random_sums sums{100, seed};
    auto const bad               = static_cast<task_id>(random() % 100);
    sums.w.at(bad).declare().cpu = [](body_arguments const&) { throw std::runtime_error{"bad"}; };
    run_options options;
    options.keep_going      = random() % 2 == 0;
    options.max_parallelism = static_cast<int>(random() % 4);
    engine e{flat_machine(1 + static_cast<int>(random() % 6))};
    auto r = random() % 2 == 0
               ? e.start(sums.w, plan(sums.w, e.where(), {.algorithm = "heft"}), options)
               : e.start(sums.w, options);
    if (random() % 3 == 0) r.cancel();
    auto const result = r.wait();
    for (std::size_t t = 0; t < result.tasks.size(); ++t) {
      auto const& record = result.record.tasks[t];
      if (record.status == task_status::done) {
        ASSERT_EQ(sums.sums[t].get(), sums.expected[t]);
      }
      for (auto const p : record.predecessors) {
        if (record.status == task_status::done) {
          ASSERT_EQ(result.tasks[static_cast<std::size_t>(p)].status, task_status::done);
        }
      }
    }
    ASSERT_TRUE(result.error || result.stopped);
  }
}

}  // namespace
}  // namespace heddle
