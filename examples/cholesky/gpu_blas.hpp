// The linear algebra that the GPU bodies of the tiles call: cuBLAS and cuSOLVER, loaded at run
// time, so that the program also starts where there are none.
#pragma once

#include <heddle/base/stream_ref.hpp>

#include <memory>
#include <string>

// All matrices are column-major and in device memory; calls enqueue on the stream and return.
// Thread-safe.
class gpu_blas {
 public:
  // Null, and why not in `why`, if a library or a GPU is missing.
  static std::shared_ptr<gpu_blas> load(std::string& why);

  virtual ~gpu_blas() = default;

  // Doubles of scratch memory that `potrf` needs for n x n.
  virtual int potrf_scratch(int n) = 0;

  // Lower factor of the n x n matrix a, in place. `*info` on the device becomes 0 if a is positive
  // definite.
  virtual void potrf(heddle::stream_ref stream, int n, double* a, double* scratch, int scratch_size,
                     int* info) = 0;

  // b := b l^-T for the m x n matrix b.
  virtual void trsm(heddle::stream_ref stream, int m, int n, double const* l, double* b) = 0;

  // Lower triangle of c := c - a a^T for the n x k matrix a.
  virtual void syrk(heddle::stream_ref stream, int n, int k, double const* a, double* c) = 0;

  // c := c - a b^T for the m x k matrix a and the n x k matrix b.
  virtual void gemm(heddle::stream_ref stream, int m, int n, int k, double const* a,
                    double const* b, double* c) = 0;
};
