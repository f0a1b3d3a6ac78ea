/// @file
/// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>

namespace heddle {

/// Writes a file under a unique name in the folder of `path`, then renames it to `path`, so that
/// whoever opens `path` sees the old content or all of the new one, and a failure leaves nothing
/// behind. A symbolic link stays and its target is replaced. What cannot be replaced (a device, a
/// pipe) is written directly.
///
/// Not a promise against loss of power: nothing is synchronised to the disk.
///
/// @param write writes the content; exceptions it throws pass through
/// @throw system_error naming the path and the reason
void write_atomically(std::filesystem::path const& path,
                      std::function<void(std::ostream&)> const& write);

}  // namespace heddle
