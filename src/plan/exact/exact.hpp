/// @file
/// Shortest schedules of small workflows, by branch and bound.
#pragma once

#include "src/plan/exact/search_effort.hpp"
#include "src/plan/technique.hpp"

#include <heddle/cost/cost_model.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace heddle {

/// What a search found.
struct exact_result {
  planned plan{};
  std::uint64_t nodes = 0;
  bool is_proven      = false;  ///< the whole space was searched: the schedule is a shortest one
};

/// Two branch and bounds, starting from the best of HEFT, CPOP, locality and MCT: over the
/// resources of tasks (see `assignment_search`), which may take half of the nodes; if those are not
/// enough, over starts (see `chronological_search`). Within a relative 1e-12, `is_proven` means
/// optimal, and `plan.lower_bound_seconds` is what is proven in any case.
///
/// Takes time exponential in the tasks and at most 2^17 x tasks x memory nodes x 8 bytes.
[[nodiscard]] exact_result search_exactly(cost_model const& costs, search_budget const& budget);

/// The technique: `search_exactly` for the time that is left. So that the answer does not hang on
/// how fast the machine is, the time is turned into nodes at a fixed rate, rounded down to a power
/// of two; the clock ends the search only after four times as long.
[[nodiscard]] planned plan_exactly(cost_model const& costs, planning_limits const& limits);

inline constexpr std::size_t most_exact_tasks  = 30;
inline constexpr int most_exact_resources      = 16;
inline constexpr double exact_nodes_per_second = 2.5e5;  ///< of 16 tasks on 4 resources

/// Why it suits only small workflows without constraints.
[[nodiscard]] std::optional<std::string> unsuited_for_exact(cost_model const& costs);

}  // namespace heddle
