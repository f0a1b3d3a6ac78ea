/// Device algorithms beside the calls of CUB that a user would write, for floats.
#include "bench/device/fixture.hpp"
#include "bench/device/kernels.hpp"
#include "kernels/algorithms.hpp"

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace heddle::bench {
namespace {

constexpr int launches = 8;  // between two waits for the GPU

using launcher = std::function<void(cub_arrays const&, stream_ref)>;

std::vector<float> random_floats(std::size_t size)
{
  std::mt19937 random{1};
  std::vector<float> values(size);
  for (auto& v : values) v = static_cast<float>(random()) - 2e9F;
  return values;
}

/// Enough for both sides.
std::size_t scratch_bytes(std::size_t size)
{
  return std::max({cub_scratch_bytes(size), kernels::reduce<float>::scratch_bytes(size),
                   kernels::inclusive_scan<float>::scratch_bytes(size),
                   kernels::sort<float>::scratch_bytes(size)});
}

void measure(benchmark::State& state, launcher const& launch)
{
  auto const size   = static_cast<std::size_t>(state.range(0));
  auto const values = random_floats(size);
  device_stream const stream{gpu(), "bench"};
  device_memory const x{size * sizeof(float), stream}, y{size * sizeof(float), stream},
    scratch{scratch_bytes(size), stream};
  gpu()->copy_to_device(x.as<void>(), values.data(), size * sizeof(float), stream);
  cub_arrays const arrays{x.as<float>(), y.as<float>(), size, scratch.as<void>(),
                          scratch_bytes(size)};
  launch(arrays, stream);
  finish(stream);
  for (auto _ : state) {
    for (int i = 0; i < launches; ++i) launch(arrays, stream);
    finish(stream);
  }
  state.SetItemsProcessed(state.iterations() * launches * static_cast<std::int64_t>(size));
  state.SetLabel("items are elements");
}

void add(std::string const& name, launcher const& own, void (*cub)(cub_arrays const&, cudaStream_t))
{
  auto const by_cub = [cub](cub_arrays const& a, stream_ref s) { cub(a, s.get()); };
  for (std::int64_t const size : {1 << 16, 1 << 20, 1 << 26}) {
    benchmark::RegisterBenchmark(name.c_str(), measure, own)->Arg(size)->UseRealTime();
    benchmark::RegisterBenchmark((name + "/peer:cub").c_str(), measure, launcher{by_cub})
      ->Arg(size)
      ->UseRealTime();
  }
}

kernels::scratch scratch_of(cub_arrays const& a)
{
  return {a.scratch, a.scratch_bytes};
}

/// Registers all before main.
bool const added = [] {
  using namespace kernels;
  add(
    "fill", [](auto const& a, auto s) { elementwise<float>::fill(a.y, a.size, 1, s); }, cub_fill);
  add(
    "transform",
    [](auto const& a, auto s) {
      elementwise<float>::transform(transformation::negate, 0, a.x, a.y, a.size, s);
    },
    cub_negate);
  add(
    "reduce",
    [](auto const& a, auto s) {
      reduce<float>::launch(reduction::sum, a.x, a.size, a.y, scratch_of(a), s);
    },
    cub_sum);
  add(
    "scan",
    [](auto const& a, auto s) {
      inclusive_scan<float>::launch(a.x, a.y, a.size, scratch_of(a), s);
    },
    cub_inclusive_sum);
  add(
    "sort",
    [](auto const& a, auto s) {
      sort<float>::launch(sort_order::ascending, a.x, a.y, a.size, scratch_of(a), s);
    },
    cub_sort);
  return true;
}();

}  // namespace
}  // namespace heddle::bench
