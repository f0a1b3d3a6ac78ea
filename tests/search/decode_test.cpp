// Every body of the search against a plain decode, and against each other.

#include "src/plan/search/lane_bodies.hpp"
#include "src/plan/search/tick_problem.hpp"
#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace heddle {
namespace {

using kernels::search_lanes;

constexpr std::size_t lanes = search_lanes;

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

workflow random_work(std::mt19937_64& random, int tasks)
{
  auto w = test::random_graph(random, tasks, 1000);
  for (task_id t = 0; t < tasks; ++t) w.at(t).gpu_seconds = static_cast<double>(random() % 300);
  return w;
}

/// A workflow of `tasks` and a machine of so many places, with an order and placements of all
/// lanes. Short ticks let some makespans reach the limit.
template <class Tick>
struct instance {
  instance(std::mt19937_64& random, int tasks, int places, double tick)
    : costs{random_work(random, tasks), test::random_places(random, places)}, problem{costs, tick}
  {
    auto const n       = index(tasks);
    order              = aligned_array<std::int32_t>{n};
    place              = aligned_array<kernels::place_code>{n * lanes};
    auto const& sorted = costs.edges().topological_order;
    for (std::size_t t = 0; t < n; ++t) order[t] = sorted[t];
    for (auto& each : place.span()) each = problem.view().code[random() % index(places)];
  }

  cost_model costs;
  tick_problem<Tick> problem;
  aligned_array<std::int32_t> order;
  aligned_array<kernels::place_code> place;
};

/// What decode means, in the plainest way, in numbers that cannot overflow.
template <class Tick>
std::vector<std::int64_t> plain_ends(instance<Tick> const& in, std::size_t lane)
{
  constexpr std::int64_t limit = kernels::search_limit<Tick>;
  auto const& costs            = in.costs;
  auto const in_ticks          = [&](double time) {
    return std::min(limit,
                             static_cast<std::int64_t>(std::floor(time / in.problem.tick_seconds() + 0.5)));
  };
  auto const resource_of = [&](task_id t) {
    return kernels::place_of_code(in.place[index(t) * lanes + lane]);
  };
  std::vector<std::int64_t> free(index(costs.num_resources())), end(costs.num_tasks());
  for (std::size_t i = 0; i < costs.num_tasks(); ++i) {
    auto const t = in.order[i];
    auto const r = resource_of(t);
    auto start   = free[index(r)];
    for (std::size_t e = 0; e < costs.edges().predecessors(t).size(); ++e) {
      auto const p     = costs.edges().predecessors(t)[e];
      auto const bytes = costs.edges().bytes_from_predecessors(t)[e];
      auto const moved = in_ticks(costs.transfer_seconds(bytes, resource_of(p), r));
      start            = std::max(start, std::min(limit, end[index(p)] + moved));
    }
    end[index(t)]  = std::min(limit, start + in_ticks(costs.execution_seconds(t, r)));
    free[index(r)] = end[index(t)];
  }
  return end;
}

std::vector<lane_target> all_targets()
{
  return {lane_target::scalar, lane_target::portable, lane_target::avx2, lane_target::avx512,
          lane_target::widest};
}

/// Decodes in two parts, as windows do, and compares all ends and makespans.
template <class Tick>
void expect_plain_ends(instance<Tick> const& in, lane_bodies<Tick> const& body)
{
  auto const n      = static_cast<std::int32_t>(in.costs.num_tasks());
  auto const places = index(kernels::padded_places(in.costs.num_resources()));
  aligned_array<Tick> const finish{index(n) * lanes}, available{places * lanes}, makespan{lanes};
  aligned_array<std::int32_t> const energy{lanes};
  for (auto const& [first, last] : {std::pair{0, n / 3}, std::pair{n / 3, n}}) {
    body.decode(in.problem.view(), in.order.data(), first, last, in.place.data(), finish.data(),
                available.data());
  }
  body.judge(available.data(), makespan.data(), energy.data());
  aligned_array<Tick> const same_makespan{lanes};
  aligned_array<std::int32_t> const same_energy{lanes};
  bodies_for<Tick>(in.costs.num_resources(), lane_target::scalar)
    .judge(available.data(), same_makespan.data(), same_energy.data());
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    auto const ends     = plain_ends(in, lane);
    std::int64_t latest = 0;
    ASSERT_EQ(energy[lane], same_energy[lane]) << body.name << " lane " << lane;
    for (std::size_t t = 0; t < ends.size(); ++t) {
      ASSERT_EQ(finish[t * lanes + lane], ends[t])
        << body.name << " lane " << lane << " task " << t;
      latest = std::max(latest, ends[t]);
    }
    ASSERT_EQ(makespan[lane], latest) << body.name << " lane " << lane;
    ASSERT_GE(energy[lane], kernels::makespan_weight * latest);
    ASSERT_LE(energy[lane], (kernels::makespan_weight + 1) * latest);
  }
}

template <class Tick>
class SearchDecode : public ::testing::Test {
};
using tick_types = ::testing::Types<std::uint16_t, std::uint32_t>;
TYPED_TEST_SUITE(SearchDecode, tick_types);

TYPED_TEST(SearchDecode, OfEveryBodyEqualsAPlainDecode)
{
  std::mt19937_64 random{1};
  int compared = 0, sharing = 0, linked = 0;
  for (int round = 0; round < 90; ++round) {
    auto const places =
      round % 3 == 2 ? 17 + static_cast<int>(random() % 112) : 1 + static_cast<int>(random() % 16);
    auto const tasks = static_cast<int>(random() % 80);
    auto const tick  = sizeof(TypeParam) == 2 ? std::exp2(static_cast<int>(random() % 4) - 2)
                                              : std::exp2(static_cast<int>(random() % 6) - 9);
    instance<TypeParam> const in{random, tasks, places, tick};
    ASSERT_TRUE(fits_lanes(in.costs));
    sharing += in.problem.view().shares_nodes() ? 1 : 0;
    linked += in.problem.view().has_own_links() ? 1 : 0;
    for (auto const target : all_targets()) {
      auto const body = bodies_for<TypeParam>(places, target);
      if (!body.decode) continue;  // not on this CPU
      expect_plain_ends(in, body);
      if (this->HasFatalFailure()) return;
      ++compared;
    }
  }
  EXPECT_GE(compared, 270);  // on any CPU there are three
  EXPECT_GE(sharing, 10);
  EXPECT_GE(linked, 10);
}

/// Up to rounding, however unlike the links are.
TYPED_TEST(SearchDecode, MovesOnEachLinkAsLongAsItTakes)
{
  std::mt19937_64 random{2};
  for (int round = 0; round < 20; ++round) {
    auto m = test::random_nodes(random, 2 + static_cast<int>(random() % 15));
    for (std::size_t pair = 0; pair < m.memory_nodes.size() * m.memory_nodes.size(); ++pair) {
      m.links.pair_bandwidth_bytes_per_second.push_back(
        std::exp2(static_cast<double>(random() % 1500) / 100 - 8));
      m.links.pair_latency_seconds.push_back(static_cast<double>(random() % 99));
    }
    cost_model const costs{test::random_graph(random, 30), m};
    tick_problem<TypeParam> const problem{costs, 0.25};
    auto const& view = problem.view();
    for (std::int32_t e = 0; e < view.first_predecessor[30]; ++e) {
      auto const bytes = costs.edges().predecessor_bytes[index(e)];
      for (int from = 0; from < view.num_places; ++from) {
        for (int to = 0; to < view.num_places; ++to) {
          auto const ticks = view.moved(view.predecessor[e], kernels::code_of_place(from),
                                        kernels::code_of_place(to));
          auto const limit = 0.25 * kernels::search_limit<TypeParam>;
          auto const exact = std::min(limit, costs.transfer_seconds(bytes, from, to));
          ASSERT_NEAR(std::min(limit, ticks * 0.25), exact, 2.5 * 0.25 + exact / 4096);
        }
      }
    }
  }
}

TEST(FitsLanes, ManyPlacesWithEqualLinks)
{
  std::mt19937_64 random{3};
  auto const w    = test::random_graph(random, 5);
  auto const fits = [&](machine const& m) { return fits_lanes(cost_model{w, m}); };
  EXPECT_TRUE(fits(test::random_nodes(random, 128)));
  EXPECT_FALSE(fits(test::random_nodes(random, 129)));
  for (int const places : {16, 17}) {
    auto m = test::random_nodes(random, places);
    test::link_pairs(random, m);
    EXPECT_EQ(fits(m), places == 16);
  }
}

/// Its links are 2^15 times as fast as others at most: beyond, they are not for the lanes.
TEST(FitsLanes, LinksThatAreNotTooDifferent)
{
  std::mt19937_64 random{4};
  auto const fits = [&](std::vector<double> const& pairs) {
    auto m                                  = test::random_nodes(random, 2);
    m.links.pair_bandwidth_bytes_per_second = pairs;
    return fits_lanes(cost_model{test::random_graph(random, 5), m});
  };
  EXPECT_TRUE(fits({1, 1, 32768, 1}));
  EXPECT_FALSE(fits({1, 1, 40000, 1}));
  EXPECT_FALSE(fits({1, 1e-3, 1e6, 1}));
  EXPECT_TRUE(fits({1e9, 1, 1, 1e9}));  // none is used within a node
}

TYPED_TEST(SearchDecode, HasVectorsWhereTheCpuHas)
{
  auto const widest = bodies_for<TypeParam>(8);
  ASSERT_TRUE(widest.decode);
#if defined(__x86_64__) && defined(__GNUC__)
  auto const has = [](lane_target target) {
    return bodies_for<TypeParam>(8, target).decode != nullptr;
  };
  EXPECT_EQ(has(lane_target::avx512), __builtin_cpu_supports("avx512bw") != 0);
  EXPECT_EQ(has(lane_target::avx2), __builtin_cpu_supports("avx2") != 0);
#endif
}

}  // namespace
}  // namespace heddle
