#include "tests/support/small_workflows.hpp"

#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle {
namespace {

/// A million tasks, each fed by four of the 1000 before it.
workflow make_large()
{
  constexpr int tasks = 1000000, window = 1000, degree = 4;
  std::mt19937_64 random{1};
  workflow w{"large"};
  w.reserve(tasks, std::size_t{tasks} * degree, 0);
  for (int t = 0; t < tasks; ++t) {
    task_info task;
    task.name        = test::numbered("t", w.num_tasks());
    task.cpu_seconds = 0.01 + static_cast<double>(random() % 1000) / 100;
    w.add_task(std::move(task));
    for (int e = 0; e < degree && t > 0; ++e) {
      auto const back =
        1 + static_cast<int>(random() % static_cast<std::uint64_t>(std::min(t, window)));
      w.add_edge({t - back, t, static_cast<double>(random() % 100)});
    }
  }
  return w;
}

TEST(LargeWorkflow, OfAMillionTasksIsPlannedSlow)
{
  auto const w = make_large();
  auto const m = test::make_nodes({1, 1, 1, 1, 2, 2, 4, 4}, 100);
  for (auto const* const algorithm : {"heft", "minmin"}) {
    EXPECT_THAT(check_schedule(plan(w, m, {algorithm}), w, m), ::testing::IsEmpty()) << algorithm;
  }
}

}  // namespace
}  // namespace heddle
