#include <heddle/plan/upward_rank.hpp>

#include "tests/support/device_array.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace heddle {
namespace {

TEST(UpwardRanksAsync, EqualsHostBitForBit)
{
  HEDDLE_REQUIRE_DEVICE();
  // Two levels of `width` tasks, every entry task feeding every exit task.
  constexpr std::int32_t width = 100;
  std::vector<std::int32_t> first_edge(2 * width + 1, width * width), successor, task;
  std::vector<std::int32_t> const first_task{0, width, 2 * width};
  std::mt19937 generator{7};
  std::uniform_real_distribution<double> seconds{0.0, 1.0};
  std::vector<double> execution(2 * width), transfer(width * width), expected(2 * width);
  for (auto& cost : execution) cost = seconds(generator);
  for (auto& cost : transfer) cost = seconds(generator);
  for (std::int32_t t = 0; t < 2 * width; ++t) task.push_back(t);
  for (std::int32_t t = 0; t < width; ++t) {
    first_edge[static_cast<std::size_t>(t)] = t * width;
    for (std::int32_t s = 0; s < width; ++s) successor.push_back(width + s);
  }
  upward_ranks({first_edge, successor, execution, transfer}, {first_task, task}, expected);

  test::stream stream;
  test::device_array d_first_edge{first_edge}, d_successor{successor}, d_task{task};
  test::device_array d_execution{execution}, d_transfer{transfer}, d_ranks{expected.size(), -1.0};
  upward_ranks_async(
    {d_first_edge.span(), d_successor.span(), d_execution.span(), d_transfer.span()},
    {first_task, d_task.span()}, d_ranks.span(), stream);
  EXPECT_EQ(d_ranks.to_host(stream), expected);
}

}  // namespace
}  // namespace heddle
