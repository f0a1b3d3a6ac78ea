// Runs of schedules whose tasks take several cores.

#include <heddle/heddle.hpp>

#include "tests/support/flat_machine.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace heddle {
namespace {

TEST(WideTasks, RunOnTheirFirstCore)
{
  std::mt19937_64 random{3};
  auto const m = test::flat_machine(4);
  workflow w{"wide"};
  std::vector<value<int>> numbers(60);
  for (std::size_t t = 0; t < numbers.size(); ++t) {
    resources const needs{.cores = 1 + static_cast<int>(random() % 4)};
    if (t == 0) {
      w.task("t", write(numbers[t])).cpu([](int& to) { to = 1; }).cost(100us).needs(needs);
      continue;
    }
    w.task("t", read(numbers[random() % t]), write(numbers[t]))
      .cpu([](int from, int& to) { to = from + 1; })
      .cost(100us)
      .needs(needs);
  }
  auto const s = plan(w, m);
  EXPECT_FALSE(s.further_cores.empty());
  engine threads{m};
  auto const done = threads.start(w, s).wait();
  for (std::size_t t = 0; t < done.tasks.size(); ++t) {
    EXPECT_EQ(done.tasks[t].status, task_status::done);
    EXPECT_EQ(done.tasks[t].resource,
              s.resource_ids[static_cast<std::size_t>(s.tasks[t].resource)]);
    EXPECT_GT(numbers[t].get(), 0);
  }
}

}  // namespace
}  // namespace heddle
