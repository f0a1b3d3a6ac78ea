/// @file
/// A place in a JSON document that knows its path, so that every complaint about it names file and
/// path: `p.json: $.nodes[3].speed: expected a number, found a string; ...`.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace heddle {

/// Parses JSON, but refuses what the library lets pass: nesting deeper than 64 levels and members
/// that occur twice in one object.
///
/// @throw input_error naming `file` and the line, or the JSON path
[[nodiscard]] nlohmann::json parse_strictly(std::string_view text, std::string_view file);

/// Refers to the document and the file name, which must outlive it. Reading members never changes
/// the document. All functions throw `input_error` if the value is not what they are asked for.
class json_cursor {
 public:
  json_cursor(nlohmann::json const& root, std::string_view file);

  /// Throws what is wrong and what to do, after file and path.
  [[noreturn]] void fail(std::string const& what) const;

  /// The value of a member that must be there.
  [[nodiscard]] json_cursor operator[](char const* key) const;

  /// The value of a member that may be missing.
  [[nodiscard]] std::optional<json_cursor> find(char const* key) const;

  /// Refuses members other than these, which are most likely misspelt.
  void expect_members(std::initializer_list<char const*> known) const;

  /// Elements of an array.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] json_cursor element(std::size_t index) const;

  [[nodiscard]] bool is_null() const { return value_->is_null(); }
  [[nodiscard]] bool is_number() const { return value_->is_number(); }
  [[nodiscard]] bool is_object() const { return value_->is_object(); }
  [[nodiscard]] bool is_text() const { return value_->is_string(); }

  /// For members that must be true if they are there.
  void expect_true() const;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string non_empty_text() const;
  [[nodiscard]] double positive() const;      ///< finite
  [[nodiscard]] double non_negative() const;  ///< finite
  [[nodiscard]] int integer(int least, int most = std::numeric_limits<int>::max()) const;

 private:
  json_cursor(nlohmann::json const& value, std::string_view file, std::string path);
  [[noreturn]] void fail_type(char const* expected) const;
  [[nodiscard]] double number() const;

  nlohmann::json const* value_;
  std::string_view file_;
  std::string path_;
};

/// The value of a member that may be missing: `fallback` then, else what `read` makes of it.
template <class T, class Read>
[[nodiscard]] T value_or(json_cursor const& at, char const* key, T fallback, Read read)
{
  auto const found = at.find(key);
  return found ? ((*found).*read)() : fallback;
}

}  // namespace heddle
