/// Tiled Cholesky factorisation on a GPU, each tile's task a call of cuBLAS or cuSOLVER, beside
/// cuSOLVER's factorisation of the whole matrix. Both with the matrix on the host at first, and the
/// factor on the GPU in the end.
#include "examples/cholesky/gpu_blas.hpp"

#include <heddle/heddle.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

namespace heddle::bench {
namespace {

constexpr int tile_size = 1024;
constexpr int num_tiles = 8;
constexpr int size      = tile_size * num_tiles;

std::shared_ptr<gpu_blas> blas;

std::size_t index_of(int row, int column, int rows)
{
  return static_cast<std::size_t>(column) * static_cast<std::size_t>(rows) +
         static_cast<std::size_t>(row);
}

/// Symmetric, with a diagonal that makes it positive definite; column-major.
std::vector<double> const& matrix()
{
  static std::vector<double> const all = [] {
    std::mt19937 random{1};
    std::vector<double> a(index_of(0, size, size));
    for (int c = 0; c < size; ++c) {
      for (int r = c; r < size; ++r) {
        a[index_of(r, c, size)] = a[index_of(c, r, size)] =
          static_cast<double>(random()) * 0x1p-32 - 0.5;
      }
      a[index_of(c, c, size)] += 2.0 * size;
    }
    return a;
  }();
  return all;
}

/// The whole matrix as one task.
class whole_factorization {
 public:
  whole_factorization() : scratch_{static_cast<std::size_t>(blas->potrf_scratch(size))}
  {
    workflow_.task("potrf", read_write(a_), write(scratch_), write(info_))
      .gpu([](stream_ref s, device_span<double> a, device_span<double> scratch,
              device_span<int> info) {
        blas->potrf(s, size, a.data(), scratch.data(), static_cast<int>(scratch.size()),
                    info.data());
      })
      .cost(seconds{1}, seconds{1});
  }

  [[nodiscard]] workflow const& get() const { return workflow_; }
  void reset() { std::ranges::copy(matrix(), a_.host_for_writing().begin()); }
  [[nodiscard]] double at(int row, int column) const
  {
    return a_.host()[index_of(row, column, size)];
  }

 private:
  buffer<double> a_{matrix().size()};
  buffer<double> scratch_;
  buffer<int> info_{1};
  workflow workflow_{"whole"};
};

/// Right-looking, by tiles of the lower triangle.
class tiled_factorization {
 public:
  tiled_factorization() : scratch_{static_cast<std::size_t>(blas->potrf_scratch(tile_size))}
  {
    for (int t = 0; t < num_tiles * num_tiles; ++t)
      tiles_.emplace_back(index_of(0, tile_size, tile_size));
    for (int k = 0; k < num_tiles; ++k) add_step(k);
  }

  [[nodiscard]] workflow const& get() const { return workflow_; }
  void reset()
  {
    for (int c = 0; c < size; ++c) {
      for (int r = c / tile_size; r < num_tiles; ++r) {
        auto const from =
          matrix().begin() + static_cast<std::ptrdiff_t>(index_of(r * tile_size, c, size));
        auto const to = tile(r, c / tile_size).host_for_writing();
        std::copy_n(
          from, tile_size,
          to.begin() + static_cast<std::ptrdiff_t>(index_of(0, c % tile_size, tile_size)));
      }
    }
  }
  [[nodiscard]] double at(int row, int column)
  {
    return tile(row / tile_size, column / tile_size)
      .host()[index_of(row % tile_size, column % tile_size, tile_size)];
  }

 private:
  buffer<double>& tile(int row, int column)
  {
    return tiles_[static_cast<std::size_t>(row * num_tiles + column)];
  }

  void add_step(int k)
  {
    constexpr int n = tile_size;
    constexpr seconds cost{1e-4};
    workflow_.task("potrf", read_write(tile(k, k)), write(scratch_), write(info_))
      .gpu([](stream_ref s, device_span<double> a, device_span<double> scratch,
              device_span<int> info) {
        blas->potrf(s, n, a.data(), scratch.data(), static_cast<int>(scratch.size()), info.data());
      })
      .cost(cost, 4 * cost);
    for (int i = k + 1; i < num_tiles; ++i) {
      workflow_.task("trsm", read(tile(k, k)), read_write(tile(i, k)))
        .gpu([](stream_ref s, device_span<double const> l, device_span<double> b) {
          blas->trsm(s, n, n, l.data(), b.data());
        })
        .cost(cost, 2 * cost);
    }
    for (int j = k + 1; j < num_tiles; ++j) {
      workflow_.task("syrk", read(tile(j, k)), read_write(tile(j, j)))
        .gpu([](stream_ref s, device_span<double const> a, device_span<double> c) {
          blas->syrk(s, n, n, a.data(), c.data());
        })
        .cost(cost, cost);
      for (int i = j + 1; i < num_tiles; ++i) {
        workflow_.task("gemm", read(tile(i, k)), read(tile(j, k)), read_write(tile(i, j)))
          .gpu([](stream_ref s, device_span<double const> a, device_span<double const> b,
                  device_span<double> c) { blas->gemm(s, n, n, n, a.data(), b.data(), c.data()); })
          .cost(cost, cost);
      }
    }
  }

  std::vector<buffer<double>>
    tiles_{};  ///< [num_tiles, num_tiles], those above the diagonal unused
  buffer<double> scratch_;
  buffer<int> info_{1};
  workflow workflow_{"tiled"};
};

template <class Factorization>
void factorize(benchmark::State& state)
{
  auto const here = machine::discover();
  engine e{here};
  Factorization f;
  auto const s = plan(f.get(), here, {.algorithm = "heft"});
  for (auto _ : state) {
    f.reset();
    auto const result = e.start(f.get(), s).wait();
    if (result.error) std::rethrow_exception(result.error);
    state.SetIterationTime(result.makespan_seconds);
  }
}

/// Both factors are the same but for rounding.
void check(benchmark::State& state)
{
  engine e{machine::discover()};
  whole_factorization whole;
  tiled_factorization tiled;
  double worst = 0;
  for (auto _ : state) {
    whole.reset();
    tiled.reset();
    for (auto const* w : {&whole.get(), &tiled.get()}) {
      auto const result = e.run_to_end(*w);
      if (result.error) std::rethrow_exception(result.error);
    }
    for (int c = 0; c < size; c += 37) {
      for (int r = c; r < size; r += 41) {
        worst = std::max(worst, std::abs(whole.at(r, c) - tiled.at(r, c)));
      }
    }
  }
  if (worst > 1e-8) state.SkipWithError("the factors differ");
}

}  // namespace
}  // namespace heddle::bench

/// Status 77 means that there is nothing to measure here.
int main(int argc, char** argv)
{
  using namespace heddle::bench;
  std::string why;
  blas = gpu_blas::load(why);
  if (!blas || heddle::cuda_devices().empty()) {
    std::fprintf(stderr, "cholesky_bench: left out: %s\n", blas ? "no CUDA device" : why.c_str());
    return 77;
  }
  benchmark::RegisterBenchmark("cholesky_check/n:8192", check)->Iterations(1);
  benchmark::RegisterBenchmark("cholesky/n:8192", factorize<tiled_factorization>)->UseManualTime();
  benchmark::RegisterBenchmark("cholesky/n:8192/peer:cusolver", factorize<whole_factorization>)
    ->UseManualTime();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
