/// @file
/// Numbers with units, for people.
#pragma once

#include <string>

namespace heddle {

[[nodiscard]] std::string bytes_text(double bytes);            ///< "35.8 MiB", in powers of 1024
[[nodiscard]] std::string rate_text(double bytes_per_second);  ///< "12.3 GB/s", in powers of 1000
[[nodiscard]] std::string seconds_text(double seconds);        ///< "0.1 us"

}  // namespace heddle
