#include <heddle/plan/placement_score.hpp>

#include "tests/support/device_array.hpp"
#include "tests/support/random_placement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace heddle {
namespace {

// Two scenarios that share all but the executions.
TEST(PlacementScoresAsync, EqualHostBitForBit)
{
  HEDDLE_REQUIRE_DEVICE();
  test::random_placement const base{200, 16, 1};
  auto execution = base.execution;
  for (auto const each : base.execution)
    execution.push_back(std::min(each, infinite_ticks / 2) * 2);
  std::vector<ticks> expected(execution.size());
  placement_scores(
    {base.num_places, base.first_edge, base.successor, execution, base.transfer_share, base.links},
    {base.first_task, base.task}, expected);

  test::stream stream;
  test::device_array d_first_edge{base.first_edge}, d_successor{base.successor}, d_task{base.task};
  test::device_array d_execution{execution}, d_score{expected.size(), ticks{-1}};
  test::device_array d_share{base.transfer_share}, d_links{base.links};
  placement_scores_async({base.num_places, d_first_edge.span(), d_successor.span(),
                          d_execution.span(), d_share.span(), d_links.span()},
                         {base.first_task, d_task.span()}, d_score.span(), stream);
  EXPECT_EQ(d_score.to_host(stream), expected);
}

}  // namespace
}  // namespace heddle
