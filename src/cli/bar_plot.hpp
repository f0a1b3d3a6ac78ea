/// @file
/// Makespans side by side, as a page that a browser shows without anything else.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::cli {

/// One bar: a makespan, with the lower bound as a mark on it.
struct makespan_bar {
  std::string label{};
  double makespan_seconds    = 0;
  double lower_bound_seconds = 0;  ///< 0: none
  std::string remark{};            ///< shown behind the bar
};

/// Writes a self-contained HTML page with horizontal bars, the shortest makespan marked. The file
/// appears whole or not at all.
///
/// @throw system_error if it cannot be written
void write_bar_plot(std::filesystem::path const& path, std::string_view title,
                    std::vector<makespan_bar> const& bars);

}  // namespace heddle::cli
