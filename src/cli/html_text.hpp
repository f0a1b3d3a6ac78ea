/// @file
/// Text in HTML pages.
#pragma once

#include <string>
#include <string_view>

namespace heddle::cli {

/// For elements and quoted attributes.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace heddle::cli
