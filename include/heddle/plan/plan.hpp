/// @file
/// Planners: from a workflow and a machine to a schedule.
#pragma once

#include <heddle/base/error.hpp>
#include <heddle/base/units.hpp>
#include <heddle/cost/cost_model.hpp>
#include <heddle/device/device.hpp>
#include <heddle/plan/planning_progress.hpp>
#include <heddle/plan/schedule.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace heddle {

inline constexpr int most_planning_threads = 1024;

struct plan_options {
  std::string_view algorithm = "auto";  ///< one of `planners()`
  seconds time_limit{0.1};
  std::uint64_t seed = 1;
  machine_state state{};  ///< of the machine when the plan begins

  /// Schedules that "search" looks at, beside those it begins with, instead of a time: the answer
  /// then hangs on the seed alone, not on the clock or the number of threads. 0: the time limit.
  std::uint64_t evaluations = 0;
  int threads               = 1;  ///< that "search" uses, from 1 to `most_planning_threads`

  /// Ends the planning early, with the best that was found; a constructor that has begun ends
  /// first.
  std::stop_token stop{};
  /// GPUs on which "search" searches, all at once; they do not know constraints, more than 128
  /// resources, or, of more than 16, links that are not equal, nor links that are more than 2^15
  /// times as fast as others. Of `threads`, one waits
  /// for each device, and those that are left search on the CPU beside them; by `evaluations`, the
  /// devices search alone. When one fails, the others go on, and when all do, the CPU; the
  /// schedule's `remark` says so.
  std::vector<std::shared_ptr<device>> devices{};

  planning_progress* progress = nullptr;  ///< to be kept up to date; must outlive the planning
};

/// An algorithm that cannot plan this workflow on this machine; `what()` says why.
struct unsuited : input_error {
  using input_error::input_error;
};

struct planner_info {
  std::string_view name;
  std::string_view description;  ///< one line, with the paper it follows
};

/// All planners; "auto" comes first.
[[nodiscard]] std::span<planner_info const> planners();

/// Plans `w` on `m`. The result is valid (`check_schedule`) and carries lower bound and gap.
///
/// @throw unsuited    if the algorithm cannot plan this workflow on this machine; "auto" can
/// @throw input_error if the algorithm is unknown, or as `cost_model` does
/// @throw invalid_argument if `threads` is out of its range
[[nodiscard]] schedule plan(workflow const& w, machine const& m, plan_options options = {});

}  // namespace heddle
