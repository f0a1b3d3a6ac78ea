// What groups of the search do: the same path on every body, with whole orders and placements.

#include "src/plan/search/order_group.hpp"
#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace heddle {
namespace {

constexpr std::size_t lanes = kernels::search_lanes;

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

solution all_on_first(cost_model const& costs)
{
  solution s;
  s.order    = costs.edges().topological_order;
  s.resource = std::vector<int>(costs.num_tasks(), 0);
  std::vector<double> finish;
  s.makespan_seconds = seconds_of(costs, s, finish);
  return s;
}

template <class Tick>
solution searched(cost_model const& costs, lane_target target, std::uint64_t evaluations,
                  std::uint64_t seed)
{
  auto const from = all_on_first(costs);
  auto const tick = seconds_per_tick(2 * from.makespan_seconds, kernels::search_limit<Tick>);
  tick_problem<Tick> const problem{costs, tick};
  order_group<Tick> group{{costs, 0}, problem, target, from, {}, seed};
  auto pace = search_pace::of_evaluations(evaluations);
  group.run(pace);
  EXPECT_LE(pace.evaluations(), evaluations);
  EXPECT_GT(pace.evaluations() + lanes, evaluations);
  return group.best();
}

void expect_keeps_precedence(edge_table const& edges, std::vector<task_id> const& order)
{
  std::vector<std::size_t> position(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) position.at(index(order[i])) = i;
  for (auto const task : order) {
    for (auto const p : edges.predecessors(task)) {
      ASSERT_LT(position[index(p)], position[index(task)]);
    }
  }
}

template <class Tick>
class SearchGroup : public ::testing::Test {
};
using tick_types = ::testing::Types<std::uint16_t, std::uint32_t>;
TYPED_TEST_SUITE(SearchGroup, tick_types);

TYPED_TEST(SearchGroup, TakesTheSamePathOnEveryBody)
{
  std::mt19937_64 random{2};
  for (int i = 0; i < 12; ++i) {
    auto const w = test::random_graph(random, 2 + static_cast<int>(random() % 60));
    cost_model const costs{w, test::random_nodes(random, 2 + static_cast<int>(random() % 15))};
    auto const by = searched<TypeParam>(costs, lane_target::scalar, 6000, index(i));
    for (auto const target :
         {lane_target::portable, lane_target::avx2, lane_target::avx512, lane_target::widest}) {
      if (!bodies_for<TypeParam>(costs.num_resources(), target).decode) continue;
      auto const other = searched<TypeParam>(costs, target, 6000, index(i));
      ASSERT_EQ(other.order, by.order) << "case " << i;
      ASSERT_EQ(other.resource, by.resource) << "case " << i;
      ASSERT_EQ(other.makespan_seconds, by.makespan_seconds) << "case " << i;
    }
  }
}

TYPED_TEST(SearchGroup, FindsAnOrderThatKeepsPrecedenceAndIsShorter)
{
  std::mt19937_64 random{3};
  for (int i = 0; i < 10; ++i) {
    cost_model const costs{test::random_graph(random, 40), test::random_nodes(random, 8)};
    auto const best = searched<TypeParam>(costs, lane_target::widest, 20000, 1);
    expect_keeps_precedence(costs.edges(), best.order);
    std::vector<double> finish;
    EXPECT_EQ(best.makespan_seconds, seconds_of(costs, best, finish));
    EXPECT_LT(best.makespan_seconds, 0.9 * all_on_first(costs).makespan_seconds) << "case " << i;
  }
}

TYPED_TEST(SearchGroup, TakesAnotherPathForAnotherSeed)
{
  std::mt19937_64 random{4};
  cost_model const costs{test::random_graph(random, 50), test::random_nodes(random, 8)};
  auto const one = searched<TypeParam>(costs, lane_target::widest, 3200, 1);
  auto const two = searched<TypeParam>(costs, lane_target::widest, 3200, 2);
  EXPECT_FALSE(one.order == two.order && one.resource == two.resource);
}

/// After any moves of order and placement, ends of windows equal those of a decode of the whole.
TYPED_TEST(SearchGroup, DecodesWindowsAsItDecodesAll)
{
  std::mt19937_64 random{5};
  cost_model const costs{test::random_graph(random, 70), test::random_nodes(random, 5)};
  tick_problem<TypeParam> const problem{costs, 0.25};
  lane_decoder<TypeParam> decoder{problem.view(), lane_target::widest};
  auto const& state = decoder.state();
  auto const start  = all_on_first(costs);
  for (std::size_t i = 0; i < costs.num_tasks(); ++i) {
    state.order[i]                        = start.order[i];
    state.position[index(start.order[i])] = static_cast<std::int32_t>(i);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      state.place[i * lanes + lane] = kernels::code_of_place(static_cast<int>(random() % 5));
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    state.random[lane] = static_cast<std::uint32_t>(lane + 1);
  }
  decoder.decode_all();
  for (auto window = decoder.windows().count - 1; window >= 0; --window) {
    auto const first = decoder.windows().begin_of(window),
               last  = decoder.windows().begin_of(window + 1);
    for (auto const kind : {kernels::lane_move::place, kernels::lane_move::neighbour,
                            kernels::lane_move::swap, kernels::lane_move::pair}) {
      decoder.bodies().propose(problem.view(), state, kind, first, last);
      auto const task = state.order[first];
      auto const to =
        kernels::order_range_of(kernels::serial_group<>{}, problem.view(), state, task, first).last;
      kernels::move_in_order(state, first, to);
      decoder.decode_from(window);
    }
    std::vector<TypeParam> const of_window(state.new_makespan, state.new_makespan + lanes);
    decoder.decode_all();
    ASSERT_EQ(of_window, (std::vector<TypeParam>(state.makespan, state.makespan + lanes)));
  }
  expect_keeps_precedence(
    costs.edges(), {state.order, state.order + static_cast<std::ptrdiff_t>(costs.num_tasks())});
}

/// With energies that no move reaches everything is refused, and nothing is left of the moves.
TYPED_TEST(SearchGroup, TakesRefusedMovesBack)
{
  std::mt19937_64 random{6};
  cost_model const costs{test::random_graph(random, 30), test::random_nodes(random, 7)};
  tick_problem<TypeParam> const problem{costs, 0.25};
  lane_decoder<TypeParam> const decoder{problem.view(), lane_target::widest};
  auto const& state = decoder.state();
  for (std::size_t i = 0; i < 30; ++i) {
    state.order[i] = state.position[i] = static_cast<std::int32_t>(i);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      state.place[i * lanes + lane] = kernels::code_of_place(static_cast<int>(random() % 7));
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    state.random[lane]      = static_cast<std::uint32_t>(lane + 1);
    state.temperature[lane] = 1;
    state.new_energy[lane]  = 1 << 20;
  }
  std::vector<kernels::place_code> const before(state.place, state.place + 30 * lanes);
  std::vector<std::uint16_t> const no_noise(lanes);
  for (int i = 0; i < 300; ++i) {
    auto const kind = static_cast<kernels::lane_move>(i % 4);
    decoder.bodies().propose(problem.view(), state, kind, i % 29, 30);
    std::vector<kernels::place_code> const tried(state.place, state.place + 30 * lanes);
    ASSERT_NE(tried, before);
    decoder.bodies().accept(state, kind, no_noise.data());
    std::vector<kernels::place_code> const after(state.place, state.place + 30 * lanes);
    ASSERT_EQ(after, before) << "move " << i;
  }
}

TEST(SearchExchange, PrefersTheShorterSchedulesOnTheColderRung)
{
  EXPECT_TRUE(kernels::exchanges(10, 20, 1, 0));      // the hotter one is better
  EXPECT_FALSE(kernels::exchanges(20, 10, 1, 0));     // without noise
  EXPECT_TRUE(kernels::exchanges(20, 10, 10, 4096));  // 10 is at most 10 x 1
  EXPECT_FALSE(kernels::exchanges(21, 10, 10, 4096));
}

TEST(SearchAccept, OfAnOrderIsByTheMeanOverLanes)
{
  std::array<std::int32_t, lanes> energy{}, new_energy{};
  std::array<std::uint32_t, lanes> temperature{};
  temperature.fill(4);
  kernels::lane_state<std::uint16_t> state{};
  state.energy       = energy.data();
  state.new_energy   = new_energy.data();
  state.temperature  = temperature.data();
  auto const accepts = [&](std::uint16_t noise) {
    return kernels::accepts_order(kernels::serial_lanes{}, state, noise);
  };
  EXPECT_TRUE(accepts(0));
  new_energy[3] = 4 * 32;  // a mean of 1
  EXPECT_FALSE(accepts(4095));
  EXPECT_TRUE(accepts(4096));
  new_energy[5] = -4 * 32;  // as much better
  EXPECT_TRUE(accepts(0));
}

}  // namespace
}  // namespace heddle
