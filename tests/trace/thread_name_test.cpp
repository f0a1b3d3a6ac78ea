#include <heddle/trace/nvtx.hpp>

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <string>
#include <thread>

namespace heddle {
namespace {

std::string name_after(std::string_view name)
{
  std::array<char, 16> found{};
  std::thread{[&] {
    name_this_thread(name);
    pthread_getname_np(pthread_self(), found.data(), found.size());
  }}.join();
  return found.data();
}

TEST(ThreadName, IsKept)
{
  EXPECT_EQ(name_after("worker 3"), "worker 3");
}

TEST(ThreadName, IsCutWhereLinuxHasNoRoom)
{
  EXPECT_EQ(name_after("a worker with a long name"), "a worker with a");
}

TEST(ProfilerRange, WorksWithoutAProfiler)
{
  profiler_range const outer{range_kind::stage, "outer"};
  profiler_range const inner{range_kind::transfer, std::string(1000, 'x'), 7};
}

}  // namespace
}  // namespace heddle
