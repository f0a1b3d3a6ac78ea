/// @file
/// JSON written piece by piece, for documents too large to build in memory.
#pragma once

#include <fmt/format.h>

#include <iosfwd>
#include <string_view>
#include <utility>

namespace heddle {

/// Formats into a buffer that is handed to a stream whenever it is full, and by `flush` at the end.
/// Failures of the stream are left in its state.
class json_text {
 public:
  explicit json_text(std::ostream& out) : out_{out} {}
  json_text(json_text const&)            = delete;
  json_text& operator=(json_text const&) = delete;

  /// Adds text as it is.
  void raw(std::string_view text);

  /// Adds a string in quotes. Invalid UTF-8 becomes U+FFFD, and `<` is escaped, so that the
  /// document may stand inside an HTML element.
  void string(std::string_view text);

  /// Adds a number; null if it is not finite.
  void number(double value);

  template <class... T>
  void format(fmt::format_string<T...> pattern, T&&... values)
  {
    fmt::format_to(std::back_inserter(buffer_), pattern, std::forward<T>(values)...);
    flush_if_full();
  }

  /// Hands over what is left.
  void flush();

 private:
  void flush_if_full();

  std::ostream& out_;
  fmt::memory_buffer buffer_;
};

}  // namespace heddle
