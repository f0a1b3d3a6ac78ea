#include "kernels/placement_score.hpp"

#include "kernels/launchers.hpp"
#include "tests/support/device_array.hpp"
#include "tests/support/random_placement.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace heddle::kernels {
namespace {

/// Every task in turn, for it is a level of its own.
std::vector<std::int32_t> on_device(test::random_placement const& costs, placement_team per_place)
{
  test::stream const stream;
  test::device_array first_edge{costs.first_edge}, successor{costs.successor}, task{costs.task};
  test::device_array execution{costs.execution}, score{costs.score};
  test::device_array transfer_share{costs.transfer_share}, links{costs.links};
  placement_score_args const args{
    costs.num_places,        first_edge.span().data(),     successor.span().data(),
    execution.span().data(), transfer_share.span().data(), links.span().data(),
    score.span().data()};
  for (auto t = costs.num_tasks; t-- > 0;) {
    launch_placement_score(args, {}, 1, task.span().data() + t, 1, per_place, stream);
  }
  return score.to_host(stream);
}

class PlacementScoreOnGpu : public ::testing::TestWithParam<placement_team> {};

TEST_P(PlacementScoreOnGpu, EqualsRecursionBitForBit)
{
  HEDDLE_REQUIRE_DEVICE();
  for (std::int32_t const places : {1, 2, 3, 7, 16, 33, 130}) {
    test::random_placement const costs{50, places, static_cast<std::uint64_t>(places)};
    EXPECT_EQ(on_device(costs, GetParam()), costs.by_recursion()) << places << " places";
  }
}

TEST_P(PlacementScoreOnGpu, OfNoTasksDoesNothing)
{
  HEDDLE_REQUIRE_DEVICE();
  test::stream const stream;
  launch_placement_score({}, {}, 1, nullptr, 0, GetParam(), stream);
  EXPECT_EQ(cudaStreamSynchronize(stream_ref{stream}.get()), cudaSuccess);
}

INSTANTIATE_TEST_SUITE_P(Teams, PlacementScoreOnGpu,
                         ::testing::Values(placement_team::thread, placement_team::warp),
                         [](auto const& each) {
                           return each.param == placement_team::thread ? "thread" : "warp";
                         });

}  // namespace
}  // namespace heddle::kernels
