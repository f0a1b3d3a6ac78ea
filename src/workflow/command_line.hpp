/// @file
/// Command lines in workflow files: one string that stands for a program and its arguments.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// Splits a command line into words as a POSIX shell does, with '...', "..." and backslashes, but
/// without expansions of any kind: `$HOME`, `*` and `|` are words like others.
///
/// @return nothing if a quotation is not closed or the line ends with a backslash
[[nodiscard]] std::optional<std::vector<std::string>> split_command_line(std::string_view line);

}  // namespace heddle
