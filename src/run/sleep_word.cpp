#include "src/run/sleep_word.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace heddle::detail {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

bool sleep_on(std::atomic<std::uint32_t>& word, std::uint32_t value, timespec const* limit,
              std::uint32_t who) noexcept
{
  timespec until{};
  if (limit != nullptr) {  // this kind of wait wants a moment, not a span
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += limit->tv_nsec;
    if (until.tv_nsec >= 1'000'000'000) {
      until.tv_nsec -= 1'000'000'000;
      ++until.tv_sec;
    }
  }
  auto const failed = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value,
                              limit != nullptr ? &until : nullptr, nullptr, who) != 0;
  return !failed || errno != ETIMEDOUT;
}

int wake(std::atomic<std::uint32_t>& word, int count, std::uint32_t who) noexcept
{
  word.fetch_add(1, std::memory_order_release);
  auto const woken =
    syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, count, nullptr, nullptr, who);
  return std::max(static_cast<int>(woken), 0);
}

}  // namespace heddle::detail
