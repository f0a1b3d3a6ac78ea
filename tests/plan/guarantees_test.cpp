// What the techniques with a guarantee promise: kept on random inputs of their class that are
// solved exactly, and not given outside it.

#include "src/plan/approximation/guarantees.hpp"

#include "src/plan/approximation/approximations.hpp"
#include "tests/support/brute_force.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/plan/plan.hpp>

#include <gtest/gtest.h>

namespace heddle {
namespace {

constexpr double rounding = 1 + 1e-9;

class random_inputs {
 public:
  explicit random_inputs(std::uint64_t seed) : random_{seed} {}

  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

  /// One to seven tasks of 1 to 9 seconds.
  workflow tasks(int edges_in_ten, int most_bytes)
  {
    std::vector<double> seconds;
    std::vector<edge> edges;
    for (int n = 1 + below(7), t = 0; t < n; ++t) {
      seconds.push_back(1 + below(9));
      for (int p = 0; p < t; ++p) {
        if (below(10) < edges_in_ten) edges.push_back({p, t, 1.0 * below(most_bytes + 1)});
      }
    }
    return test::make_workflow(seconds, edges);
  }

  /// Tasks that take another time on GPUs, or run on one kind only.
  workflow tasks_for_two_kinds(int edges_in_ten)
  {
    auto w = tasks(edges_in_ten, 9);
    for (int t = 0; t < static_cast<int>(w.num_tasks()); ++t) {
      auto const kinds = below(6);
      if (kinds < 5) w.at(t).gpu_seconds = 1 + below(9);
      if (kinds == 0) w.at(t).cpu_seconds = task_info::unknown_seconds;
    }
    return w;
  }

  machine equal_nodes() { return test::make_nodes(std::vector<double>(nodes(), 1 + below(2))); }

  /// Equal nodes whose links all differ.
  machine equal_nodes_far_apart()
  {
    auto m = equal_nodes();
    for (std::size_t pair = 0; pair < m.memory_nodes.size() * m.memory_nodes.size(); ++pair) {
      m.links.pair_bandwidth_bytes_per_second.push_back(1 + below(5));
      m.links.pair_latency_seconds.push_back(below(3));
    }
    return m;
  }

  /// One or two CPUs and one or two GPUs, at most three together.
  machine cpus_and_gpus()
  {
    auto const cpus = 1 + below(2);
    auto m          = test::make_nodes(std::vector<double>(static_cast<std::size_t>(cpus), 1));
    for (int g = 0; g < 1 + (cpus == 1 ? below(2) : 0); ++g) {
      m.resources.push_back({test::numbered("g", m.resources.size()), resource_kind::gpu, 2, 0});
    }
    return m;
  }

 private:
  std::size_t nodes() { return static_cast<std::size_t>(1 + below(3)); }

  std::mt19937_64 random_;
};

machine without_communication(machine m)
{
  m.links = {};
  return m;
}

double makespan_of(planned const& p)
{
  double latest = 0;
  for (auto const& task : p.tasks) latest = std::max(latest, task.finish_seconds);
  return latest;
}

using technique_function = planned (*)(cost_model const&, planning_limits const&);
using promise_function   = std::optional<promise> (*)(cost_model const&);

/// Checks one input, and returns the makespan over the optimum without communication.
double expect_kept(technique_function make, promise_function promised, workflow const& w,
                   machine const& m)
{
  cost_model const costs{w, m};
  cost_model const free{w, without_communication(m)};
  auto const given    = promised(costs);
  auto const found    = make(costs, {});
  auto const makespan = makespan_of(found);
  auto const optimum  = test::brute_force{free, makespan}.optimum();
  EXPECT_TRUE(given);
  if (!given) return 0;
  EXPECT_EQ(found.guarantee, given->text);
  EXPECT_LE(makespan, (given->ratio * optimum + given->seconds) * rounding) << given->text;
  EXPECT_LE(found.lower_bound_seconds, optimum * rounding);
  return makespan / optimum;
}

/// Where the relaxation is solved.
std::optional<promise> closed_hlp_promise(cost_model const& costs)
{
  return hlp_promise(costs, 1, 1);
}

constexpr int cases = 1000;

TEST(GrahamPromise, HoldsOnItsClass)
{
  random_inputs random{1};
  double worst = 0;
  for (int i = 0; i < cases && !HasFailure(); ++i) {
    auto const w = random.tasks(random.below(5), 9);
    worst = std::max(worst, expect_kept(plan_by_graham, graham_promise, w, random.equal_nodes()));
  }
  EXPECT_GT(worst, 1.2);
}

TEST(LptPromise, HoldsOnItsClass)
{
  random_inputs random{2};
  double worst = 0;
  for (int i = 0; i < cases && !HasFailure(); ++i) {
    auto const w = random.tasks(0, 0);
    worst        = std::max(worst, expect_kept(plan_by_lpt, lpt_promise, w, random.equal_nodes()));
  }
  EXPECT_GT(worst, 1.1);
}

TEST(EtfPromise, HoldsOnItsClass)
{
  random_inputs random{3};
  double worst = 0;
  for (int i = 0; i < cases && !HasFailure(); ++i) {
    auto const w = random.tasks(1 + random.below(5), 9);
    worst =
      std::max(worst, expect_kept(plan_by_etf, etf_promise, w, random.equal_nodes_far_apart()));
  }
  EXPECT_GT(worst, 2);
}

TEST(LstPromise, HoldsOnItsClass)
{
  random_inputs random{4};
  double worst = 0;
  for (int i = 0; i < cases && !HasFailure(); ++i) {
    auto m = random.cpus_and_gpus();
    for (auto& r : m.resources) r.speed = 1 + random.below(3);
    worst =
      std::max(worst, expect_kept(plan_by_lst, lst_promise, random.tasks_for_two_kinds(0), m));
  }
  EXPECT_GT(worst, 1.3);
}

TEST(HlpPromise, HoldsOnItsClass)
{
  random_inputs random{5};
  double worst = 0;
  for (int i = 0; i < cases && !HasFailure(); ++i) {
    auto const w = random.tasks_for_two_kinds(random.below(5));
    worst =
      std::max(worst, expect_kept(plan_by_hlp, closed_hlp_promise, w, random.cpus_and_gpus()));
  }
  EXPECT_GT(worst, 1.3);
}

// ---- each hypothesis alone broken
// ----------------------------------------------------------------

workflow diamond()
{
  return test::make_workflow({2, 3, 4, 1}, {{0, 1, 5}, {0, 2, 0}, {1, 3, 5}, {2, 3, 5}});
}
workflow independent()
{
  return test::make_workflow({2, 3, 4, 1}, {});
}
machine three_equal()
{
  return test::make_nodes({2, 2, 2});
}

workflow with_two_kinds(workflow w)
{
  for (int t = 0; t < static_cast<int>(w.num_tasks()); ++t) w.at(t).gpu_seconds = 1 + t;
  return w;
}
workflow with_a_task_released_late(workflow w)
{
  w.at(1).declare().release_seconds = 1;
  return w;
}
machine with_a_faster_node(machine m)
{
  m.resources.back().speed = 3;
  return m;
}
machine with_a_gpu(machine m)
{
  m.resources.back().kind = resource_kind::gpu;
  return m;
}
machine with_bandwidth(machine m)
{
  m.links.bandwidth_bytes_per_second = 1e9;
  return m;
}
machine with_latency(machine m)
{
  m.links.latency_seconds = 1e-3;
  return m;
}
machine with_one_slow_link(machine m)
{
  m.links.pair_latency_seconds.assign(m.memory_nodes.size() * m.memory_nodes.size(), 0);
  m.links.pair_latency_seconds[1] = 1e-3;
  return m;
}
machine in_one_memory(machine m)
{
  for (auto& r : m.resources) r.memory_node = 1;
  return m;
}

bool given(promise_function promised, workflow const& w, machine const& m)
{
  return promised(cost_model{w, m}).has_value();
}

TEST(GrahamPromise, NeedsIdenticalResourcesAndNoCommunication)
{
  auto const may = [](workflow const& w, machine const& m) { return given(graham_promise, w, m); };
  EXPECT_TRUE(may(diamond(), three_equal()));
  EXPECT_FALSE(may(diamond(), with_a_faster_node(three_equal())));
  EXPECT_FALSE(may(with_two_kinds(diamond()), with_a_gpu(three_equal())));
  EXPECT_FALSE(may(diamond(), with_bandwidth(three_equal())));
  EXPECT_FALSE(may(diamond(), with_latency(three_equal())));
  EXPECT_FALSE(may(diamond(), with_one_slow_link(three_equal())));
  EXPECT_FALSE(may(with_a_task_released_late(diamond()), three_equal()));
}

TEST(GrahamPromise, HoldsWhereNothingMovesForWhateverReason)
{
  auto same_time_anywhere = diamond();
  for (int t = 0; t < 4; ++t)
    same_time_anywhere.at(t).gpu_seconds = same_time_anywhere.at(t).cpu_seconds;
  auto const no_bytes = test::make_workflow({2, 3}, {{0, 1, 0}});
  EXPECT_TRUE(given(graham_promise, same_time_anywhere, with_a_gpu(three_equal())));
  EXPECT_TRUE(given(graham_promise, diamond(), in_one_memory(with_latency(three_equal()))));
  EXPECT_TRUE(given(graham_promise, diamond(), in_one_memory(with_one_slow_link(three_equal()))));
  EXPECT_TRUE(given(graham_promise, no_bytes, with_latency(three_equal())));
  EXPECT_TRUE(given(graham_promise, independent(), with_latency(three_equal())));
}

TEST(LptPromise, NeedsIdenticalResourcesAndIndependentTasks)
{
  auto const may = [](workflow const& w, machine const& m) { return given(lpt_promise, w, m); };
  EXPECT_TRUE(may(independent(), with_latency(three_equal())));
  EXPECT_FALSE(may(independent(), with_a_faster_node(three_equal())));
  EXPECT_FALSE(may(with_two_kinds(independent()), with_a_gpu(three_equal())));
  EXPECT_FALSE(may(with_a_task_released_late(independent()), three_equal()));
  EXPECT_FALSE(may(test::make_workflow({2, 3, 4, 1}, {{0, 1, 0}}), three_equal()));
}

// Where tasks depend on each other LPT still is a list schedule.
TEST(LptPromise, FallsBackToGrahams)
{
  cost_model const free{diamond(), three_equal()}, moving{diamond(), with_latency(three_equal())};
  EXPECT_EQ(plan_by_lpt(free, {}).guarantee, graham_promise(free)->text);
  EXPECT_FALSE(plan_by_lpt(moving, {}).guarantee);
}

TEST(EtfPromise, NeedsIdenticalResources)
{
  auto const may = [](workflow const& w, machine const& m) { return given(etf_promise, w, m); };
  EXPECT_TRUE(may(diamond(), with_latency(with_bandwidth(three_equal()))));
  EXPECT_FALSE(may(diamond(), with_a_faster_node(with_latency(three_equal()))));
  EXPECT_FALSE(may(with_two_kinds(diamond()), with_a_gpu(with_latency(three_equal()))));
  EXPECT_FALSE(may(with_a_task_released_late(diamond()), with_latency(three_equal())));
}

// One byte takes 1.5 s on the slower link for it, five take 5 s on the other: paths of 1.5 s four
// times, and of 5 s.
TEST(EtfPromise, CountsTheSlowestTransfersOfAPath)
{
  auto m = test::make_nodes({1, 1});

  m.links.pair_bandwidth_bytes_per_second = {1e9, 2, 1, 1e9};
  m.links.pair_latency_seconds            = {9, 1, 0, 9};
  auto const w                            = test::make_workflow({1, 1, 1, 1, 1, 1},
                                                                {{0, 1, 5}, {0, 2, 1}, {2, 3, 1}, {3, 4, 1}, {4, 5, 1}});
  auto const p                            = etf_promise(cost_model{w, m});
  ASSERT_TRUE(p);
  EXPECT_DOUBLE_EQ(p->ratio, 1.5);
  EXPECT_DOUBLE_EQ(p->seconds, 6);
  EXPECT_EQ(p->text,
            "at most 1.5 x the optimum without communication + 6 s (Hwang et al. 1989: ETF on 2 "
            "identical resources)");
}

TEST(EtfPromise, IsGrahamsWhereNothingMoves)
{
  cost_model const costs{diamond(), three_equal()};
  EXPECT_EQ(etf_promise(costs)->text, graham_promise(costs)->text);
}

TEST(LstPromise, NeedsIndependentTasks)
{
  auto const two_kinds = with_two_kinds(independent());
  EXPECT_TRUE(given(lst_promise, two_kinds, with_latency(with_a_gpu(three_equal()))));
  EXPECT_FALSE(given(lst_promise, with_a_task_released_late(independent()), three_equal()));
  auto const one_edge = with_two_kinds(test::make_workflow({2, 3, 4, 1}, {{0, 1, 0}}));
  EXPECT_FALSE(given(lst_promise, one_edge, with_a_gpu(three_equal())));
  EXPECT_FALSE(plan_by_lst(cost_model{one_edge, with_a_gpu(three_equal())}, {}).guarantee);
}

TEST(HlpPromise, NeedsTwoKindsOfOneSpeedEachAndNoCommunication)
{
  auto const w   = with_two_kinds(diamond());
  auto const m   = with_a_gpu(three_equal());
  auto const may = [](workflow const& work, machine const& on) {
    return given(closed_hlp_promise, work, on);
  };
  EXPECT_TRUE(may(w, m));
  EXPECT_TRUE(may(w, with_a_faster_node(m))) << "of its kind the only one";
  EXPECT_FALSE(may(diamond(), three_equal()));
  EXPECT_FALSE(may(w, with_bandwidth(m)));
  EXPECT_FALSE(may(w, with_latency(m)));
  EXPECT_FALSE(may(with_a_task_released_late(with_two_kinds(diamond())), m));
  auto uneven               = m;
  uneven.resources[0].speed = 3;
  EXPECT_FALSE(may(w, uneven));
  EXPECT_FALSE(plan_by_hlp(cost_model{w, with_latency(m)}, {}).guarantee);
}

TEST(HlpPromise, GrowsWithWhatIsOpenOfTheRelaxation)
{
  cost_model const costs{with_two_kinds(diamond()), with_a_gpu(three_equal())};
  EXPECT_EQ(hlp_promise(costs, 5, 5)->ratio, 6);
  EXPECT_DOUBLE_EQ(hlp_promise(costs, 5.5, 5)->ratio, 6.6);
  EXPECT_GE(hlp_promise(costs, 4, 3)->ratio, 8);
  EXPECT_FALSE(hlp_promise(costs, 5, 0));
}

// 7 s where 6 are possible.
TEST(Guarantee, ShowsInThePlan)
{
  auto const w = test::make_workflow({3, 3, 2, 2, 2}, {});
  auto const m = test::make_nodes({1, 1});
  EXPECT_EQ(plan(w, m, {"lpt"}).guarantee, lpt_promise(cost_model{w, m})->text);
  EXPECT_EQ(plan(w, test::make_nodes({1, 2}), {"lpt"}).guarantee, std::nullopt);
}

}  // namespace
}  // namespace heddle
