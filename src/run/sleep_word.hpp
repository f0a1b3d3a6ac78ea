/// @file
/// What threads of an executor sleep on: a futex.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

namespace heddle::detail {

// Who sleeps: threads that want work, and among them those that also wait for a condition.
inline constexpr std::uint32_t for_work = 1, for_condition = 2;

/// Sleeps while the word has this value; without end if `limit` is null, else for less than a
/// second.
///
/// @return whether the limit has not been reached
bool sleep_on(std::atomic<std::uint32_t>& word, std::uint32_t value, timespec const* limit,
              std::uint32_t who) noexcept;

/// Changes the word (release), and wakes up to `count` of those.
///
/// @return how many slept, and do no more
int wake(std::atomic<std::uint32_t>& word, int count, std::uint32_t who) noexcept;

}  // namespace heddle::detail
