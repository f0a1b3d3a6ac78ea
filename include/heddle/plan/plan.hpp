/// @file
/// Planners: from a workflow and a machine to a schedule.
#pragma once

#include <heddle/base/units.hpp>
#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace heddle {

struct plan_options {
  std::string_view algorithm = "auto";  ///< one of `planners()`
  seconds time_limit{0.1};
  std::uint64_t seed = 1;
};

struct planner_info {
  std::string_view name;
  std::string_view description;  ///< one line, with the paper it follows
};

/// All planners; "auto" comes first.
[[nodiscard]] std::span<planner_info const> planners();

/// Plans `w` on `m`. The result is valid (`check_schedule`) and carries lower bound and gap.
///
/// @throw input_error if the algorithm is unknown, or as `cost_model` does
[[nodiscard]] schedule plan(workflow const& w, machine const& m, plan_options options = {});

}  // namespace heddle
