#include "kernels/upward_rank.hpp"

#include "kernels/launchers.hpp"
#include "tests/support/device_array.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace heddle::kernels {
namespace {

/// Entry tasks before exit tasks, each of the former with up to `most_successors` of the latter.
struct two_levels {
  std::int32_t num_entries, num_exits;
  std::vector<std::int32_t> first_edge{0}, successor{}, entry{}, exit{};
  std::vector<double> execution_seconds{}, transfer_seconds{};

  two_levels(std::int32_t entries, std::int32_t most_successors, std::uint64_t seed)
    : num_entries{entries}, num_exits{most_successors}
  {
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> seconds{0, 1};
    for (std::int32_t t = 0; t < num_entries + num_exits; ++t) {
      (t < num_entries ? entry : exit).push_back(t);
      execution_seconds.push_back(seconds(random));
      auto const degree =
        t < num_entries ? random() % (static_cast<std::uint64_t>(most_successors) + 1) : 0;
      for (std::uint64_t s = 0; s < degree; ++s) {
        successor.push_back(num_entries + static_cast<std::int32_t>(s));
        transfer_seconds.push_back(seconds(random));
      }
      first_edge.push_back(static_cast<std::int32_t>(successor.size()));
    }
  }
};

std::vector<double> on_host(two_levels const& w)
{
  std::vector<double> rank(w.execution_seconds.size(), -1);
  upward_rank_args const args{w.first_edge.data(), w.successor.data(), w.execution_seconds.data(),
                              w.transfer_seconds.data(), rank.data()};
  for (auto const t : w.exit) upward_rank(serial_group<>{}, args, t);
  for (auto const t : w.entry) upward_rank(serial_group<>{}, args, t);
  return rank;
}

std::vector<double> on_device(two_levels const& w, team per_task)
{
  test::stream const stream;
  test::device_array first_edge{w.first_edge}, successor{w.successor}, entry{w.entry}, exit{w.exit};
  test::device_array execution{w.execution_seconds}, transfer{w.transfer_seconds};
  test::device_array rank{w.execution_seconds.size(), -1.0};
  upward_rank_args const args{first_edge.span().data(), successor.span().data(),
                              execution.span().data(), transfer.span().data(), rank.span().data()};
  launch_upward_rank(args, exit.span().data(), w.num_exits, per_task, stream);
  launch_upward_rank(args, entry.span().data(), w.num_entries, per_task, stream);
  return rank.to_host(stream);
}

class UpwardRankOnGpu : public ::testing::TestWithParam<team> {};

TEST_P(UpwardRankOnGpu, EqualsHostBitForBit)
{
  HEDDLE_REQUIRE_DEVICE();
  for (auto const most_successors : {1, 31, 33, 127, 129, 1000}) {
    two_levels const w{77, most_successors, static_cast<std::uint64_t>(most_successors)};
    EXPECT_EQ(on_device(w, GetParam()), on_host(w)) << most_successors << " successors";
  }
}

TEST_P(UpwardRankOnGpu, OfNoTasksDoesNothing)
{
  HEDDLE_REQUIRE_DEVICE();
  test::stream const stream;
  launch_upward_rank({}, nullptr, 0, GetParam(), stream);
  EXPECT_EQ(cudaStreamSynchronize(stream_ref{stream}.get()), cudaSuccess);
}

INSTANTIATE_TEST_SUITE_P(Teams, UpwardRankOnGpu, ::testing::Values(team::warp, team::block),
                         [](auto const& each) {
                           return each.param == team::warp ? "warp" : "block";
                         });

}  // namespace
}  // namespace heddle::kernels
