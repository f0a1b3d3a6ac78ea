// Windows of a schedule that are searched while all else stays.

#include "src/plan/search/anneal.hpp"
#include "src/plan/search/long_search.hpp"
#include "src/plan/search/order_group.hpp"
#include "src/plan/search/rounds.hpp"
#include "src/plan/search/starts.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/workflow/generate.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace heddle {
namespace {

using ::testing::IsEmpty;

constexpr double rounding = 1e-12;

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Nodes of which some share their memory, sometimes with a link of its own for each pair.
machine mixed_nodes(std::mt19937_64& random, int count)
{
  auto m = test::random_nodes(random, count);
  for (auto& r : m.resources) {
    if (random() % 3 == 0) r.memory_node = static_cast<int>(random() % index(count));
  }
  if (random() % 2 == 0) {
    for (int pair = 0; pair < count * count; ++pair) {
      m.links.pair_bandwidth_bytes_per_second.push_back(0.5 + static_cast<double>(random() % 4));
    }
  }
  return m;
}

solution random_solution(std::mt19937_64& random, cost_model const& costs)
{
  solution s;
  s.order = costs.edges().topological_order;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    s.resource.push_back(static_cast<int>(random() % index(costs.num_resources())));
  }
  std::vector<double> finish;
  s.makespan_seconds = seconds_of(costs, s, finish);
  return s;
}

/// Where a window begins and ends, with what is around it.
struct cut_out {
  cut_out(whole_order const& whole, std::size_t from, std::size_t to)
    : first{from}, last{to}, free(index(whole.costs().num_resources())), rest(free.size())
  {
    for (std::size_t i = 0; i < first; ++i) {
      free[index(whole.resource(whole.at(i)))] = whole.finish_seconds(whole.at(i));
    }
    for (auto i = whole.num_tasks(); i-- > last;) {
      rest[index(whole.resource(whole.at(i)))] = whole.rest_seconds(whole.at(i));
    }
  }

  [[nodiscard]] window of(whole_order const& whole) const
  {
    return {whole, first, last, free, rest};
  }

  std::size_t first, last;
  std::vector<double> free, rest;
};

/// The whole with what a window has now.
solution put_back(whole_order const& whole, std::size_t first, window const& part)
{
  std::vector<task_id> order;
  std::vector<int> resource;
  for (auto const t : part.order()) {
    order.push_back(whole.at(first + index(t)));
    resource.push_back(part.places()[index(t)]);
  }
  auto next = whole;
  next.replace(first, order, resource);
  auto s = next.get();
  std::vector<double> finish;
  s.makespan_seconds = seconds_of(whole.costs(), s, finish);
  return s;
}

TEST(Window, KnowsTheMakespanOfTheWhole)
{
  std::mt19937_64 random{1};
  int through = 0;
  for (int round = 0; round < 300; ++round) {
    auto const places = 1 + static_cast<int>(random() % 20);
    cost_model const costs{test::random_graph(random, 20 + static_cast<int>(random() % 60)),
                           mixed_nodes(random, places)};
    whole_order whole{costs, random_solution(random, costs)};
    whole.sort_by_start();
    auto const first = random() % (costs.num_tasks() - 1);
    auto const last  = first + 1 + random() % (costs.num_tasks() - first);
    cut_out const at{whole, first, last};
    auto part = at.of(whole);
    EXPECT_LE(part.evaluate().makespan_seconds, whole.get().makespan_seconds * (1 + rounding));
    for (int move = 0; move < 10; ++move) {
      auto const from        = static_cast<std::int32_t>(random() % part.order().size());
      auto const task        = part.order()[index(from)];
      auto const [low, high] = part.range_of(task, 0);
      if (low < high) part.move(from, low + static_cast<int>(random() % index(high - low + 1)));
      part.place_of(task) = static_cast<int>(random() % index(places));

      auto const energy = part.evaluate();
      auto const s      = put_back(whole, first, part);
      auto const most   = std::max(energy.makespan_seconds, whole.get().makespan_seconds);
      ASSERT_LE(energy.makespan_seconds, s.makespan_seconds * (1 + rounding)) << round;
      ASSERT_LE(s.makespan_seconds, most * (1 + rounding)) << round;
      if (energy.makespan_seconds > whole.get().makespan_seconds) ++through;
      auto const block = static_cast<std::int32_t>(random() % index(part.num_blocks()));
      ASSERT_EQ(part.evaluate_from(block).power_mean_seconds, energy.power_mean_seconds);
    }
  }
  EXPECT_GT(through, 500);  // so that both sides counted
}

TEST(Window, IsNeverWorseAfterAnnealing)
{
  std::mt19937_64 random{2};
  int better = 0;
  for (int round = 0; round < 40; ++round) {
    cost_model const costs{test::random_graph(random, 80), mixed_nodes(random, 6)};
    whole_order whole{costs, random_solution(random, costs)};
    whole.sort_by_start();
    auto const first = random() % 40;
    cut_out const at{whole, first, first + 40};
    auto part         = at.of(whole);
    auto const before = part.evaluate().makespan_seconds;
    auto moves        = random_of(random());
    auto pace         = search_pace::of_evaluations(2000);
    auto const after  = anneal(part, {2e-2, 1e-3}, pace, moves);
    EXPECT_LE(after, before);
    EXPECT_EQ(part.evaluate().makespan_seconds, after);
    EXPECT_EQ(pace.evaluations(), 2000U);
    auto const s = put_back(whole, first, part);
    EXPECT_LE(s.makespan_seconds, whole.get().makespan_seconds * (1 + rounding));
    if (after < before) ++better;
  }
  EXPECT_GE(better, 30);
}

TEST(LongSearch, TakesTheSameWayWhateverTheThreads)
{
  std::mt19937_64 random{3};
  cost_model const costs{test::random_graph(random, 2500), test::random_nodes(random, 20)};
  auto const start = random_solution(random, costs);
  planning_limits limits{.evaluations = 40000};
  std::uint64_t evaluations = 0;
  auto const one            = search_in_windows({costs}, limits, start, evaluations);
  EXPECT_LE(evaluations, 40000U);
  EXPECT_GT(evaluations, 35000U);
  EXPECT_LT(one.makespan_seconds, 0.95 * start.makespan_seconds);
  std::vector<double> finish;
  EXPECT_EQ(one.makespan_seconds, seconds_of(costs, one, finish));
  for (int const threads : {2, 3}) {
    limits.threads  = threads;
    auto const many = search_in_windows({costs}, limits, start, evaluations);
    ASSERT_EQ(many.order, one.order) << threads;
    ASSERT_EQ(many.resource, one.resource) << threads;
  }
}

/// Groups of lanes alone get nowhere near with so few evaluations a task.
TEST(LongSearch, GoesBeforeGroupsWhereTheyGetLittleDone)
{
  std::mt19937_64 random{5};
  auto const w = generate_workflow("stencil", {.tasks = 600});
  auto m       = test::random_nodes(random, 8);
  set_bandwidth_by_ccr(m, w, 5);
  planning_limits const limits{.evaluations = 300'000};
  cost_model const costs{w, m};
  auto const starts = make_starts(costs, limits).solutions;
  auto const most   = kernels::search_limit<std::uint16_t>;
  tick_problem<std::uint16_t> const problem{
    costs, seconds_per_tick(1.6 * starts.front().makespan_seconds, most)};
  rounds<order_group<std::uint16_t>> groups{limits, costs.num_tasks()};
  auto const by_groups = groups.run([&](std::size_t i) {
    return std::make_unique<order_group<std::uint16_t>>(
      search_setting{costs}, problem, lane_target::widest, starts[i % starts.size()], starts, i);
  });
  plan_options options{"search"};
  options.evaluations = limits.evaluations;
  auto const s        = plan(w, m, options);
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  EXPECT_LT(s.makespan_seconds, 0.97 * by_groups.makespan_seconds);
  EXPECT_LT(s.evaluations, 301'000U);
  EXPECT_GT(s.evaluations, 250'000U);
}

TEST(LongSearch, ImprovesWhatConstructorsMake)
{
  std::mt19937_64 random{4};
  auto const w = generate_workflow("stencil", {.tasks = 1100});
  auto m       = test::random_nodes(random, 24);
  set_bandwidth_by_ccr(m, w, 5);
  plan_options options{"search"};
  options.evaluations = 40000;
  auto const s        = plan(w, m, options);
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  EXPECT_LT(s.makespan_seconds, 0.99 * plan(w, m, {"portfolio"}).makespan_seconds);
}

}  // namespace
}  // namespace heddle
