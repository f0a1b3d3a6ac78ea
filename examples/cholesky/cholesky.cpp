// Tiled Cholesky factorisation A = L L^T of a real symmetric positive definite matrix: each tile of
// A is a buffer, each BLAS or LAPACK call on tiles a task; heddle finds the edges, plans and runs.
// Where there is a GPU with cuBLAS and cuSOLVER, tasks have a body for it as well. LAPACK's own
// threaded dpotrf, and cuSOLVER's where there is a GPU, run beside it, in alternation.
//
//   cholesky [--n N] [--tile N] [--runs N] [--gpu yes|no] [--report FILE.html]
#include "gpu_blas.hpp"

#include <heddle/heddle.hpp>

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

extern "C" void dpotrf_(char const* uplo, int const* n, double* a, int const* lda, int* info);

namespace {

using heddle::buffer;
using heddle::device_span;
using heddle::seconds;
using heddle::stream_ref;

struct options {
  int n    = 4096;
  int tile = 256;
  int runs = 5;
  bool gpu = true;  // if there is one
  std::string report{};
};

options parse(int argc, char** argv)
{
  options o;
  auto const number = [](std::string const& text) {
    int const value = std::atoi(text.c_str());
    if (value <= 0) throw std::invalid_argument{"not a positive number: " + text};
    return value;
  };
  for (int i = 1; i < argc; i += 2) {
    std::string const name = argv[i];
    if (i + 1 == argc) throw std::invalid_argument{name + " needs a value"};
    if (name == "--n") {
      o.n = number(argv[i + 1]);
    } else if (name == "--tile") {
      o.tile = number(argv[i + 1]);
    } else if (name == "--runs") {
      o.runs = number(argv[i + 1]);
    } else if (name == "--gpu") {
      o.gpu = argv[i + 1] == std::string{"yes"};
      if (!o.gpu && argv[i + 1] != std::string{"no"}) throw std::invalid_argument{"--gpu yes|no"};
    } else if (name == "--report") {
      o.report = argv[i + 1];
    } else {
      throw std::invalid_argument{"unknown option " + name +
                                  "; --n, --tile, --runs, --gpu, --report"};
    }
  }
  return o;
}

// ---- dense matrices, column-major, for reference ----

using dense = std::vector<double>;

std::size_t at(int row, int column, int n)
{
  return static_cast<std::size_t>(column) * static_cast<std::size_t>(n) +
         static_cast<std::size_t>(row);
}

/// Random in [-1, 1], symmetric, with a diagonal that makes it positive definite.
dense random_spd(int n)
{
  std::mt19937_64 random{1};
  std::uniform_real_distribution<double> entry{-1, 1};
  dense a(at(0, n, n));
  for (int c = 0; c < n; ++c) {
    for (int r = c; r < n; ++r) a[at(r, c, n)] = a[at(c, r, n)] = entry(random);
    a[at(c, c, n)] += 2.0 * n;
  }
  return a;
}

/// ||A - L L^T|| / ||A|| in the Frobenius norm, for L in the lower triangle of `l`.
double relative_residual(dense const& a, dense l, int n)
{
  for (int c = 0; c < n; ++c)
    std::fill_n(l.begin() + static_cast<std::ptrdiff_t>(at(0, c, n)), c, 0.0);
  dense difference = a;
  cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, n, n, n, -1, l.data(), n, l.data(), n, 1,
              difference.data(), n);
  auto const count = static_cast<int>(a.size());
  return cblas_dnrm2(count, difference.data(), 1) / cblas_dnrm2(count, a.data(), 1);
}

// ---- tiles ----

/// The lower triangle of a matrix in square tiles, each a buffer; the last row and column of tiles
/// may be smaller.
class tiled_matrix {
 public:
  tiled_matrix(int n, int tile) : n_{n}, tile_{tile}
  {
    for (int c = 0; c < tiles(); ++c) {
      for (int r = c; r < tiles(); ++r) {
        blocks_.emplace_back(static_cast<std::size_t>(extent(r)) *
                             static_cast<std::size_t>(extent(c)));
      }
    }
  }

  [[nodiscard]] int tiles() const { return (n_ + tile_ - 1) / tile_; }
  [[nodiscard]] int extent(int index) const { return std::min(tile_, n_ - index * tile_); }

  [[nodiscard]] buffer<double>& block(int r, int c)
  {
    return blocks_[static_cast<std::size_t>(c * tiles() - c * (c - 1) / 2 + r - c)];
  }

  void take(dense const& a)
  {
    for_each_column([&](std::span<double> column, int row, int c) {
      std::copy_n(a.begin() + static_cast<std::ptrdiff_t>(at(row, c, n_)), column.size(),
                  column.begin());
    });
  }

  [[nodiscard]] dense to_dense()
  {
    dense a(at(0, n_, n_));
    for_each_column([&](std::span<double> column, int row, int c) {
      std::copy(column.begin(), column.end(),
                a.begin() + static_cast<std::ptrdiff_t>(at(row, c, n_)));
    });
    return a;
  }

 private:
  /// Calls `visit(elements, first row, column)` for every column of every tile.
  template <class Visit>
  void for_each_column(Visit visit)
  {
    for (int tc = 0; tc < tiles(); ++tc) {
      for (int tr = tc; tr < tiles(); ++tr) {
        auto const rows = static_cast<std::size_t>(extent(tr));
        for (int c = 0; c < extent(tc); ++c) {
          visit(block(tr, tc).host_for_writing().subspan(static_cast<std::size_t>(c) * rows, rows),
                tr * tile_, tc * tile_ + c);
        }
      }
    }
  }

  int n_;
  int tile_;
  std::vector<buffer<double>> blocks_{};
};

/// b := b l^-T for a tile b of `rows` x n below the factor l: block columns from left to right,
/// since the library's own solver is slow beside its matrix product.
void solve_tile(double const* l, double* b, int rows, int n)
{
  constexpr int width = 32;
  for (int j = 0; j < n; j += width) {
    int const columns  = std::min(width, n - j);
    double* const here = b + at(0, j, rows);
    if (j > 0) {
      cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, rows, columns, j, -1, b, rows, l + j, n,
                  1, here, rows);
    }
    cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rows, columns, 1,
                l + at(j, j, n), n, here, rows);
  }
}

// ---- the workflow ----

/// Expected seconds of a kernel.
struct expected {
  seconds cpu;
  seconds gpu;
};

/// Relative to a matrix product, a flop of a kernel takes `cpu_slowness` times as long on a CPU
/// (measured), and `gpu_slowness` times on a GPU (assumed: of potrf most is latency).
expected expect(double flops, double cpu_slowness, double gpu_slowness)
{
  constexpr double cpu_rate = 25e9, gpu_rate = 20e12, launch_seconds = 10e-6;
  return {seconds{flops * cpu_slowness / cpu_rate},
          seconds{launch_seconds + flops * gpu_slowness / gpu_rate}};
}

std::string name(char const* operation, int i, int j)
{
  return operation + (' ' + std::to_string(i) + ',' + std::to_string(j));
}

/// The right-looking tiled algorithm. heddle derives its edges from what each task reads and
/// writes.
class factorization {
 public:
  /// Without GPU bodies if `gpu` is null. The matrix must outlive this.
  factorization(tiled_matrix& a, std::shared_ptr<gpu_blas> gpu)
    : a_{a},
      gpu_{std::move(gpu)},
      scratch_{static_cast<std::size_t>(gpu_ ? gpu_->potrf_scratch(a.extent(0)) : 0)}
  {
    for (int k = 0; k < a_.tiles(); ++k) {
      info_.emplace_back(std::size_t{1});
      add_potrf(k);
      for (int i = k + 1; i < a_.tiles(); ++i) add_trsm(i, k);
      for (int j = k + 1; j < a_.tiles(); ++j) {
        add_syrk(j, k);
        for (int i = j + 1; i < a_.tiles(); ++i) add_gemm(i, j, k);
      }
    }
  }

  [[nodiscard]] heddle::workflow const& workflow() const { return workflow_; }

  /// After a run: whether the matrix was positive definite. Brings one number a tile home.
  [[nodiscard]] bool has_succeeded() const
  {
    return std::all_of(info_.begin(), info_.end(),
                       [](buffer<int> const& info) { return info.host()[0] == 0; });
  }

 private:
  void add_potrf(int k)
  {
    int const n     = a_.extent(k);
    auto const cost = expect(n / 3.0 * n * n, 2.6, 20);
    auto task = workflow_.task(name("potrf", k, k), read_write(a_.block(k, k)), write(scratch_),
                               write(info_.back()));
    task.cpu([n](std::span<double> d, std::span<double>, std::span<int> info) {
      dpotrf_("L", &n, d.data(), &n, info.data());
    });
    if (gpu_) {
      task.gpu([blas = gpu_, n](stream_ref stream, device_span<double> d,
                                device_span<double> scratch, device_span<int> info) {
        blas->potrf(stream, n, d.data(), scratch.data(), static_cast<int>(scratch.size()),
                    info.data());
      });
    }
    declare(task, "potrf", cost);
  }

  void add_trsm(int i, int k)
  {
    int const m = a_.extent(i), n = a_.extent(k);
    auto const cost = expect(1.0 * m * n * n, 1.8, 4);
    auto task =
      workflow_.task(name("trsm", i, k), read(a_.block(k, k)), read_write(a_.block(i, k)));
    task.cpu([m, n](std::span<double const> l, std::span<double> b) {
      solve_tile(l.data(), b.data(), m, n);
    });
    if (gpu_) {
      task.gpu(
        [blas = gpu_, m, n](stream_ref stream, device_span<double const> l, device_span<double> b) {
          blas->trsm(stream, m, n, l.data(), b.data());
        });
    }
    declare(task, "trsm", cost);
  }

  void add_syrk(int j, int k)
  {
    int const n = a_.extent(j), depth = a_.extent(k);
    auto const cost = expect(1.0 * n * n * depth, 1.1, 2);
    auto task =
      workflow_.task(name("syrk", j, k), read(a_.block(j, k)), read_write(a_.block(j, j)));
    task.cpu([n, depth](std::span<double const> b, std::span<double> d) {
      cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, n, depth, -1, b.data(), n, 1, d.data(),
                  n);
    });
    if (gpu_) {
      task.gpu([blas = gpu_, n, depth](stream_ref stream, device_span<double const> b,
                                       device_span<double> d) {
        blas->syrk(stream, n, depth, b.data(), d.data());
      });
    }
    declare(task, "syrk", cost);
  }

  void add_gemm(int i, int j, int k)
  {
    int const m = a_.extent(i), n = a_.extent(j), depth = a_.extent(k);
    auto const cost = expect(2.0 * m * n * depth, 1, 1);
    auto task       = workflow_.task(name("gemm", i, j), read(a_.block(i, k)), read(a_.block(j, k)),
                                     read_write(a_.block(i, j)));
    task.cpu(
      [m, n, depth](std::span<double const> b, std::span<double const> c, std::span<double> d) {
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, m, n, depth, -1, b.data(), m, c.data(),
                    n, 1, d.data(), m);
      });
    if (gpu_) {
      task.gpu([blas = gpu_, m, n, depth](stream_ref stream, device_span<double const> b,
                                          device_span<double const> c, device_span<double> d) {
        blas->gemm(stream, m, n, depth, b.data(), c.data(), d.data());
      });
    }
    declare(task, "gemm", cost);
  }

  template <class Task>
  void declare(Task& task, char const* kind, expected const& cost)
  {
    task.kind(kind);
    if (gpu_) {
      task.cost(cost.cpu, cost.gpu);
    } else {
      task.cost(cost.cpu);
    }
  }

  tiled_matrix& a_;
  std::shared_ptr<gpu_blas> gpu_;
  buffer<double> scratch_;         // of potrf on a GPU; tasks that use it are in order anyway
  std::vector<buffer<int>> info_;  // [tiles], 0: positive definite so far
  heddle::workflow workflow_{"cholesky"};
};

// ---- the comparison ----

double median(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double seconds_of_dpotrf(dense a, int n)
{
  int info         = 0;
  auto const begin = std::chrono::steady_clock::now();
  dpotrf_("L", &n, a.data(), &n, &info);
  auto const end = std::chrono::steady_clock::now();
  if (info != 0) throw std::runtime_error{"dpotrf failed"};
  return std::chrono::duration<double>(end - begin).count();
}

/// cuSOLVER's factorisation of the whole matrix, as a workflow of one task on a GPU.
class whole_on_gpu {
 public:
  whole_on_gpu(int n, std::shared_ptr<gpu_blas> gpu)
    : a_{at(0, n, n)}, scratch_{static_cast<std::size_t>(gpu->potrf_scratch(n))}
  {
    workflow_.task("dpotrf", read_write(a_), write(scratch_), write(info_))
      .gpu([gpu, n](stream_ref stream, device_span<double> d, device_span<double> scratch,
                    device_span<int> info) {
        gpu->potrf(stream, n, d.data(), scratch.data(), static_cast<int>(scratch.size()),
                   info.data());
      })
      .cost(seconds{1.0}, seconds{1.0});
  }

  /// Of a run with the matrix `a`, its way to the GPU included.
  double measure(dense const& a, heddle::machine const& here, heddle::engine& engine)
  {
    std::copy(a.begin(), a.end(), a_.host_for_writing().begin());
    auto const result = engine.start(workflow_, heddle::plan(workflow_, here)).wait();
    if (result.error) std::rethrow_exception(result.error);
    if (info_.host()[0] != 0) throw std::runtime_error{"cuSOLVER's dpotrf failed"};
    return result.makespan_seconds;
  }

 private:
  buffer<double> a_;
  buffer<double> scratch_;
  buffer<int> info_{1};
  heddle::workflow workflow_{"dpotrf on a GPU"};
};

/// Null if there is no GPU to use, or none is wanted.
std::shared_ptr<gpu_blas> find_gpu(options const& o, heddle::machine const& here)
{
  if (!o.gpu) return nullptr;
  std::string why   = "heddle sees no GPU";
  auto const is_gpu = [](auto const& r) { return r.kind == heddle::resource_kind::gpu; };
  bool const any    = std::any_of(here.resources.begin(), here.resources.end(), is_gpu);
  auto found        = any ? gpu_blas::load(why) : nullptr;
  if (!found) std::printf("on CPUs alone: %s\n", why.c_str());
  return found;
}

int count_cpus(heddle::machine const& here)
{
  return static_cast<int>(
    std::count_if(here.resources.begin(), here.resources.end(),
                  [](auto const& r) { return r.kind == heddle::resource_kind::cpu; }));
}

void print_peer(char const* peer, double flops, std::vector<double> const& ours,
                std::vector<double> const& theirs)
{
  if (theirs.empty()) return;
  std::printf("  beside %s: %.1f GFLOP/s, ratio %.3f\n", peer, flops / median(theirs) * 1e-9,
              median(theirs) / median(ours));
}

int compare(options const& o)
{
  auto const here    = heddle::machine::discover();
  auto const gpu     = find_gpu(o, here);
  int const threads  = count_cpus(here);
  double const flops = std::pow(o.n, 3) / 3;
  auto const a       = random_spd(o.n);
  tiled_matrix tiles{o.n, o.tile};
  factorization const f{tiles, gpu};
  auto const s = heddle::plan(f.workflow(), here, {.algorithm = "heft"});
  heddle::engine engine{here};
  auto whole = gpu ? std::make_unique<whole_on_gpu>(o.n, gpu) : nullptr;
  std::printf("n = %d, tiles of %d: %zu tasks on %d cores%s\n", o.n, o.tile,
              f.workflow().num_tasks(), threads, gpu ? " and GPUs" : "");

  std::vector<double> ours, lapack, cusolver;
  heddle::report last;
  for (int run = 0; run < o.runs; ++run) {
    tiles.take(a);
    openblas_set_num_threads(1);  // one thread a task: the parallelism is heddle's
    last = engine.start(f.workflow(), s).wait();
    if (last.error) std::rethrow_exception(last.error);
    if (!f.has_succeeded()) throw std::runtime_error{"the matrix is not positive definite"};
    ours.push_back(last.makespan_seconds);
    openblas_set_num_threads(threads);
    lapack.push_back(seconds_of_dpotrf(a, o.n));
    if (whole) cusolver.push_back(whole->measure(a, here, engine));
  }
  double const residual = relative_residual(a, tiles.to_dense(), o.n);
  std::printf("relative residual ||A - L L^T|| / ||A|| = %.2e\n", residual);
  std::printf("heddle %.1f GFLOP/s (median of %d alternated runs)\n", flops / median(ours) * 1e-9,
              o.runs);
  print_peer("LAPACK's threaded dpotrf", flops, ours, lapack);
  print_peer("cuSOLVER's dpotrf", flops, ours, cusolver);
  if (!o.report.empty()) {
    last.write_html(o.report);
    std::printf("report: %s\n", o.report.c_str());
  }
  return residual < 1e-12 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
try {
  return compare(parse(argc, argv));
} catch (std::exception const& e) {
  std::fprintf(stderr, "cholesky: %s\n", e.what());
  return 2;
}
