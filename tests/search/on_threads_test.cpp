// Work shared by threads.

#include "src/plan/search/on_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

TEST(OnThreads, CallsEachOnce)
{
  for (std::size_t const threads : {0U, 1U, 4U, 50U}) {
    std::vector<std::atomic<int>> calls(20);
    on_threads(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    for (auto const& each : calls) EXPECT_EQ(each, 1) << threads;
  }
}

/// Of four threads three go on: what one of them throws ends no other call.
TEST(OnThreads, RethrowsWhatACallThrowsWhenAllHaveEnded)
{
  std::vector<std::atomic<int>> calls(20);
  auto const call = [&] {
    on_threads(calls.size(), 4, [&](std::size_t i) {
      ++calls[i];
      if (i == 7) throw std::runtime_error{"seven"};
    });
  };
  EXPECT_THROW(call(), std::runtime_error);
  for (auto const& each : calls) EXPECT_EQ(each, 1);
}

TEST(OnThreads, LeavesTheOthersOutWhereEachThreadFails)
{
  std::atomic<int> num_calls{0};
  auto const call = [&] {
    on_threads(20, 2, [&](std::size_t) {
      ++num_calls;
      throw std::runtime_error{"no"};
    });
  };
  EXPECT_THROW(call(), std::runtime_error);
  EXPECT_LE(num_calls, 2);
}

}  // namespace
}  // namespace heddle
