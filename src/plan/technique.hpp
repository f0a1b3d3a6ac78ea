/// @file
/// What `plan` knows of each planning technique. One table holds them all (techniques.cpp).
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/plan/schedule.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// How far a technique may go.
struct planning_limits {
  std::chrono::steady_clock::time_point end{};  ///< for those that improve while time is left
  std::uint64_t seed         = 1;
  std::uint64_t evaluations  = 0;           ///< instead of `end`, for searches; 0: `end` holds
  int threads                = 1;           ///< of those that use several
  double lower_bound_seconds = 0;           ///< no schedule is shorter
  std::span<assignment const> incumbent{};  ///< the best known, as `planned::tasks`; or empty
  std::stop_token stop{};                   ///< asks those that use their time to end
  planning_progress* progress = nullptr;    ///< may be null
  std::span<std::shared_ptr<device> const> devices{};  ///< for those that use any
};

/// What a technique found, with its evidence.
struct planned {
  std::vector<assignment> tasks{};         ///< as `partial_schedule::release` gives them
  double lower_bound_seconds = 0;          ///< proven on the way; 0: nothing
  std::optional<std::string> guarantee{};  ///< a proven ratio that holds for this input
  std::uint64_t evaluations = 1;           ///< whole schedules made
  std::string device{};                    ///< the devices that took part; empty: the CPU alone
  std::string remark{};                    ///< what the user should know, or empty
  double guaranteed_ratio = std::numeric_limits<double>::infinity();  ///< of `guarantee`
};

/// How long a technique is expected to take: a fixed estimate, so that what `auto` tries, and hence
/// its answer, depends on the input and the limit alone. Nanoseconds, measured on one 2 GHz core
/// and rounded up.
struct expected_cost {
  double per_task                   = 0;
  double per_task_and_resource      = 0;
  double per_edge                   = 0;
  double per_task_and_width         = 0;  ///< width: `workflow_width`
  double per_edge_and_resource_pair = 0;
  double per_task_squared           = 0;

  [[nodiscard]] double seconds(cost_model const& costs, std::size_t width) const;
};

/// The most tasks that become ready together if all tasks take the same time: those of one
/// topological level. Takes O(tasks + edges) time.
[[nodiscard]] std::size_t workflow_width(edge_table const& edges);

struct technique {
  planner_info info;

  /// Plans. Is called only where `unsuited` says nothing.
  planned (*make)(cost_model const& costs, planning_limits const& limits);

  expected_cost cost;

  /// Why it cannot plan this workflow on this machine, in words that follow "algorithm x: "; null:
  /// it suits all.
  std::optional<std::string> (*unsuited)(cost_model const& costs) = nullptr;

  /// Goes on until `planning_limits::end` unless it is sure before. `cost` is then what it takes at
  /// least.
  bool anytime = false;

  /// Why not, if not.
  [[nodiscard]] std::optional<std::string> why_not(cost_model const& costs) const
  {
    return unsuited ? unsuited(costs) : std::nullopt;
  }
};

/// All techniques, from the cheapest to the dearest: the order in which `auto` tries them.
[[nodiscard]] std::span<technique const> techniques();

/// A constructor without limits or evidence of its own as a technique.
template <std::vector<assignment> (*construct)(cost_model const&)>
planned plain(cost_model const& costs, planning_limits const&)
{
  return {construct(costs)};
}

}  // namespace heddle
