/// @file
/// Plans by every algorithm that does not decline.
#pragma once

#include <heddle/plan/plan.hpp>

#include <optional>

namespace heddle::test {

/// None where the algorithm declines. Searches, which would go on as long as they may, look at a
/// thousand schedules, unless the options say otherwise.
inline std::optional<schedule> plan_if_suited(workflow const& w, machine const& m,
                                              plan_options options)
{
  if (options.evaluations == 0) options.evaluations = 1000;
  try {
    return plan(w, m, options);
  } catch (unsuited const&) {
    return std::nullopt;
  }
}

/// Whether a plan may hang on how fast this machine is: a search that the clock may have ended.
inline bool may_hang_on_the_clock(schedule const& s)
{
  return (s.algorithm == "exact" || s.algorithm == "search" || s.algorithm == "auto") && s.gap > 0;
}

}  // namespace heddle::test
