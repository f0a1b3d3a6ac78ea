/// @file
/// Asymmetric fences: two that order stores before loads, of which the frequent one costs nothing.
#pragma once

#include <atomic>

namespace heddle::detail {

/// Whether `heavy_fence` reaches into other threads (Linux: `membarrier`), so that `light_fence`
/// need only keep the compiler from reordering. Where the system refuses it, both are full fences.
[[nodiscard]] bool has_asymmetric_fences() noexcept;

/// For tests: does without, as where the system refuses it; or with, if it can. Not while an
/// executor works.
void use_asymmetric_fences(bool wanted) noexcept;

extern std::atomic<bool> light_fence_is_free;     ///< changes nothing that is visible
extern std::atomic<unsigned> fence_for_checkers;  ///< under ThreadSanitizer alone

/// If one thread does `store x; light_fence; load y` and another `store y; heavy_fence; load x`, at
/// least one of the loads sees the other thread's store.
///
/// ThreadSanitizer knows no fences: under it, both are read-modify-writes of one variable.
inline void light_fence() noexcept
{
#if defined(__SANITIZE_THREAD__)
  fence_for_checkers.fetch_add(1, std::memory_order_seq_cst);
#else
  if (light_fence_is_free.load(std::memory_order_relaxed)) [[likely]] {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
#endif
}

/// The other side: takes about a microsecond, and interrupts the threads of this process that run.
void heavy_fence() noexcept;

}  // namespace heddle::detail
