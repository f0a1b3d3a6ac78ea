// A million makespans along random walks of orders and placements, on places that may share memory
// nodes or have links of their own: serial, threaded and vector bodies against a decode that shares
// no code with them.

#include "src/plan/search/order_group.hpp"
#include "tests/support/search_group.hpp"
#include "tests/support/small_workflows.hpp"
#include "tests/support/threaded_group.hpp"
#include "tests/support/threaded_lanes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace heddle {
namespace {

constexpr std::size_t lanes = kernels::search_lanes;

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Orders and placements that change, with the memory of one decode.
template <class Tick>
struct walk {
  walk(std::mt19937_64& random, int tasks, int num_places)
    : costs{test::random_graph(random, tasks), test::random_places(random, num_places)},
      problem{costs, 0.125},
      places{num_places},
      order{costs.edges().topological_order},
      position(order.size()),
      place{order.size() * lanes},
      finish{order.size() * lanes},
      available{kernels::padded_places(num_places) * lanes},
      makespan{lanes},
      energy{lanes}
  {
    for (std::size_t i = 0; i < order.size(); ++i) {
      position[index(order[i])] = static_cast<std::int32_t>(i);
    }
    for (auto& each : place.span()) each = random_code(random);
    state.order    = order.data();
    state.position = position.data();
    state.place    = place.data();
  }

  /// One task to another position, by the kernel's own body, and some to other places.
  void step(std::mt19937_64& random)
  {
    auto const n     = order.size();
    auto const from  = static_cast<std::int32_t>(random() % n);
    auto const range = kernels::order_range_of(kernels::serial_group<>{}, problem.view(), state,
                                               order[index(from)], 0);
    if (range.first < range.last) {
      auto const count = index(range.last - range.first + 1);
      kernels::move_in_order(state, from,
                             range.first + static_cast<std::int32_t>(random() % count));
    }
    for (int change = 0; change < 40; ++change) {
      auto& each = place[random() % (n * lanes)];
      each       = random_code(random);
    }
  }

  [[nodiscard]] kernels::place_code random_code(std::mt19937_64& random) const
  {
    return problem.view().code[random() % index(places)];
  }

  /// Whether each task comes after its predecessors, and `position` says where it is.
  [[nodiscard]] bool is_sound() const
  {
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (position[index(order[i])] != static_cast<std::int32_t>(i)) return false;
      for (auto const p : costs.edges().predecessors(order[i])) {
        if (position[index(p)] > static_cast<std::int32_t>(i)) return false;
      }
    }
    return true;
  }

  /// From the costs alone, in numbers that cannot overflow.
  [[nodiscard]] std::int64_t plain_makespan(std::size_t lane) const
  {
    constexpr std::int64_t limit = kernels::search_limit<Tick>;
    auto const ticks             = [&](double time) {
      auto const whole = std::floor(time * 8 + 0.5);  // infinite where a task cannot run
      return whole < limit ? static_cast<std::int64_t>(whole) : limit;
    };
    auto const on = [&](task_id t) {
      return kernels::place_of_code(place[index(t) * lanes + lane]);
    };
    std::vector<std::int64_t> free(index(places)), end(order.size());
    for (auto const t : order) {
      auto& here        = free[index(on(t))];
      auto const before = costs.edges().predecessors(t);
      auto const bytes  = costs.edges().bytes_from_predecessors(t);
      for (std::size_t e = 0; e < before.size(); ++e) {
        auto const moved = ticks(costs.transfer_seconds(bytes[e], on(before[e]), on(t)));
        here             = std::max(here, std::min(limit, end[index(before[e])] + moved));
      }
      here          = std::min(limit, here + ticks(costs.execution_seconds(t, on(t))));
      end[index(t)] = here;
    }
    return *std::ranges::max_element(free);
  }

  template <class Decode>
  void expect_plain_makespans(Decode const& decode, char const* by)
  {
    std::ranges::fill(available.span(), Tick{0});
    decode();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      ASSERT_EQ(makespan[lane], plain_makespan(lane)) << by << " lane " << lane;
    }
  }

  cost_model costs;
  tick_problem<Tick> problem;
  int places;
  std::vector<std::int32_t> order, position;
  aligned_array<kernels::place_code> place;
  aligned_array<Tick> finish, available, makespan;
  aligned_array<std::int32_t> energy;
  kernels::lane_state<Tick> state{};
};

/// @return how many makespans were compared
template <class Tick>
std::int64_t compare_bodies(walk<Tick>& w)
{
  std::int64_t compared = 0;
  auto const n          = static_cast<std::int32_t>(w.order.size());
  for (auto const target :
       {lane_target::scalar, lane_target::portable, lane_target::avx2, lane_target::avx512}) {
    auto const body = bodies_for<Tick>(w.places, target);
    if (!body.decode) continue;  // not on this CPU
    w.expect_plain_makespans(
      [&] {
        body.decode(w.problem.view(), w.order.data(), 0, n, w.place.data(), w.finish.data(),
                    w.available.data());
        body.judge(w.available.data(), w.makespan.data(), w.energy.data());
      },
      body.name);
    compared += lanes;
  }
  return compared;
}

/// As a warp has them: the lanes on several threads.
template <int Places, class Tick>
void compare_threads(walk<Tick>& w)
{
  auto const n = static_cast<std::int32_t>(w.order.size());
  w.expect_plain_makespans(
    [&] {
      test::run_threaded_lanes<4>([&](auto const& group) {
        kernels::decode<Places>(group, w.problem.view(), w.order.data(), 0, n, w.place.data(),
                                w.finish.data(), w.available.data());
        kernels::judge<Places>(group, w.available.data(), w.makespan.data(), w.energy.data());
      });
    },
    "threads");
}

template <class Tick>
void compare(std::int64_t most)
{
  std::mt19937_64 random{1};
  std::int64_t compared = 0;
  while (compared < most) {
    auto const places = random() % 4 == 0 ? 17 + static_cast<int>(random() % 112)
                                          : 2 + static_cast<int>(random() % 15);
    walk<Tick> w{random, 2 + static_cast<int>(random() % 60), places};
    for (int step = 0; step < 50; ++step) {
      w.step(random);
      ASSERT_TRUE(w.is_sound());
      compared += compare_bodies(w);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Makespans, OfAllBodiesEqualAPlainDecode)
{
  compare<std::uint16_t>(100'000);
  compare<std::uint32_t>(100'000);
}

TEST(Makespans, Slow_OfAllBodiesEqualAPlainDecodeAMillionTimes)
{
  compare<std::uint16_t>(1'000'000);
  compare<std::uint32_t>(1'000'000);
}

TEST(Makespans, OfThreadsEqualAPlainDecode)
{
  std::mt19937_64 random{2};
  for (int round = 0; round < 8; ++round) {
    auto const tasks = 2 + static_cast<int>(random() % 40);
    walk<std::uint16_t> few{random, tasks, 8}, many{random, tasks, 20};
    for (int step = 0; step < 3; ++step) {
      few.step(random);
      many.step(random);
      compare_threads<8>(few);
      compare_threads<32>(many);
      if (HasFatalFailure()) return;
    }
  }
}

/// Tasks whose times are whole ticks everywhere, with edges to later ones; on 6 nodes, or on 20 of
/// which some share their memory.
cost_model whole_costs(std::mt19937_64& random, int tasks, bool are_many = false)
{
  std::vector<double> speeds{1, 1, 2, 4, 1, 2};
  if (are_many) speeds.insert(speeds.end(), 14, 2.0);
  auto m = test::make_nodes(speeds, 1);
  if (!are_many && random() % 2 == 0) test::link_pairs(random, m);
  for (std::size_t r = 6; r < m.resources.size(); ++r) {
    m.resources[r].memory_node = static_cast<int>(r / 2);
  }
  return {test::random_graph(random, tasks), m};
}

TEST(Walk, OfThreadsIsThatOfOne)
{
  std::mt19937_64 random{3};
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    auto const costs = whole_costs(random, 2 + static_cast<int>(random() % 40));
    tick_problem<std::uint16_t> const problem{costs, 0.25};
    auto const& view = problem.view();
    test::search_group<std::uint16_t> one{view, seed}, many{view, seed};
    test::walk<8>(kernels::serial_lanes{}, view, one.windows(), one.view(), 5000);
    test::run_threaded_lanes<4>(
      [&](auto const& group) { test::walk<8>(group, view, many.windows(), many.view(), 5000); });
    ASSERT_EQ(one.path(), many.path()) << "seed " << seed;
    EXPECT_GT(one.walk().evaluations, 4900U);
  }
}

/// The walk of the CPU's vectors is that of the walker which GPUs run.
template <int Places, class Tick>
void compare_walks(std::mt19937_64& random, std::uint64_t seed)
{
  auto const costs = whole_costs(random, 2 + static_cast<int>(random() % 60), Places == 32);
  tick_problem<Tick> const problem{costs, 0.25};
  test::search_group<Tick> group{problem.view(), seed};
  auto const batches = group.view();
  kernels::lanes_walker<Places, Tick, kernels::serial_lanes> walker{
    {},      problem.view(),    group.windows(), {ladder_table().data(), noise_table().data()},
    batches, {20000, 20000, -1}};
  walker.begin();
  walker.run();

  solution start{costs.edges().topological_order, std::vector<int>(costs.num_tasks(), 0)};
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) start.order[t] = static_cast<task_id>(t);
  std::vector<double> finish;
  start.makespan_seconds = seconds_of(costs, start, finish);
  order_group<Tick> vectors{{costs}, problem, lane_target::widest, start, {}, seed};
  auto pace = search_pace::of_evaluations(20000);
  vectors.run(pace);
  ASSERT_EQ(pace.evaluations(), group.walk().evaluations);
  ASSERT_EQ(vectors.best().makespan_seconds, group.walk().least_seen * problem.tick_seconds());
  EXPECT_EQ(vectors.best().order, group.best_order());
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    EXPECT_EQ(vectors.best().resource[t], kernels::place_of_code(group.best_place()[t]));
  }
}

TEST(Walk, OfVectorsIsThatOfTheWalker)
{
  std::mt19937_64 random{4};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    compare_walks<8, std::uint16_t>(random, seed);
    compare_walks<8, std::uint32_t>(random, seed);
    compare_walks<32, std::uint16_t>(random, seed);
    compare_walks<32, std::uint32_t>(random, seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace heddle
