#include <heddle/plan/placement_score.hpp>

#include "tests/support/random_placement.hpp"

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace heddle {
namespace {

placement_costs view(test::random_placement const& costs)
{
  return {costs.num_places, costs.first_edge,     costs.successor,
          costs.execution,  costs.transfer_share, costs.links};
}

std::vector<ticks> scores(placement_costs const& costs, topological_levels levels, std::size_t size)
{
  std::vector<ticks> score(size, -1);
  placement_scores(costs, levels, score);
  return score;
}

TEST(PlacementScores, EqualRecursionBitForBit)
{
  for (std::int32_t places = 1; places <= 40; ++places) {
    test::random_placement const costs{60, places, static_cast<std::uint64_t>(places)};
    EXPECT_EQ(scores(view(costs), {costs.first_task, costs.task}, costs.score.size()),
              costs.by_recursion())
      << places << " places";
  }
}

void append(std::vector<ticks>& all, std::vector<ticks> const& more)
{
  all.insert(all.end(), more.begin(), more.end());
}

TEST(PlacementScores, OfScenariosAreThoseOfEach)
{
  test::random_placement const base{30, 5, 1};
  auto slow = base;
  for (auto& each : slow.execution) each = std::min(each, infinite_ticks / 2) * 2;
  auto execution = base.execution;
  append(execution, slow.execution);
  auto expected = base.by_recursion();
  append(expected, slow.by_recursion());
  auto costs      = view(base);
  costs.execution = execution;
  EXPECT_EQ(scores(costs, {base.first_task, base.task}, expected.size()), expected);
}

TEST(PlacementScores, OfNoTasksAreNone)
{
  std::vector<std::int32_t> const none{0};
  std::vector<float> const links(2);
  EXPECT_TRUE(scores({1, none, {}, {}, {}, links}, {none, {}}, 0).empty());
}

TEST(PlacementScores, RejectSpansThatDisagree)
{
  test::random_placement const costs{10, 3, 1};
  topological_levels const levels{costs.first_task, costs.task};
  auto const size = costs.score.size();
  EXPECT_THROW(scores(view(costs), levels, size - 1), invalid_argument);
  auto wrong      = view(costs);
  wrong.execution = wrong.execution.first(size - 1);
  EXPECT_THROW(scores(wrong, levels, size), invalid_argument);
  wrong       = view(costs);
  wrong.links = wrong.links.first(4);
  EXPECT_THROW(scores(wrong, levels, size), invalid_argument);
  wrong                = view(costs);
  wrong.transfer_share = {};
  EXPECT_THROW(scores(wrong, levels, size), invalid_argument);
}

}  // namespace
}  // namespace heddle
