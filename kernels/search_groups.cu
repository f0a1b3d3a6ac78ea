#include "kernels/search_groups.hpp"

#include "kernels/launchers.hpp"
#include "src/device/check_cuda.hpp"

namespace heddle::kernels {
namespace {

constexpr int block_threads = warp_group::num_threads;  // a group is a block
constexpr int least_blocks  = 16;                       // on a multiprocessor, by registers

/// More shared memory than this for a group leaves too few of them on a multiprocessor.
constexpr std::size_t most_shared_bytes = 44 * 1024;

template <class Tick>
struct work {
  search_groups<Tick> all;
  search_batch batch;
  std::uint64_t seed;
};

/// What a group reads and writes most: placements, ends, and when places are free.
template <class Tick>
std::size_t shared_bytes(search_sizes const& s)
{
  auto const cells = static_cast<std::size_t>(s.num_tasks) * search_lanes;
  auto const frees =
    static_cast<std::size_t>((s.windows.count + 1) * s.padded_places) * search_lanes;
  return cells * (sizeof(place_code) + sizeof(Tick)) + frees * sizeof(Tick);
}

template <int Places, class Tick>
__global__ void __launch_bounds__(block_threads) begin_kernel(work<Tick> w)
{
  begin_group<Places>(warp_lanes{}, w.all, static_cast<std::int32_t>(blockIdx.x), w.seed);
}

template <class Tick>
__global__ void __launch_bounds__(block_threads) adopt_kernel(search_groups<Tick> all)
{
  adopt(warp_lanes{}, all, static_cast<std::int32_t>(blockIdx.x));
}

/// In shared memory, if there is any for it, the placements come from and go back to global memory;
/// the rest is made anew by each sweep.
template <int Places, class Tick>
__global__ void __launch_bounds__(block_threads, least_blocks)
  search_kernel(work<Tick> w, bool is_shared)
{
  extern __shared__ __align__(16) unsigned char memory[];
  auto group        = w.all.group(static_cast<std::int32_t>(blockIdx.x));
  auto* const place = group.state.place;
  auto const cells  = w.all.sizes.num_tasks * search_lanes;
  auto const copy   = [&](place_code* to, place_code const* from) {
    for (auto i = static_cast<std::int32_t>(threadIdx.x); i < cells; i += block_threads) {
      to[i] = from[i];
    }
    __syncwarp();
  };
  if (is_shared) {
    group.free         = reinterpret_cast<Tick*>(memory);
    group.state.finish = group.free + (w.all.sizes.windows.count + 1) * Places * search_lanes;
    group.state.place  = reinterpret_cast<place_code*>(group.state.finish + cells);
    copy(group.state.place, place);
  }
  lanes_walker<Places, Tick, warp_lanes> walker{
    {}, w.all.problem(), w.all.sizes.windows, w.all.tables(), group, w.batch};
  walker.run();
  if (is_shared) copy(place, group.state.place);
}

template <int Places, class Tick>
void launch_with(work<Tick> const& w, stream_ref stream)
{
  auto const groups = static_cast<unsigned>(w.all.sizes.num_groups);
  auto const bytes  = shared_bytes<Tick>(w.all.sizes);
  bool const fits   = bytes <= most_shared_bytes;
  search_kernel<Places><<<groups, block_threads, fits ? bytes : 0, stream.get()>>>(w, fits);
  check_cuda(cudaGetLastError());
}

template <int Places, class Tick>
void begin_with(work<Tick> const& w, stream_ref stream)
{
  auto const groups = static_cast<unsigned>(w.all.sizes.num_groups);
  begin_kernel<Places, Tick><<<groups, block_threads, 0, stream.get()>>>(w);
  check_cuda(cudaGetLastError());
}

}  // namespace

template <class Tick>
void launch_search_begin(search_groups<Tick> const& all, std::uint64_t seed, stream_ref stream)
{
  work<Tick> const w{all, {}, seed};
  with_places(all.sizes.padded_places, [&](auto places) { begin_with<places()>(w, stream); });
}

template <class Tick>
void launch_search(search_groups<Tick> const& all, search_batch const& batch, stream_ref stream)
{
  work<Tick> const w{all, batch, 0};
  with_places(all.sizes.padded_places, [&](auto places) { launch_with<places()>(w, stream); });
}

template <class Tick>
void launch_search_adopt(search_groups<Tick> const& all, stream_ref stream)
{
  adopt_kernel<Tick>
    <<<static_cast<unsigned>(all.sizes.num_groups), block_threads, 0, stream.get()>>>(all);
  check_cuda(cudaGetLastError());
}

template void launch_search_begin(search_groups<std::uint16_t> const&, std::uint64_t, stream_ref);
template void launch_search_begin(search_groups<std::uint32_t> const&, std::uint64_t, stream_ref);
template void launch_search(search_groups<std::uint16_t> const&, search_batch const&, stream_ref);
template void launch_search(search_groups<std::uint32_t> const&, search_batch const&, stream_ref);
template void launch_search_adopt(search_groups<std::uint16_t> const&, stream_ref);
template void launch_search_adopt(search_groups<std::uint32_t> const&, stream_ref);

}  // namespace heddle::kernels
