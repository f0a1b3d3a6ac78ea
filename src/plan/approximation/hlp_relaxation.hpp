/// @file
/// The linear relaxation behind HLP: each task splits itself between CPU and GPU.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <vector>

namespace heddle {

struct hlp_relaxation {
  std::vector<double> gpu_share{};  ///< [tasks]
  double value       = 0;           ///< the largest of the loads and the longest path
  double lower_bound = 0;           ///< proven, for every schedule, whatever it transfers
};

/// See `plan_by_hlp`.
[[nodiscard]] hlp_relaxation relax_by_hlp(cost_model const& costs);

}  // namespace heddle
