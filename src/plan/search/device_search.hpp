/// @file
/// The search on several devices at once.
#pragma once

#include "src/plan/search/device_groups.hpp"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace heddle {

/// What all devices give.
struct devices_found {
  solution best{};  ///< also what those found that failed
  std::uint64_t evaluations = 0;
  std::vector<std::shared_ptr<device>> working{};  ///< those that did not fail
  std::string remark{};                            ///< why the others did, or empty
};

/// `search_on_device` on all of `limits.devices`, each on a thread of its own and from a seed of
/// its own; an evaluation budget is shared evenly.
///
/// @param met asked to stop by the first that meets the lower bound, but by evaluations, where what
///            one finds must not hang on when another ends; `limits.stop` is of it
template <class Tick>
[[nodiscard]] devices_found search_on_devices(search_setting const& setting,
                                              tick_problem<Tick> const& problem,
                                              planning_limits const& limits,
                                              std::span<solution const> starts,
                                              std::stop_source& met);

extern template devices_found search_on_devices(search_setting const&,
                                                tick_problem<std::uint16_t> const&,
                                                planning_limits const&, std::span<solution const>,
                                                std::stop_source&);
extern template devices_found search_on_devices(search_setting const&,
                                                tick_problem<std::uint32_t> const&,
                                                planning_limits const&, std::span<solution const>,
                                                std::stop_source&);

}  // namespace heddle
