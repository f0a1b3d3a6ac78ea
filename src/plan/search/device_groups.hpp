/// @file
/// The search on a device: thousands of groups at once.
#pragma once

#include "src/plan/search/pace.hpp"
#include "src/plan/search/solution.hpp"
#include "src/plan/search/tick_problem.hpp"
#include "src/plan/technique.hpp"

#include <heddle/device/device.hpp>

#include <memory>
#include <span>
#include <string>

namespace heddle {

/// What a search on a device gives.
struct device_found {
  solution best{};  ///< never worse than the first start
  std::uint64_t evaluations = 0;
  std::string failure{};  ///< what ended the search early, or empty
};

/// Groups as `order_group` has them, a warp for each, as many as half of the device's memory holds,
/// but at most 4096 (or an evaluation budget's worth); in rounds, after each of which the worse
/// half goes on from where the better half is. All is made, judged and kept on the device; between
/// launches of some milliseconds the host looks at the clock, and four times a second it decodes
/// the best in seconds. By evaluations, it gives the same on every device.
///
/// On a simulated device the same bodies run on the CPU. When the device fails, its memory is too
/// small or it does not take a launch, the search ends with what it had found.
///
/// @param starts the best first; not empty
template <class Tick>
[[nodiscard]] device_found search_on_device(std::shared_ptr<device> const& on,
                                            search_setting const& setting,
                                            tick_problem<Tick> const& problem,
                                            planning_limits const& limits,
                                            std::span<solution const> starts);

extern template device_found search_on_device(std::shared_ptr<device> const&, search_setting const&,
                                              tick_problem<std::uint16_t> const&,
                                              planning_limits const&, std::span<solution const>);
extern template device_found search_on_device(std::shared_ptr<device> const&, search_setting const&,
                                              tick_problem<std::uint32_t> const&,
                                              planning_limits const&, std::span<solution const>);

}  // namespace heddle
