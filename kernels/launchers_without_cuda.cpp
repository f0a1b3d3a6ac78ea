#include "kernels/launchers.hpp"
#include "kernels/placement_score.hpp"
#include "kernels/upward_rank.hpp"

#include <heddle/base/error.hpp>

namespace heddle::kernels {

void launch_upward_rank(upward_rank_args, std::int32_t const*, std::int32_t, team, stream_ref)
{
  throw not_built{"upward_rank: this build of heddle has no CUDA"};
}

void launch_placement_score(placement_score_args, scenario_strides, std::int32_t,
                            std::int32_t const*, std::int32_t, placement_team, stream_ref)
{
  throw not_built{"placement_score: this build of heddle has no CUDA"};
}

}  // namespace heddle::kernels
