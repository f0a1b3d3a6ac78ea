/// @file
/// The group: who runs a kernel body together. Bodies are written once against this interface;
/// the CPU runs them with `serial_group`, the GPU with `warp_group` or `block_group`.
#pragma once

#if defined(__CUDACC__)
#define HEDDLE_HOST_DEVICE __host__ __device__
#else
#define HEDDLE_HOST_DEVICE
#endif

namespace heddle::kernels {

/// Every call below is collective: all threads of the group make it, with the same arguments.
///
/// - `reduce(first, last, init, map, combine)` folds `map(i)` over `[first, last)`, in any order
/// and
///   grouping; every thread gets the result. `init` must be an identity of `combine`, which must be
///   associative and commutative. Calls follow each other at once: none needs a barrier between.
/// - `once(fn)` runs `fn` on one thread; the whole group then sees what it wrote.
template <class Group>
concept thread_group = requires(Group const& group, double (*map)(int),
                                double (*combine)(double, double), void (*fn)())
{
  group.reduce(0, 1, 0.0, map, combine);
  group.once(fn);
};

/// The order in which a serial group visits a range. No correct body depends on it.
enum class visit_order { forward, backward };

/// One thread standing for the whole group.
template <visit_order Order = visit_order::forward>
struct serial_group {
  template <class T, class Map, class Combine>
  HEDDLE_HOST_DEVICE T reduce(int first, int last, T init, Map map, Combine combine) const
  {
    for (int step = 0; step < last - first; ++step) {
      init = combine(init, map(Order == visit_order::forward ? first + step : last - 1 - step));
    }
    return init;
  }

  template <class Fn>
  HEDDLE_HOST_DEVICE void once(Fn fn) const
  {
    fn();
  }
};

#if defined(__CUDACC__)
/// The 32 threads of one warp. Blocks must have whole warps, along x alone.
struct warp_group {
  static constexpr int num_threads = 32;

  template <class T, class Map, class Combine>
  __device__ T reduce(int first, int last, T init, Map map, Combine combine) const
  {
    T value = init;
    for (int i = first + thread_rank(); i < last; i += num_threads) value = combine(value, map(i));
    return fold(value, combine);
  }

  template <class Fn>
  __device__ void once(Fn fn) const
  {
    if (thread_rank() == 0) fn();
    __syncwarp();
  }

  /// The values of all threads in one; every thread gets it.
  template <class T, class Combine>
  static __device__ T fold(T value, Combine combine)
  {
    for (int lanes = num_threads / 2; lanes > 0; lanes /= 2) {
      value = combine(value, __shfl_xor_sync(~0U, value, lanes));
    }
    return value;
  }

  __device__ static int thread_rank() { return static_cast<int>(threadIdx.x) % num_threads; }
};

/// The threads of one block of `NumThreads`, whole warps along x alone.
template <int NumThreads>
class block_group {
 public:
  static constexpr int num_threads = NumThreads;
  static constexpr int num_warps   = NumThreads / warp_group::num_threads;
  static_assert(NumThreads % warp_group::num_threads == 0 && num_warps > 0);

  /// In shared memory, one for each block: a value of up to 16 bytes for each warp.
  struct scratch {
    alignas(16) unsigned char value[num_warps][16];
  };

  __device__ explicit block_group(scratch& shared) : shared_{shared} {}

  template <class T, class Map, class Combine>
  __device__ T reduce(int first, int last, T init, Map map, Combine combine) const
  {
    T value = init;
    for (int i = first + thread_rank(); i < last; i += num_threads) value = combine(value, map(i));
    value = warp_group::fold(value, combine);
    if (warp_group::thread_rank() == 0) of_warp<T>(thread_rank() / warp_group::num_threads) = value;
    __syncthreads();
    value = of_warp<T>(0);
    for (int warp = 1; warp < num_warps; ++warp) value = combine(value, of_warp<T>(warp));
    __syncthreads();  // the scratch memory is free again
    return value;
  }

  template <class Fn>
  __device__ void once(Fn fn) const
  {
    if (thread_rank() == 0) fn();
    __syncthreads();
  }

  __device__ static int thread_rank() { return static_cast<int>(threadIdx.x); }

 private:
  template <class T>
  __device__ T& of_warp(int warp) const
  {
    static_assert(sizeof(T) <= 16);
    return *reinterpret_cast<T*>(shared_.value[warp]);
  }

  scratch& shared_;
};
#endif

}  // namespace heddle::kernels
