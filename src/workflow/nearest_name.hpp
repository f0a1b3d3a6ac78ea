/// @file
/// The known name that a misspelt one was probably meant to be, for error messages.
#pragma once

#include <span>
#include <string_view>

namespace heddle {

/// The element of `known` with the smallest edit distance from `name`; the first of several.
/// `known` must not be empty. Takes O(known * length^2) time, with lengths cut off at 64.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            std::span<std::string_view const> known);

}  // namespace heddle
