#include "kernels/placement_score.hpp"

#include "kernels/launchers.hpp"
#include "src/device/check_cuda.hpp"

#include <algorithm>

namespace heddle::kernels {
namespace {

constexpr int block_threads = 128;
constexpr int one_place     = 1;

/// What the blocks of a launch share: (task, place) pairs along x, scenarios along y.
struct work {
  placement_score_args args;
  scenario_strides strides;
  std::int32_t num_scenarios;
  std::int32_t const* task;
  std::int64_t num_pairs;
};

/// Calls `score(args, task, place)` for the pair with this index in every scenario of the block.
/// Neighbouring pairs are neighbouring places, so that they read neighbouring numbers.
template <class Score>
__device__ void for_pair(work const& all, std::int64_t pair, Score score)
{
  if (pair >= all.num_pairs) return;
  auto const places = all.args.num_places;
  auto const task   = all.task[pair / places];
  auto const place  = static_cast<std::int32_t>(pair % places);
  for (auto scenario = static_cast<std::int32_t>(blockIdx.y); scenario < all.num_scenarios;
       scenario += static_cast<std::int32_t>(gridDim.y)) {
    score(of_scenario(all.args, all.strides, scenario), task, place);
  }
}

__global__ void __launch_bounds__(block_threads) thread_kernel(work all)
{
  auto const pair = std::int64_t{blockIdx.x} * block_threads + threadIdx.x;
  for_pair(all, pair, [](placement_score_args const& args, std::int32_t task, std::int32_t place) {
    placement_score<one_place>(serial_group<>{}, args, task, place);
  });
}

__global__ void __launch_bounds__(block_threads) warp_kernel(work all)
{
  constexpr int warps = block_threads / warp_group::num_threads;
  auto const pair     = std::int64_t{blockIdx.x} * warps + threadIdx.x / warp_group::num_threads;
  for_pair(all, pair, [](placement_score_args const& args, std::int32_t task, std::int32_t place) {
    placement_score<one_place>(warp_group{}, args, task, place);
  });
}

}  // namespace

void launch_placement_score(placement_score_args args, scenario_strides strides,
                            std::int32_t num_scenarios, std::int32_t const* task,
                            std::int32_t num_tasks, placement_team per_place, stream_ref stream)
{
  constexpr std::int32_t most_blocks_along_y = 65535;
  work const all{args, strides, num_scenarios, task, std::int64_t{num_tasks} * args.num_places};
  if (all.num_pairs == 0 || num_scenarios == 0) return;
  bool const by_warp    = per_place == placement_team::warp;
  auto const team_width = by_warp ? warp_group::num_threads : 1;
  auto const per_block  = block_threads / team_width;
  dim3 const blocks{static_cast<unsigned>((all.num_pairs + per_block - 1) / per_block),
                    static_cast<unsigned>(std::min(num_scenarios, most_blocks_along_y))};
  if (by_warp) {
    warp_kernel<<<blocks, block_threads, 0, stream.get()>>>(all);
  } else {
    thread_kernel<<<blocks, block_threads, 0, stream.get()>>>(all);
  }
  check_cuda(cudaGetLastError());
}

}  // namespace heddle::kernels
