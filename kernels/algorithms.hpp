/// @file
/// Algorithms over arrays in device memory, for every `number` type. Defined in
/// kernels/algorithms_*.cu on CUB, or, in a build without CUDA, in
/// kernels/algorithms_without_cuda.cpp, where each throws `not_built`.
///
/// All run in the order of `stream`, which must be one of the current device, and return at once.
/// They allocate nothing: what needs scratch memory says how much, and may be given more. Its
/// content before and after is nobody's business. An array of no elements may be null.
///
/// Every call throws `cuda_error` if a launch is refused, also for too little scratch memory, and
/// `invalid_argument` for none. Thread-safe.
///
/// D. Merrill, M. Garland: Single-pass parallel prefix scan with decoupled look-back, NVIDIA
/// NVR-2016-002, 2016 (scan). A. Adinets, D. Merrill: Onesweep, arXiv:2206.01784, 2022 (sort).
#pragma once

#include "kernels/operations.hpp"

#include <heddle/base/stream_ref.hpp>

#include <cstddef>

namespace heddle::kernels {

/// Scratch memory on the device, aligned to 256.
struct scratch {
  void* memory      = nullptr;
  std::size_t bytes = 0;
};

/// One output for each input. Reads and writes each element once.
template <number T>
struct elementwise {
  /// to[i] = value for all i < size.
  static void fill(T* to, std::size_t size, T value, stream_ref stream);

  /// y[i] = apply(how, x[i], constant) for all i < size; `y` may be `x`, else they are disjoint.
  static void transform(transformation how, T constant, T const* x, T* y, std::size_t size,
                        stream_ref stream);

  /// y[i] = a * x[i] + y[i] for all i < size, rounded once if T is a floating-point type.
  static void axpy(T a, T const* x, T* y, std::size_t size, stream_ref stream);
};

/// *result = the fold of x[0, size); of no elements, `identity_of(how)`. Floating-point sums are
/// rounded in an order that depends on `size` and the device alone.
template <number T>
struct reduce {
  [[nodiscard]] static std::size_t scratch_bytes(std::size_t size);
  static void launch(reduction how, T const* x, std::size_t size, T* result, scratch s,
                     stream_ref stream);
};

/// y[i] = x[0] + ... + x[i] for all i < size; `y` may be `x`, else they are disjoint.
/// Floating-point sums may be rounded differently each time.
template <number T>
struct inclusive_scan {
  [[nodiscard]] static std::size_t scratch_bytes(std::size_t size);
  static void launch(T const* x, T* y, std::size_t size, scratch s, stream_ref stream);
};

/// y = x[0, size) in order; the arrays are disjoint. The scratch memory holds about as many
/// elements as `x`. -0 equals 0; NaNs come where their bits, as a sign and a magnitude, belong.
template <number T>
struct sort {
  [[nodiscard]] static std::size_t scratch_bytes(std::size_t size);
  static void launch(sort_order order, T const* x, T* y, std::size_t size, scratch s,
                     stream_ref stream);
};

}  // namespace heddle::kernels
