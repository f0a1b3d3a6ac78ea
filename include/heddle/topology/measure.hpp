/// @file
/// Measured bandwidths of this machine.
#pragma once

#include <heddle/topology/machine.hpp>

#include <filesystem>

namespace heddle {

/// Measures memory, disk (in `folder`) and, where there are GPUs, host-device bandwidths of this
/// machine and fills them in. Takes a few seconds; uses up to 1 GiB of memory and 256 MiB of disk,
/// which it frees again.
///
/// @throw system_error if `folder` cannot be written
void measure_bandwidths(machine& here, std::filesystem::path const& folder);

}  // namespace heddle
