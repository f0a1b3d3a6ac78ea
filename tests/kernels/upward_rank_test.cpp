#include "kernels/upward_rank.hpp"

#include "tests/support/threaded_group.hpp"

#include <gtest/gtest.h>

#include <array>

namespace heddle::kernels {
namespace {

// A fork and join, costs in seconds:   a(1) -2-> b(4) -1-> d(2)
//                                      a(1) -5-> c(3) -1-> d(2)
struct fork_join {
  std::array<std::int32_t, 5> first_edge{0, 2, 3, 4, 4};
  std::array<std::int32_t, 4> successor{1, 2, 3, 3};
  std::array<double, 4> execution_seconds{1, 4, 3, 2};
  std::array<double, 4> transfer_seconds{2, 5, 1, 1};
  std::array<double, 4> rank_seconds{-1, -1, -1, -1};

  upward_rank_args args()
  {
    return {first_edge.data(), successor.data(), execution_seconds.data(), transfer_seconds.data(),
            rank_seconds.data()};
  }
};

template <class Group>
class UpwardRankBody : public ::testing::Test {
};

using groups =
  ::testing::Types<serial_group<visit_order::forward>, serial_group<visit_order::backward>>;
TYPED_TEST_SUITE(UpwardRankBody, groups);

TYPED_TEST(UpwardRankBody, IsLongestPathToExit)
{
  fork_join workflow;
  for (std::int32_t const task : {3, 2, 1, 0}) upward_rank(TypeParam{}, workflow.args(), task);
  EXPECT_EQ(workflow.rank_seconds, (std::array<double, 4>{12, 7, 6, 2}));
}

TYPED_TEST(UpwardRankBody, OfExitTaskIsItsExecutionTime)
{
  fork_join workflow;
  upward_rank(TypeParam{}, workflow.args(), 3);
  EXPECT_EQ(workflow.rank_seconds[3], 2.0);
}

TEST(UpwardRankBodyThreaded, IsLongestPathToExit)
{
  fork_join workflow;
  test::run_threaded<4>([&](auto const& group) {
    for (std::int32_t const task : {3, 2, 1, 0}) upward_rank(group, workflow.args(), task);
  });
  EXPECT_EQ(workflow.rank_seconds, (std::array<double, 4>{12, 7, 6, 2}));
}

}  // namespace
}  // namespace heddle::kernels
