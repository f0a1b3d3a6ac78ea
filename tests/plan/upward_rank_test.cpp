#include <heddle/plan/upward_rank.hpp>

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

#include <array>

namespace heddle {
namespace {

TEST(UpwardRanks, OfChainSumTheTail)
{
  std::array<std::int32_t, 4> const first_edge{0, 1, 2, 2};
  std::array<std::int32_t, 2> const successor{1, 2};
  std::array<double, 3> const execution_seconds{1, 2, 3};
  std::array<double, 2> const transfer_seconds{10, 20};
  std::array<std::int32_t, 4> const first_task{0, 1, 2, 3};
  std::array<std::int32_t, 3> const task{0, 1, 2};
  std::array<double, 3> rank_seconds{};

  upward_ranks({first_edge, successor, execution_seconds, transfer_seconds}, {first_task, task},
               rank_seconds);
  EXPECT_EQ(rank_seconds, (std::array<double, 3>{36, 25, 3}));
}

TEST(UpwardRanks, OfNoTasksIsNothing)
{
  std::array<std::int32_t, 1> const zero{0};
  EXPECT_NO_THROW(upward_ranks({zero, {}, {}, {}}, {zero, {}}, {}));
}

TEST(UpwardRanks, RejectSpansThatDisagree)
{
  std::array<std::int32_t, 1> const zero{0};
  std::array<double, 1> rank_seconds{};
  EXPECT_THROW(upward_ranks({zero, {}, {}, {}}, {zero, {}}, rank_seconds), invalid_argument);
  std::array<double, 1> const one_edge{1};
  EXPECT_THROW(upward_ranks({zero, {}, {}, one_edge}, {zero, {}}, {}), invalid_argument);
}

}  // namespace
}  // namespace heddle
