/// @file
/// The group: who runs a kernel body together. Bodies are written once against this interface;
/// the CPU runs them with `serial_group`, the GPU with `warp_group`.
#pragma once

#if defined(__CUDACC__)
#define HEDDLE_HOST_DEVICE __host__ __device__
#else
#define HEDDLE_HOST_DEVICE
#endif

namespace heddle::kernels {

/// Every call below is collective: all threads of the group make it, with the same arguments.
///
/// - `reduce(first, last, init, map, combine)` folds `map(i)` over `[first, last)`, in any order;
///   every thread gets the result. `init` must be an identity of `combine`.
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
/// The 32 threads of one warp.
struct warp_group {
  static constexpr int num_threads = 32;

  template <class T, class Map, class Combine>
  __device__ T reduce(int first, int last, T init, Map map, Combine combine) const
  {
    T value = init;
    for (int i = first + thread_rank(); i < last; i += num_threads) value = combine(value, map(i));
    for (int lanes = num_threads / 2; lanes > 0; lanes /= 2) {
      value = combine(value, __shfl_xor_sync(~0U, value, lanes));
    }
    return value;
  }

  template <class Fn>
  __device__ void once(Fn fn) const
  {
    if (thread_rank() == 0) fn();
    __syncwarp();
  }

  __device__ static int thread_rank() { return static_cast<int>(threadIdx.x) % num_threads; }
};
#endif

}  // namespace heddle::kernels
