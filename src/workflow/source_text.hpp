/// @file
/// The text of a file, with the padding that the JSON parser reads beyond its end.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace heddle {

/// A text and the name it has in messages. Immutable once made.
class source_text {
 public:
  /// Reads a file, or standard input if `path` is "-".
  ///
  /// @throw system_error if it cannot be read
  static source_text read(std::filesystem::path const& path);

  static source_text copy_of(std::string_view text, std::string_view name);

  [[nodiscard]] std::string const& name() const noexcept { return name_; }

  /// The text without a byte order mark; at least `padding` readable bytes follow it.
  [[nodiscard]] std::string_view text() const noexcept;

  /// The number of the line that holds `position`, counted from 1.
  [[nodiscard]] std::size_t line_of(char const* position) const;

  static constexpr std::size_t padding = 64;

 private:
  source_text(std::string name, std::string padded)
    : name_{std::move(name)}, padded_{std::move(padded)}
  {
  }

  std::string name_;
  std::string padded_;  ///< the text and `padding` zeros
};

}  // namespace heddle
