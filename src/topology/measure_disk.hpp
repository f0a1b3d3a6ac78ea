/// @file
/// Bandwidth of the disk below a folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace heddle {

struct disk_rates {
  double write_bytes_per_second = 0;
  double read_bytes_per_second  = 0;
};

/// Writes a file of up to `max_bytes` in `folder`, past the page cache where the file system can do
/// that, and reads it back; stops either after a second. The file has no name after it is opened,
/// so that nothing is left of it however this ends.
///
/// @throw system_error if the folder cannot be written or is full
[[nodiscard]] disk_rates measure_disk(std::filesystem::path const& folder, std::size_t max_bytes);

/// Name of the block device that holds a folder ("sda" for a folder on sda1), or an empty string
/// where there is none, as on tmpfs.
[[nodiscard]] std::string disk_of(std::filesystem::path const& folder);

}  // namespace heddle
