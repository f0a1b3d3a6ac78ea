#include <heddle/run/fences.hpp>

#include <exception>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heddle::detail {
namespace {

bool membarrier(int command) noexcept
{
  return syscall(SYS_membarrier, command, 0, 0) == 0;
}

bool can_reach_other_threads() noexcept
{
  static bool const can = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  return can;
}

}  // namespace

std::atomic<bool> light_fence_is_free{can_reach_other_threads()};
std::atomic<unsigned> fence_for_checkers{0};

bool has_asymmetric_fences() noexcept
{
  return light_fence_is_free.load(std::memory_order_relaxed);
}

void use_asymmetric_fences(bool wanted) noexcept
{
  light_fence_is_free.store(wanted && can_reach_other_threads(), std::memory_order_relaxed);
}

/// The system call is a full fence of this thread too. It does not fail once it has worked, unless
/// somebody forbids it meanwhile: then nothing orders what light fences have let pass.
void heavy_fence() noexcept
{
#if defined(__SANITIZE_THREAD__)
  fence_for_checkers.fetch_add(1, std::memory_order_seq_cst);
#else
  if (!has_asymmetric_fences()) return std::atomic_thread_fence(std::memory_order_seq_cst);
  if (!membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) std::terminate();
#endif
}

}  // namespace heddle::detail
