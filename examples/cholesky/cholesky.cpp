// Tiled Cholesky factorisation A = L L^T of a real symmetric positive definite matrix: each tile of
// A is a buffer, each BLAS or LAPACK call on tiles a task; heddle finds the edges, plans and runs.
// LAPACK's own threaded dpotrf runs beside it, in alternation.
//
//   cholesky [--n N] [--tile N] [--runs N] [--report FILE.html]
#include <heddle/heddle.hpp>

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" void dpotrf_(char const* uplo, int const* n, double* a, int const* lda, int* info);

namespace {

using heddle::buffer;
using heddle::work;

struct options {
  int n    = 4096;
  int tile = 256;
  int runs = 5;
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
    } else if (name == "--report") {
      o.report = argv[i + 1];
    } else {
      throw std::invalid_argument{"unknown option " + name + "; --n, --tile, --runs, --report"};
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

void factor_tile(double* a, int n)
{
  int info = 0;
  dpotrf_("L", &n, a, &n, &info);
  if (info != 0) throw std::runtime_error{"the matrix is not positive definite"};
}

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

std::string name(char const* operation, int i, int j)
{
  return operation + (' ' + std::to_string(i) + ',' + std::to_string(j));
}

/// The right-looking tiled algorithm. heddle derives its edges from what each task reads and
/// writes.
heddle::workflow make_workflow(tiled_matrix& a)
{
  heddle::workflow w{"cholesky"};
  // Relative to a matrix product, a flop of the other kernels takes this many times as long
  // (measured).
  constexpr double slow_potrf = 2.6, slow_trsm = 1.8, slow_syrk = 1.1;
  auto const flops = [&](double factor, int i, int j, int k) {
    return work{.flops = factor * a.extent(i) * a.extent(j) * a.extent(k)};
  };
  for (int k = 0; k < a.tiles(); ++k) {
    int const nk = a.extent(k);
    w.task(name("potrf", k, k), read_write(a.block(k, k)))
      .cpu([nk](std::span<double> d) { factor_tile(d.data(), nk); })
      .cost(flops(slow_potrf / 3, k, k, k))
      .kind("potrf");
    for (int i = k + 1; i < a.tiles(); ++i) {
      int const ni = a.extent(i);
      w.task(name("trsm", i, k), read(a.block(k, k)), read_write(a.block(i, k)))
        .cpu([ni, nk](std::span<double const> d, std::span<double> b) {
          solve_tile(d.data(), b.data(), ni, nk);
        })
        .cost(flops(slow_trsm, i, k, k))
        .kind("trsm");
    }
    for (int j = k + 1; j < a.tiles(); ++j) {
      int const nj = a.extent(j);
      w.task(name("syrk", j, k), read(a.block(j, k)), read_write(a.block(j, j)))
        .cpu([nj, nk](std::span<double const> b, std::span<double> d) {
          cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, nj, nk, -1, b.data(), nj, 1,
                      d.data(), nj);
        })
        .cost(flops(slow_syrk, j, j, k))
        .kind("syrk");
      for (int i = j + 1; i < a.tiles(); ++i) {
        int const ni = a.extent(i);
        w.task(name("gemm", i, j), read(a.block(i, k)), read(a.block(j, k)),
               read_write(a.block(i, j)))
          .cpu([ni, nj, nk](std::span<double const> b, std::span<double const> c,
                            std::span<double> d) {
            cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, ni, nj, nk, -1, b.data(), ni,
                        c.data(), nj, 1, d.data(), ni);
          })
          .cost(flops(2, i, j, k))
          .kind("gemm");
      }
    }
  }
  return w;
}

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

int compare(options const& o)
{
  auto const here    = heddle::machine::discover();
  int const threads  = static_cast<int>(here.resources.size());
  double const flops = std::pow(o.n, 3) / 3;
  auto const a       = random_spd(o.n);
  tiled_matrix tiles{o.n, o.tile};
  auto const w = make_workflow(tiles);
  auto const s = heddle::plan(w, here, {.algorithm = "heft"});
  heddle::engine engine{here};
  std::printf("n = %d, tiles of %d: %zu tasks on %d cores\n", o.n, o.tile, w.num_tasks(), threads);

  std::vector<double> ours, theirs;
  heddle::report last;
  for (int run = 0; run < o.runs; ++run) {
    tiles.take(a);
    openblas_set_num_threads(1);  // one thread a task: the parallelism is heddle's
    last = engine.start(w, s).wait();
    if (last.error) std::rethrow_exception(last.error);
    ours.push_back(last.makespan_seconds);
    openblas_set_num_threads(threads);
    theirs.push_back(seconds_of_dpotrf(a, o.n));
  }
  double const residual = relative_residual(a, tiles.to_dense(), o.n);
  double const our_rate = flops / median(ours) * 1e-9, their_rate = flops / median(theirs) * 1e-9;
  std::printf("relative residual ||A - L L^T|| / ||A|| = %.2e\n", residual);
  std::printf(
    "heddle %.1f GFLOP/s, LAPACK's threaded dpotrf %.1f GFLOP/s, ratio %.3f (medians of %d "
    "alternated runs)\n",
    our_rate, their_rate, our_rate / their_rate, o.runs);
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
