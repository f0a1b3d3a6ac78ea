#include <heddle/device/simulated.hpp>

#include "src/device/simulated_device.hpp"
#include "src/device/simulated_dispatcher.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

namespace heddle {
namespace {

void check_positive(std::size_t unit, std::string_view what, double value)
{
  if (value > 0 && std::isfinite(value)) return;
  throw invalid_argument{
    fmt::format("simulated_machine: unit {}: {} is {}, and must be positive", unit, what, value)};
}

void check_unit(std::size_t i, simulated_unit const& unit)
{
  check_positive(i, "memory_bytes", static_cast<double>(unit.memory_bytes));
  check_positive(i, "speed", unit.speed);
  check_positive(i, "to_device_bytes_per_second", unit.to_device_bytes_per_second);
  check_positive(i, "from_device_bytes_per_second", unit.from_device_bytes_per_second);
  check_positive(i, "peer_bytes_per_second", unit.peer_bytes_per_second);
  if (!(unit.copy_latency_seconds >= 0)) check_positive(i, "copy_latency_seconds", -1);
}

void check_probability(std::string_view what, double value)
{
  if (value >= 0 && value <= 1) return;
  throw invalid_argument{
    fmt::format("simulated_machine: faults.{} is {}, and must be in 0 to 1", what, value)};
}

simulated_options checked(simulated_options options)
{
  if (options.units.empty()) throw invalid_argument{"simulated_machine: it has no units"};
  for (std::size_t i = 0; i < options.units.size(); ++i) check_unit(i, options.units[i]);
  check_probability("sticky_error", options.faults.sticky_error);
  check_probability("out_of_memory", options.faults.out_of_memory);
  check_probability("lost_callback", options.faults.lost_callback);
  check_probability("hang", options.faults.hang);
  return options;
}

}  // namespace

class simulated_machine::state : public simulated_dispatcher {
 public:
  using simulated_dispatcher::simulated_dispatcher;
};

simulated_machine::simulated_machine(simulated_options options)
  : state_{std::make_shared<state>(checked(std::move(options)))}
{
  for (std::size_t unit = 0; unit < state_->options().units.size(); ++unit)
    devices_.push_back(make_simulated_device(state_, unit));
}

simulated_usage simulated_machine::usage()
{
  return state_->usage();
}

double simulated_machine::modelled_seconds() const
{
  return state_->modelled_seconds();
}

}  // namespace heddle
