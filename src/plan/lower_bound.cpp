#include <heddle/plan/lower_bound.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// All resources of one kind.
struct pool {
  pool(cost_model const& costs, resource_kind of) : kind{of}
  {
    for (int r = 0; r < costs.num_resources(); ++r) {
      if (costs.kind(r) != of) continue;
      total_speed += costs.speeds()[index(r)];
      best_speed = std::max(best_speed, costs.speeds()[index(r)]);
    }
  }

  resource_kind kind;
  double total_speed = 0;
  double best_speed  = 0;
};

/// Seconds of a task on `speed`; infinite where it cannot run, or nothing has that speed.
double seconds_at(double speed, resource_kind kind, task_id task, cost_model const& costs)
{
  return speed > 0 ? costs.seconds_on(kind, task) / speed : infinite;
}

double critical_path(cost_model const& costs, pool const& cpus, pool const& gpus)
{
  std::vector<double> start(costs.num_tasks());
  double longest = 0;
  for (auto const task : costs.edges().topological_order) {
    auto const least  = std::min(seconds_at(cpus.best_speed, cpus.kind, task, costs),
                                 seconds_at(gpus.best_speed, gpus.kind, task, costs));
    auto const finish = start[index(task)] + least;
    longest           = std::max(longest, finish);
    for (auto const next : costs.edges().successors(task)) {
      start[index(next)] = std::max(start[index(next)], finish);
    }
  }
  return longest;
}

/// For prices a of the CPUs' time and 1 - a of the GPUs' (a weak dual of the fractional
/// assignment): what the tasks pay at least, each on the cheaper kind. No makespan is smaller,
/// whatever a.
double area_at(double a, cost_model const& costs, pool const& cpus, pool const& gpus)
{
  double sum = 0;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    auto const task = static_cast<task_id>(t);
    sum += std::min(a * seconds_at(cpus.total_speed, cpus.kind, task, costs),
                    (1 - a) * seconds_at(gpus.total_speed, gpus.kind, task, costs));
  }
  return sum;
}

/// The best price, by ternary search: `area_at` is concave in a.
double mixed_area(cost_model const& costs, pool const& cpus, pool const& gpus)
{
  constexpr int steps = 40;
  double low = 1e-9, high = 1 - 1e-9;  // at 0 and 1 a task that runs on one kind only pays inf x 0
  for (int i = 0; i < steps; ++i) {
    auto const a = low + (high - low) / 3;
    auto const b = high - (high - low) / 3;
    if (area_at(a, costs, cpus, gpus) < area_at(b, costs, cpus, gpus)) {
      low = a;
    } else {
      high = b;
    }
  }
  return area_at((low + high) / 2, costs, cpus, gpus);
}

double area(cost_model const& costs, pool const& cpus, pool const& gpus)
{
  if (cpus.total_speed > 0 && gpus.total_speed > 0) return mixed_area(costs, cpus, gpus);
  auto const& only = cpus.total_speed > 0 ? cpus : gpus;
  double sum       = 0;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    sum += costs.seconds_on(only.kind, static_cast<task_id>(t));
  }
  return sum / only.total_speed;
}

}  // namespace

double lower_bound_seconds(cost_model const& costs)
{
  pool const cpus{costs, resource_kind::cpu};
  pool const gpus{costs, resource_kind::gpu};
  return std::max(critical_path(costs, cpus, gpus), area(costs, cpus, gpus));
}

}  // namespace heddle
