/// @file
/// Formatted output of documents that may be larger than memory should hold as text.
#pragma once

#include <fmt/format.h>

#include <ostream>
#include <string_view>
#include <utility>

namespace heddle {

/// Collects text and hands it to a stream in large pieces. Numbers keep full double precision in
/// their shortest form.
class document_writer {
 public:
  explicit document_writer(std::ostream& out) : out_{out} {}

  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args)
  {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Args>(args)...);
    if (buffer_.size() >= piece_bytes) flush();
  }

  /// `text` in quotes, escaped as JSON.
  ///
  /// @throw not_supported if it is not UTF-8
  void print_json_string(std::string_view text);

  /// Must be called after the last print.
  void flush();

 private:
  static constexpr std::size_t piece_bytes = 1 << 16;

  std::ostream& out_;
  fmt::memory_buffer buffer_;
};

/// What stands before the elements of a list: nothing before the first, then commas.
class list_separator {
 public:
  std::string_view next() { return std::exchange(text_, ","); }

 private:
  std::string_view text_{};
};

}  // namespace heddle
