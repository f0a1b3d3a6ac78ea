#include "gpu_blas.hpp"

#include <cublas_v2.h>
#include <cuda.h>
#include <cusolverDn.h>
#include <dlfcn.h>

#include <initializer_list>
#include <map>
#include <mutex>
#include <stdexcept>

namespace {

/// A shared library, which stays loaded.
class library {
 public:
  /// The first of the names that is found.
  explicit library(std::initializer_list<char const*> names)
  {
    for (auto const* name : names) {
      if ((handle_ = dlopen(name, RTLD_NOW)) != nullptr) return;
    }
    throw std::runtime_error{std::string{*names.begin()} + " is not found"};
  }

  template <class Function>
  void load(Function*& function, char const* name) const
  {
    function = reinterpret_cast<Function*>(dlsym(handle_, name));
    if (function == nullptr) throw std::runtime_error{std::string{name} + " is not found"};
  }

 private:
  void* handle_ = nullptr;
};

/// What is called, with the types of the headers.
struct functions {
  functions()
  {
    library const driver{"libcuda.so.1"};
    driver.load(init, "cuInit");
    driver.load(num_devices, "cuDeviceGetCount");
    driver.load(current_context, "cuCtxGetCurrent");
    library const blas{"libcublas.so.13", "libcublas.so.12"};
    blas.load(create_blas, "cublasCreate_v2");
    blas.load(set_blas_stream, "cublasSetStream_v2");
    blas.load(gemm, "cublasDgemm_v2");
    blas.load(syrk, "cublasDsyrk_v2");
    blas.load(trsm, "cublasDtrsm_v2");
    library const solver{"libcusolver.so.12", "libcusolver.so.11"};
    solver.load(create_solver, "cusolverDnCreate");
    solver.load(set_solver_stream, "cusolverDnSetStream");
    solver.load(potrf_scratch, "cusolverDnDpotrf_bufferSize");
    solver.load(potrf, "cusolverDnDpotrf");
    int count = 0;
    if (init(0) != CUDA_SUCCESS || num_devices(&count) != CUDA_SUCCESS || count == 0) {
      throw std::runtime_error{"there is no GPU"};
    }
  }

  decltype(cuInit)* init;
  decltype(cuDeviceGetCount)* num_devices;
  decltype(cuCtxGetCurrent)* current_context;
  decltype(cublasCreate_v2)* create_blas;
  decltype(cublasSetStream_v2)* set_blas_stream;
  decltype(cublasDgemm_v2)* gemm;
  decltype(cublasDsyrk_v2)* syrk;
  decltype(cublasDtrsm_v2)* trsm;
  decltype(cusolverDnCreate)* create_solver;
  decltype(cusolverDnSetStream)* set_solver_stream;
  decltype(cusolverDnDpotrf_bufferSize)* potrf_scratch;
  decltype(cusolverDnDpotrf)* potrf;
};

void check(cublasStatus_t status)
{
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw std::runtime_error{"cuBLAS: status " + std::to_string(static_cast<int>(status))};
}

void check(cusolverStatus_t status)
{
  if (status == CUSOLVER_STATUS_SUCCESS) return;
  throw std::runtime_error{"cuSOLVER: status " + std::to_string(static_cast<int>(status))};
}

/// A handle belongs to the device on which it was made; heddle makes the right one current before
/// it calls a body.
class loaded_blas final : public gpu_blas {
 public:
  int potrf_scratch(int n) override
  {
    int size = 0;
    with_handles(nullptr, [&](handles const& h) {
      check(call_.potrf_scratch(h.solver, CUBLAS_FILL_MODE_LOWER, n, nullptr, n, &size));
    });
    return size;
  }

  void potrf(heddle::stream_ref stream, int n, double* a, double* scratch, int scratch_size,
             int* info) override
  {
    with_handles(stream.get(), [&](handles const& h) {
      check(call_.potrf(h.solver, CUBLAS_FILL_MODE_LOWER, n, a, n, scratch, scratch_size, info));
    });
  }

  void trsm(heddle::stream_ref stream, int m, int n, double const* l, double* b) override
  {
    with_handles(stream.get(), [&](handles const& h) {
      check(call_.trsm(h.blas, CUBLAS_SIDE_RIGHT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T,
                       CUBLAS_DIAG_NON_UNIT, m, n, &one, l, n, b, m));
    });
  }

  void syrk(heddle::stream_ref stream, int n, int k, double const* a, double* c) override
  {
    with_handles(stream.get(), [&](handles const& h) {
      check(call_.syrk(h.blas, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, n, k, &minus_one, a, n, &one, c,
                       n));
    });
  }

  void gemm(heddle::stream_ref stream, int m, int n, int k, double const* a, double const* b,
            double* c) override
  {
    with_handles(stream.get(), [&](handles const& h) {
      check(
        call_.gemm(h.blas, CUBLAS_OP_N, CUBLAS_OP_T, m, n, k, &minus_one, a, m, b, n, &one, c, m));
    });
  }

 private:
  static constexpr double one       = 1;
  static constexpr double minus_one = -1;

  struct handles {
    cublasHandle_t blas{};
    cusolverDnHandle_t solver{};
  };

  /// Calls `use` with the handles of the current device, which work on `stream` now. They are never
  /// destroyed: at the end of the process, the driver may be gone before them.
  template <class Use>
  void with_handles(cudaStream_t stream, Use use)
  {
    std::lock_guard const lock{mutex_};
    CUcontext context{};
    call_.current_context(&context);
    auto const [at, is_new] = handles_.try_emplace(context);
    auto& h                 = at->second;
    if (is_new) {
      check(call_.create_blas(&h.blas));
      check(call_.create_solver(&h.solver));
    }
    check(call_.set_blas_stream(h.blas, stream));
    check(call_.set_solver_stream(h.solver, stream));
    use(h);
  }

  functions call_;
  std::mutex mutex_;
  std::map<CUcontext, handles> handles_;  // guarded by mutex_
};

}  // namespace

std::shared_ptr<gpu_blas> gpu_blas::load(std::string& why)
try {
  return std::make_shared<loaded_blas>();
} catch (std::exception const& e) {
  why = e.what();
  return nullptr;
}
