#include "src/plan/search/device_search.hpp"

#include "src/plan/search/on_threads.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace heddle {
namespace {

/// Who failed and why, for the user.
std::string remark_on(std::vector<device_found> const& found,
                      std::span<std::shared_ptr<device> const> devices, bool all_failed)
{
  std::string remark;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (found[i].failure.empty()) continue;
    remark += fmt::format("{}{} fails, {}: {}", remark.empty() ? "" : "; ", devices[i]->info().name,
                          all_failed ? "the CPU goes on" : "the others go on", found[i].failure);
  }
  return remark;
}

}  // namespace

template <class Tick>
devices_found search_on_devices(search_setting const& setting, tick_problem<Tick> const& problem,
                                planning_limits const& limits, std::span<solution const> starts,
                                std::stop_source& met)
{
  auto const& devices = limits.devices;
  std::vector<device_found> found(devices.size());
  on_threads(devices.size(), devices.size(), [&](std::size_t i) {
    auto share = limits;
    if (limits.evaluations > 0) {
      share.evaluations = std::max<std::uint64_t>(1, limits.evaluations / devices.size());
    }
    if (i > 0) share.seed = kernels::mixed(limits.seed + i);
    found[i]          = search_on_device(devices[i], setting, problem, share, starts);
    bool const is_met = setting.is_met_by(found[i].best.makespan_seconds);
    if (is_met && limits.evaluations == 0) met.request_stop();
  });
  devices_found all;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (found[i].failure.empty()) all.working.push_back(devices[i]);
    all.evaluations += found[i].evaluations;
    if (found[i].best.makespan_seconds < all.best.makespan_seconds) {
      all.best = std::move(found[i].best);
    }
  }
  all.remark = remark_on(found, devices, all.working.empty());
  return all;
}

template devices_found search_on_devices(search_setting const&, tick_problem<std::uint16_t> const&,
                                         planning_limits const&, std::span<solution const>,
                                         std::stop_source&);
template devices_found search_on_devices(search_setting const&, tick_problem<std::uint32_t> const&,
                                         planning_limits const&, std::span<solution const>,
                                         std::stop_source&);

}  // namespace heddle
