/// @file
/// The public face of one unit of a simulated machine.
#pragma once

#include "src/device/simulated_dispatcher.hpp"

#include <heddle/device/device.hpp>

#include <cstddef>
#include <memory>

namespace heddle {

[[nodiscard]] std::shared_ptr<device> make_simulated_device(
  std::shared_ptr<simulated_dispatcher> dispatcher, std::size_t unit);

}  // namespace heddle
