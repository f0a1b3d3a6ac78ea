#include "kernels/launchers.hpp"
#include "kernels/placement_score.hpp"
#include "kernels/search_groups.hpp"
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

template <class Tick>
void launch_search_begin(search_groups<Tick> const&, std::uint64_t, stream_ref)
{
  throw not_built{"search: this build of heddle has no CUDA"};
}

template <class Tick>
void launch_search(search_groups<Tick> const&, search_batch const&, stream_ref)
{
  throw not_built{"search: this build of heddle has no CUDA"};
}

template <class Tick>
void launch_search_adopt(search_groups<Tick> const&, stream_ref)
{
  throw not_built{"search: this build of heddle has no CUDA"};
}

template void launch_search_begin(search_groups<std::uint16_t> const&, std::uint64_t, stream_ref);
template void launch_search_begin(search_groups<std::uint32_t> const&, std::uint64_t, stream_ref);
template void launch_search(search_groups<std::uint16_t> const&, search_batch const&, stream_ref);
template void launch_search(search_groups<std::uint32_t> const&, search_batch const&, stream_ref);
template void launch_search_adopt(search_groups<std::uint16_t> const&, stream_ref);
template void launch_search_adopt(search_groups<std::uint32_t> const&, stream_ref);

}  // namespace heddle::kernels
