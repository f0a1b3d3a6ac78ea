/// @file
/// The text of a file, with the padding that the JSON parser reads beyond its end.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace heddle {

/// Memory for a text that is about to be written, and may be huge: a large one asks the system for
/// huge pages, because a page fault takes longer than to fill the page.
class text_memory {
 public:
  explicit text_memory(std::size_t size);

  [[nodiscard]] char* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct free_it {
    void operator()(char* data) const noexcept { std::free(data); }
  };

  std::size_t size_;
  std::unique_ptr<char, free_it> data_;
};

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
  /// The first `size` bytes of `memory` are the text; there is room for the padding.
  source_text(std::string name, text_memory memory, std::size_t size);

  std::string name_;
  text_memory memory_;
  std::size_t size_;
};

}  // namespace heddle
