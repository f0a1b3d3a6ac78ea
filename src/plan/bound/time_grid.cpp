#include "src/plan/bound/time_grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace heddle {
namespace {

/// The greatest common divisor of times, in ticks.
class common_divisor {
 public:
  static constexpr double ticks_per_second = 1024;

  void see(double time)
  {
    if (std::isinf(time)) return;  // cannot run there
    auto const ticks = time * ticks_per_second;
    sum_ += ticks;
    if (!is_exact() || ticks != std::floor(ticks)) {
      is_none_ = true;
    } else {
      divisor_ = std::gcd(divisor_, static_cast<std::int64_t>(ticks));
    }
  }

  [[nodiscard]] bool is_none() const { return is_none_; }

  /// 0: none.
  [[nodiscard]] double time() const
  {
    return is_none_ ? 0 : static_cast<double>(divisor_) / ticks_per_second;
  }

 private:
  /// No schedule that starts each task as early as it can has a time beyond the sum of all.
  [[nodiscard]] bool is_exact() const { return sum_ < 0x1p53; }

  std::int64_t divisor_ = 0;
  double sum_           = 0;
  bool is_none_         = false;
};

/// One resource of each kind and speed.
std::vector<int> different_resources(cost_model const& costs)
{
  auto const speeds = costs.speeds();
  std::vector<int> chosen;
  for (int r = 0; r < costs.num_resources(); ++r) {
    auto const is_same = [&](int other) {
      return costs.kind(r) == costs.kind(other) &&
             speeds[static_cast<std::size_t>(r)] == speeds[static_cast<std::size_t>(other)];
    };
    if (std::none_of(chosen.begin(), chosen.end(), is_same)) chosen.push_back(r);
  }
  return chosen;
}

void see_executions(cost_model const& costs, common_divisor& times)
{
  auto const resources = different_resources(costs);
  for (std::size_t t = 0; t < costs.num_tasks() && !times.is_none(); ++t) {
    for (auto const r : resources) times.see(costs.execution_seconds(static_cast<task_id>(t), r));
  }
}

void see_transfers(cost_model const& costs, common_divisor& times)
{
  auto const& bytes = costs.edges().successor_bytes;
  for (std::size_t e = 0; e < bytes.size() && !times.is_none(); ++e) {
    times.see(costs.node_transfer_seconds(bytes[e], 0, 1));
  }
}

}  // namespace

double time_grid(cost_model const& costs)
{
  if (!costs.is_plain()) return 0;  // other times may matter: releases, waiting for more cores
  common_divisor times;
  see_executions(costs, times);
  if (costs.num_memory_nodes() > 1) {
    if (!costs.uniform_links()) return 0;
    see_transfers(costs, times);
  }
  return times.time();
}

double rounded_up(double time, double grid)
{
  constexpr double errors = 1e-9;  // relative: far more than sums of so many times gather
  return grid > 0 ? std::max(time, std::ceil(time * (1 - errors) / grid) * grid) : time;
}

}  // namespace heddle
