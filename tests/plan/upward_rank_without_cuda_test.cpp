#include <heddle/plan/upward_rank.hpp>

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

#include <array>

namespace heddle {
namespace {

TEST(UpwardRanksAsync, WithoutCudaSaysSo)
{
  std::array<std::int32_t, 2> const first{0, 1}, no_edges{0, 0};
  std::array<std::int32_t, 1> const task{0};
  std::array<double, 1> const execution_seconds{1};
  std::array<double, 1> rank_seconds{};
  CUstream_st* const no_stream = nullptr;
  EXPECT_THROW(upward_ranks_async({no_edges, {}, execution_seconds, {}}, {first, task},
                                  rank_seconds, stream_ref{no_stream}),
               not_built);
}

}  // namespace
}  // namespace heddle
