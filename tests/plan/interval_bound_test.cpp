#include "src/plan/bound/bounds.hpp"

#include "tests/support/small_workflows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace heddle {
namespace {

constexpr std::size_t all_points = 10'000;

/// What a task does in [x, y] on a resource of that speed, started as early or as late as it can.
double least_work(double head, double end, double work, double speed, double x, double y)
{
  auto const takes = work / speed;
  auto const done  = [&](double start) {
    return std::max(0.0, std::min(y, start + takes) - std::max(x, start)) * speed;
  };
  return std::min(done(head), done(end - takes));
}

/// Task by task, for each pair of points.
double plain_interval_bound(relaxation const& r, task_windows const& w, double length)
{
  auto const fastest = *std::max_element(r.speed.begin(), r.speed.end());
  auto const slowest = *std::min_element(r.speed.begin(), r.speed.end());
  std::vector<double> points;
  for (std::size_t t = 0; t < r.num_tasks(); ++t) {
    auto const end = length - w.tail[t], takes = r.work[t] / fastest;
    points.insert(points.end(), {w.head[t], w.head[t] + takes, end - takes, end});
  }
  double most = 0;
  for (auto const x : points) {
    for (auto const y : points) {
      if (y <= x) continue;
      double work = 0;
      for (std::size_t t = 0; t < r.num_tasks(); ++t) {
        if (r.work[t] == 0) continue;
        auto const end  = length - w.tail[t];
        auto const slow = std::clamp(r.work[t] / (end - w.head[t]), slowest, fastest);
        work += std::min(least_work(w.head[t], end, r.work[t], fastest, x, y),
                         least_work(w.head[t], end, r.work[t], slow, x, y));
      }
      most = std::max(most, work / r.total_speed - (y - x));
    }
  }
  return length + most;
}

TEST(IntervalBound, IsThatOfEachIntervalAlone)
{
  std::mt19937_64 random{11};
  int above = 0, slow_ones = 0;
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    auto w = test::random_workflow(random);
    while (w.num_tasks() == 0) w = test::random_workflow(random);
    cost_model const costs{w, test::random_machine(random)};
    relaxation const r{costs};
    auto const windows  = path_windows(r);
    auto const length   = path_bound(r, windows);
    auto const expected = plain_interval_bound(r, windows, length);
    EXPECT_NEAR(interval_bound(r, windows, length, all_points), expected, 1e-9 * expected) << i;
    above += expected > length * (1 + 1e-6) ? 1 : 0;
    slow_ones += r.speed.front() != r.speed.back() ? 1 : 0;
  }
  EXPECT_GT(above, 30);
  EXPECT_GT(slow_ones, 30);
}

}  // namespace
}  // namespace heddle
