#include "kernels/launchers.hpp"
#include "kernels/upward_rank.hpp"

#include <heddle/base/error.hpp>

namespace heddle::kernels {

void launch_upward_rank(upward_rank_args, std::int32_t const*, std::int32_t, team, stream_ref)
{
  throw not_built{"upward_rank: this build of heddle has no CUDA"};
}

}  // namespace heddle::kernels
