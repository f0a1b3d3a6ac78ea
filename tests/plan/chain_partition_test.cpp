#include <heddle/plan/chain_partition.hpp>

#include "src/plan/dp/dp_planners.hpp"

#include "tests/support/message_of.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/base/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace heddle {
namespace {

using ::testing::HasSubstr;

using intervals = std::vector<chain_interval>;

constexpr auto bottleneck = chain_objective::bottleneck;
constexpr auto latency    = chain_objective::latency;

// Two slow resources and a twice as fast one.
std::vector<chain_stage> five_stages()
{
  return {{{8, 4}, 2}, {{18, 9}, 1}, {{6, 3}, 3}, {{10, 5}, 1}, {{4, 2}, 5}};
}
std::vector<chain_resources> two_slow_one_fast()
{
  return {{2, 0}, {1, 0}};
}

// All on the fast resource: 4 + 9 + 3 + 5 + 2; any cut puts a stage on a slow one, which costs
// more.
TEST(ChainPartition, OfLeastLatency)
{
  auto const best = partition_chain(five_stages(), two_slow_one_fast(), latency);
  EXPECT_EQ(best.value, 23);
  EXPECT_EQ(best.lower_bound, 23);
  EXPECT_EQ(best.intervals, (intervals{{0, 5, 1, 1}}));
}

// 8 + 2 | 2 + 9 + 3 + 3 | 3 + 10 + 4 on slow, fast, slow: 10, 17, 17. The second stage takes a slow
// resource 21, so it is on the fast one. That ends with it (slow: 1 + 20, or 1 + 16 + 1 and 5, or
// 10 and 17), after the third (17 or, without the first, 2 + 12 + 3), or later (at least 2 + 17 +
// 1).
TEST(ChainPartition, OfLeastBottleneck)
{
  auto const best = partition_chain(five_stages(), two_slow_one_fast(), bottleneck);
  EXPECT_EQ(best.value, 17);
  EXPECT_EQ(best.intervals, (intervals{{0, 1, 0, 1}, {1, 3, 1, 1}, {3, 5, 0, 1}}));
}

// Two copies of 2 + 18 + 1 take turns; the rest fits beside on the fast resource.
TEST(ChainPartition, CopiesWhatKeepsNothing)
{
  std::vector<chain_stage> stages{{{18}, 2, 0, true}, {{9}, 0}};
  std::vector<chain_resources> const three{{3, 0}};
  auto best = partition_chain(stages, three, bottleneck);
  EXPECT_EQ(best.value, 11) << "(18 + 2) / 2 = 10 and 2 + 9 = 11";
  EXPECT_EQ(best.intervals, (intervals{{0, 1, 0, 2}, {1, 2, 0, 1}}));
  stages[0].replicable = false;
  EXPECT_EQ(partition_chain(stages, three, bottleneck).value, 20);
}

TEST(ChainPartition, KeepsToMemory)
{
  std::vector<chain_stage> const stages{{{5}, 4, 3}, {{5}, 4, 3}, {{5}, 4, 3}};
  EXPECT_EQ(partition_chain(stages, std::vector<chain_resources>{{3, 9}}, latency).value, 15);
  EXPECT_EQ(partition_chain(stages, std::vector<chain_resources>{{3, 8}}, latency).value, 19);
  EXPECT_EQ(partition_chain(stages, std::vector<chain_resources>{{3, 5}}, latency).value, 23);
  auto const none = partition_chain(stages, std::vector<chain_resources>{{2, 5}}, latency);
  EXPECT_TRUE(none.intervals.empty());
  EXPECT_EQ(none.lower_bound, infinite_ticks);
  EXPECT_THAT(none.message, HasSubstr("memory"));
}

TEST(ChainPartition, OfNoStagesIsEmpty)
{
  EXPECT_EQ(partition_chain({}, two_slow_one_fast(), latency).value, 0);
}

TEST(ChainPartition, BeyondItsStatesIsBounded)
{
  std::vector<chain_stage> const stages(20, {{3, 2, 4, 5, 6}, 1});
  std::vector<chain_resources> kinds(5, {8, 0});  // 21 x 9^5 states
  EXPECT_GT(chain_states(20, kinds), most_chain_states);
  auto const found = partition_chain(stages, kinds, latency);
  EXPECT_TRUE(found.intervals.empty());
  EXPECT_EQ(found.lower_bound, 40) << "all stages on the second kind";
  EXPECT_THAT(found.message, HasSubstr("1240029 states"));
  EXPECT_EQ(partition_chain(stages, kinds, bottleneck).lower_bound, 4) << "1 + 2 + 1";
}

TEST(ChainPartition, StatesDoNotOverflow)
{
  EXPECT_EQ(chain_states(9, std::vector<chain_resources>{{1, 0}, {3, 0}}), 80);
  std::vector<chain_resources> const many(9, {1000000, 0});
  EXPECT_EQ(chain_states(9, many), std::numeric_limits<std::int64_t>::max());
}

TEST(ChainPartition, RejectsWhatItCannotCount)
{
  std::vector<chain_resources> const one{{1, 0}};
  auto const reject = [&](chain_stage stage, std::string const& why) {
    std::vector const stages{std::move(stage)};
    EXPECT_THAT(
      test::message_of_call([&] { static_cast<void>(partition_chain(stages, one, latency)); }),
      HasSubstr(why));
  };
  reject({{1, 2}, 0}, "2 execution times for 1 kinds");
  reject({{-1}, 0}, "negative");
  reject({{1}, infinite_ticks}, "infinite transfer");
  reject({{infinite_ticks - 2}, 1}, "use longer ticks");
  EXPECT_THROW(
    static_cast<void>(partition_chain({}, std::vector<chain_resources>{{0, 0}}, latency)),
    invalid_argument);
}

/// A random chain on resources of at least four speeds.
struct random_chain {
  std::vector<chain_stage> stages{};
  std::vector<chain_resources> kinds{};

  explicit random_chain(std::mt19937_64& random)
  {
    auto const below = [&](int n) {
      return static_cast<int>(random() % static_cast<std::uint64_t>(n));
    };
    std::vector<int> speeds{1, 2, 3, 4, 5, 6, 7, 8};
    std::shuffle(speeds.begin(), speeds.end(), random);
    speeds.resize(below(4) == 0 ? 5 : 4);
    bool const little_memory = below(2) == 0;
    for (std::size_t k = 0; k < speeds.size(); ++k) {
      kinds.push_back({k == 0 && below(3) == 0 ? 2 : 1, little_memory ? 3.0 + below(12) : 0});
    }
    int const most_transfer = 1 + below(300);
    for (int i = 1 + below(12); i > 0; --i) {
      auto& stage     = stages.emplace_back();
      auto const work = below(1000);
      for (auto const speed : speeds) {
        stage.execution.push_back(below(20) == 0 ? infinite_ticks : work / speed);
      }
      stage.transfer_to_next = below(most_transfer);
      stage.memory_bytes     = below(4);
      stage.replicable       = below(2) == 0;
    }
  }
};

/// Tries everything: each kind, number of copies and end of the next interval.
class brute_force {
 public:
  explicit brute_force(random_chain const& chain) : chain_{chain}
  {
    for (auto const& kind : chain.kinds) left_.push_back(kind.count);
    go_on(0, 0, 0);
  }

  [[nodiscard]] std::int64_t best(chain_objective objective) const
  {
    return objective == latency ? best_latency_ : best_bottleneck_;
  }

 private:
  void go_on(std::size_t first, std::int64_t sum, std::int64_t most)
  {
    if (first == chain_.stages.size()) {
      best_latency_    = std::min(best_latency_, sum);
      best_bottleneck_ = std::min(best_bottleneck_, most);
      return;
    }
    for (std::size_t k = 0; k < left_.size(); ++k) {
      for (int copies = 1; copies <= left_[k]; ++copies) {
        left_[k] -= copies;
        try_intervals(first, k, copies, sum, most);
        left_[k] += copies;
      }
    }
  }

  void try_intervals(std::size_t first, std::size_t k, int copies, std::int64_t sum,
                     std::int64_t most)
  {
    auto const in     = first > 0 ? chain_.stages[first - 1].transfer_to_next : 0;
    std::int64_t work = 0;
    double memory     = 0;
    for (auto last = first; last < chain_.stages.size(); ++last) {
      auto const& stage = chain_.stages[last];
      if (stage.execution[k] == infinite_ticks || (copies > 1 && !stage.replicable)) return;
      work += stage.execution[k];
      memory += stage.memory_bytes;
      if (chain_.kinds[k].memory_bytes > 0 && memory > chain_.kinds[k].memory_bytes) return;
      auto const out  = last + 1 < chain_.stages.size() ? stage.transfer_to_next : 0;
      auto const busy = in + work + out;
      go_on(last + 1, sum + work + out,
            std::max(most, busy / copies + (busy % copies > 0 ? 1 : 0)));
    }
  }

  random_chain const& chain_;
  std::vector<int> left_{};
  std::int64_t best_latency_    = infinite_ticks;
  std::int64_t best_bottleneck_ = infinite_ticks;
};

/// The objective of a partition, which must be one.
std::int64_t value_of(chain_partition const& found, random_chain const& chain,
                      chain_objective objective)
{
  std::size_t next   = 0;
  std::int64_t value = 0;
  std::vector<int> used(chain.kinds.size());
  for (auto const& each : found.intervals) {
    EXPECT_EQ(each.first_stage, next);
    next              = each.end_stage;
    std::int64_t busy = next < chain.stages.size() ? chain.stages[next - 1].transfer_to_next : 0;
    if (objective == bottleneck && each.first_stage > 0) {
      busy += chain.stages[each.first_stage - 1].transfer_to_next;
    }
    for (auto i = each.first_stage; i < next; ++i) busy += chain.stages[i].execution[each.kind];
    value =
      objective == latency ? value + busy : std::max(value, (busy + each.copies - 1) / each.copies);
    used[each.kind] += each.copies;
    EXPECT_LE(used[each.kind], chain.kinds[each.kind].count);
  }
  EXPECT_EQ(next, chain.stages.size());
  return value;
}

TEST(ChainPartition, EqualsBruteForceOnTenThousandChainsSlow)
{
  std::mt19937_64 random{5};
  int feasible = 0;
  for (int i = 0; i < 10000 && !HasFailure(); ++i) {
    random_chain const chain{random};
    brute_force const expected{chain};
    for (auto const objective : {latency, bottleneck}) {
      auto const found = partition_chain(chain.stages, chain.kinds, objective);
      EXPECT_EQ(found.value, expected.best(objective)) << "chain " << i;
      if (found.value == infinite_ticks) continue;
      EXPECT_EQ(value_of(found, chain, objective), found.value) << "chain " << i;
      ++feasible;
    }
  }
  EXPECT_GT(feasible, 10000);
}

/// Two CPUs, each with its own memory, and a GPU; one byte a second between them.
machine two_cpus_and_gpu()
{
  auto m              = test::make_nodes({1, 1, 1}, 1);
  m.resources[2].kind = resource_kind::gpu;
  return m;
}

// t1 and t2 take 6 s each on a CPU and 1 s on the GPU, the others 8 s on the GPU: there and back
// costs two bytes and leaves a CPU for the rest.
TEST(ChainPlanner, OfFiveTasksWorkedByHand)
{
  auto w = test::make_workflow({2, 6, 6, 1, 2}, {{0, 1, 1}, {1, 2, 5}, {2, 3, 1}, {3, 4, 1}});
  for (int t : {0, 3, 4}) w.at(t).gpu_seconds = 8;
  for (int t : {1, 2}) w.at(t).gpu_seconds = 1;
  cost_model const costs{w, two_cpus_and_gpu()};
  EXPECT_EQ(no_chain(costs), std::nullopt);
  EXPECT_EQ(plan_by_chain(costs, {}).tasks,
            (std::vector<assignment>{{0, 0, 2}, {2, 3, 4}, {2, 4, 5}, {1, 6, 7}, {1, 7, 9}}));
}

TEST(ChainPlanner, SaysWhatItIsNotFor)
{
  auto const chain = test::make_workflow({1, 1}, {{0, 1, 1}});
  auto const m     = test::make_nodes({1, 2}, 1);
  EXPECT_EQ(no_chain(cost_model{chain, m}), std::nullopt);
  EXPECT_EQ(no_chain(cost_model{test::make_workflow({1, 1}, {}), m}),
            "the tasks are not one chain");
  EXPECT_EQ(no_chain(cost_model{test::five_tasks(), m}), "the tasks are not one chain");
  auto uneven = m;
  uneven.links.pair_bandwidth_bytes_per_second.assign(4, 2.0);
  EXPECT_EQ(no_chain(cost_model{chain, uneven}), "links between the resources differ");
  auto shared                     = test::make_nodes({1, 2, 4}, 1);
  shared.resources[2].memory_node = 0;
  EXPECT_EQ(no_chain(cost_model{chain, shared}), "links between the resources differ");
}

}  // namespace
}  // namespace heddle
