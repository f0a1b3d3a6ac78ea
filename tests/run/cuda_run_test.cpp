#include <heddle/device/device.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/run/engine.hpp>

#include "tests/support/mixed_workflow.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle {
namespace {

using test::mixed_workflow;

class CudaRun : public testing::Test {
 protected:
  void SetUp() override
  {
    if (cuda_devices().empty()) GTEST_SKIP() << "there is no GPU";
  }

  report run(workflow const& w)
  {
    auto result = engine_.start(w, plan(w, here_, {.algorithm = "heft"})).wait();
    if (result.error) std::rethrow_exception(result.error);
    return result;
  }

  machine here_ = machine::discover();
  engine engine_{here_};
};

bool is_on_gpu(task_report const& task)
{
  return task.resource.starts_with("gpu");
}

TEST_F(CudaRun, OfRandomWorkflowsEqualsTheSequentialRun)
{
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    mixed_workflow mixed{1000, seed};
    auto const result = run(mixed.get());
    EXPECT_TRUE(std::ranges::any_of(result.tasks, is_on_gpu)) << "seed " << seed;
    ASSERT_TRUE(mixed.is_right()) << "seed " << seed;
  }
}

TEST_F(CudaRun, LeavesResultsInUsersMemory)
{
  std::vector<double> mine(std::size_t{1} << 20, 1);
  buffer<double> x{std::span{mine}};
  workflow w;
  w.task("double", read_write(x))
    .gpu([](stream_ref stream, device_span<double> e) {
      kernels::elementwise<double>::transform(kernels::transformation::multiply, 2, e.data(),
                                              e.data(), e.size(), stream);
    })
    .cost(1ms, 1ms);
  run(w);
  EXPECT_EQ(std::ranges::count(mine, 2.0), static_cast<std::ptrdiff_t>(mine.size()));
}

TEST_F(CudaRun, ABodyThatThrowsFailsItsTaskAlone)
{
  buffer<double> x{10}, y{10};
  workflow w;
  w.task("throws", read_write(x))
    .gpu([](stream_ref, device_span<double>) { throw std::runtime_error{"no"}; })
    .cost(1ms, 1ms);
  w.task("works", read_write(y))
    .gpu([](stream_ref stream, device_span<double> e) {
      kernels::elementwise<double>::fill(e.data(), e.size(), 3, stream);
    })
    .cost(1ms, 1ms);
  auto const result =
    engine_.start(w, plan(w, here_, {.algorithm = "heft"}), {.keep_going = true}).wait();
  EXPECT_TRUE(result.error);
  EXPECT_EQ(result.tasks[0].status, task_status::failed);
  EXPECT_EQ(result.tasks[1].status, task_status::done);
  EXPECT_EQ(y.host()[9], 3);
}

}  // namespace
}  // namespace heddle
