#include "kernels/placement_score.hpp"

#include "tests/support/random_placement.hpp"
#include "tests/support/threaded_group.hpp"

#include <gtest/gtest.h>

#include <array>

namespace heddle::kernels {
namespace {

constexpr std::int32_t infinite = infinite_score;

// Ticks at two places, transfers from 0 to 1 and back 1 + 4 x share:
// a(1, 2) -share 1-> b(4, inf), a -share 0-> c(3, 1), and b, c -share 0.5-> d(2, 8).
// d: 2, 8. c: at 0 3 + min(2, 3 + 8), at 1 1 + min(3 + 2, 8). b: at 0 4 + 2, at 1 it cannot run.
// a: c counts min(5, 6), b is at 0: at 0 1 + max(6, 5), at 1 2 + max(5 + 6, 5).
struct two_places {
  std::array<std::int32_t, 5> first_edge{0, 2, 3, 4, 4};
  std::array<std::int32_t, 4> successor{1, 2, 3, 3};
  std::array<std::int32_t, 8> execution{1, 2, 4, infinite, 3, 1, 2, 8};
  std::array<float, 4> transfer_share{1, 0, 0.5F, 0.5F};
  std::array<float, 8> links{0, 4, 0, 1, 4, 0, 1, 0};
  std::array<std::int32_t, 8> score{};

  placement_score_args args()
  {
    return {2,
            first_edge.data(),
            successor.data(),
            execution.data(),
            transfer_share.data(),
            links.data(),
            score.data()};
  }
};

TEST(PlacementScoreBody, OfFourTasksWorkedByHand)
{
  two_places costs;
  for (std::int32_t const task : {3, 2, 1, 0}) {
    for (std::int32_t const place : {0, 1}) {
      placement_score<1>(serial_group<>{}, costs.args(), task, place);
    }
  }
  EXPECT_EQ(costs.score, (std::array<std::int32_t, 8>{7, 13, 6, infinite, 5, 6, 2, 8}));
}

/// Scores all tasks, by vectors of `Width` places as far as they go.
template <int Width, class Group>
void score_all(Group const& group, test::random_placement& costs)
{
  auto const args = costs.args();
  for (auto task = costs.num_tasks; task-- > 0;) {
    std::int32_t place = 0;
    for (; place + Width <= costs.num_places; place += Width) {
      placement_score<Width>(group, args, task, place);
    }
    for (; place < costs.num_places; ++place) placement_score<1>(group, args, task, place);
  }
}

template <class Group>
class RandomPlacementScores : public ::testing::Test {
};

using groups =
  ::testing::Types<serial_group<visit_order::forward>, serial_group<visit_order::backward>>;
TYPED_TEST_SUITE(RandomPlacementScores, groups);

TYPED_TEST(RandomPlacementScores, EqualRecursionBitForBit)
{
  for (std::int32_t places = 1; places <= 20; ++places) {
    test::random_placement costs{40, places, static_cast<std::uint64_t>(places)};
    auto const expected = costs.by_recursion();
    score_all<1>(TypeParam{}, costs);
    EXPECT_EQ(costs.score, expected) << places << " places";
    score_all<4>(TypeParam{}, costs);
    EXPECT_EQ(costs.score, expected) << places << " places by 4";
    score_all<16>(TypeParam{}, costs);
    EXPECT_EQ(costs.score, expected) << places << " places by 16";
  }
}

TEST(RandomPlacementScoresThreaded, EqualRecursionBitForBit)
{
  test::random_placement costs{40, 7, 1};
  auto const expected = costs.by_recursion();
  test::run_threaded<4>([&](auto const& group) { score_all<1>(group, costs); });
  EXPECT_EQ(costs.score, expected);
  test::run_threaded<4>([&](auto const& group) { score_all<4>(group, costs); });
  EXPECT_EQ(costs.score, expected);
}

}  // namespace
}  // namespace heddle::kernels
