#include <heddle/plan/placement_score.hpp>

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

#include <array>

namespace heddle {
namespace {

TEST(PlacementScoresAsync, WithoutCudaSaysSo)
{
  std::array<std::int32_t, 2> const first{0, 1}, no_edges{0, 0};
  std::array<std::int32_t, 1> const task{0};
  std::array<ticks, 1> const execution{1};
  std::array<float, 2> const links{};
  std::array<ticks, 1> score{};
  CUstream_st* const no_stream = nullptr;
  EXPECT_THROW(placement_scores_async({1, no_edges, {}, execution, {}, links}, {first, task}, score,
                                      stream_ref{no_stream}),
               not_built);
}

}  // namespace
}  // namespace heddle
