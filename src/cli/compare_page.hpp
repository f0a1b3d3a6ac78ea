/// @file
/// `heddle compare --html`: all algorithms in one picture.
#pragma once

#include <heddle/plan/schedule.hpp>

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::cli {

/// What one algorithm gave, without its tasks.
struct compared {
  std::string algorithm{};
  std::optional<schedule> plan{};
  std::string unsuited{};  ///< why there is no plan
};

/// Writes a page that needs nothing else: a bar per algorithm, the lower bound as a line through
/// them, a table. `all` starts with a plan.
void write_compare_page(std::vector<compared> const& all, std::string_view machine_name,
                        std::ostream& out);

}  // namespace heddle::cli
