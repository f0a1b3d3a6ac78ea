/// @file
/// Checked access to JSON: every mismatch is an input_error that names the file and the JSON path.
///
/// Strings without escapes are views of the source itself; the others are decoded by simdjson,
/// whose first pass over the document has found all of them closed, free of control characters and
/// UTF-8.
///
/// A `json_value` knows its parent, so that its path is put together only when there is an error to
/// report. Values are read once, in the order of the document (simdjson's On-Demand interface);
/// what is not read must be passed to `check`, so that nothing in a document goes unexamined.
#pragma once

#include "src/workflow/source_text.hpp"

#include <simdjson.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace heddle {

/// One value of a document.
class json_value {
 public:
  json_value(simdjson::ondemand::value value, source_text const& source)
    : value_{value}, source_{&source}
  {
  }
  json_value(simdjson::ondemand::value value, json_value const& parent, std::string_view key)
    : value_{value}, source_{parent.source_}, parent_{&parent}, key_{key}
  {
  }
  json_value(simdjson::ondemand::value value, json_value const& parent, std::size_t index)
    : value_{value}, source_{parent.source_}, parent_{&parent}, index_{index}
  {
  }

  /// Where this value stands, such as `workflow.specification.tasks[3].id`.
  [[nodiscard]] std::string path() const;

  /// @throw input_error always: "FILE: path: message"
  [[noreturn]] void fail(std::string_view message) const;

  [[nodiscard]] bool is_string() { return first_character() == '"'; }

  /// The views that this and `name` return stay valid as long as the document and its source.
  [[nodiscard]] std::string_view string();
  /// A string that is not empty and holds no NUL, as ids, paths and arguments must.
  [[nodiscard]] std::string_view name();
  /// Any string without NUL.
  [[nodiscard]] std::string_view argument();
  [[nodiscard]] double non_negative_number();
  [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most);
  [[nodiscard]] bool boolean();

  /// Calls `use(element)` for every element of this array.
  template <class Use>
  void for_each_element(Use use);

  /// The same after `prepare(number of elements)`, at the price of a second look at the array.
  template <class Prepare, class Use>
  void for_each_element(Prepare prepare, Use use);

  /// Calls `use(key, field)` for every field of this object.
  template <class Use>
  void for_each_field(Use use);

  /// The number of the first key of this object that is among `keys`; none: their number.
  [[nodiscard]] std::size_t find_key(std::span<std::string_view const> keys);

  /// Examines a value that nobody needs.
  void check(int depth = 0);

 private:
  [[nodiscard]] char first_character();
  [[nodiscard]] simdjson::ondemand::array array();
  [[nodiscard]] std::string_view key_of(
    simdjson::simdjson_result<simdjson::ondemand::field>& field);
  [[nodiscard]] std::size_t count_elements(simdjson::ondemand::array& array);
  /// A string without escapes; none: it has some, and is still to be read.
  [[nodiscard]] std::optional<std::string_view> plain_string();
  [[nodiscard]] std::string_view decoded_string();
  [[nodiscard]] std::string_view decoded_argument();
  [[nodiscard]] double number();
  [[nodiscard]] std::string describe_found();
  template <class Use>
  void use_elements(simdjson::ondemand::array& elements, Use& use);
  [[noreturn]] void fail_expected(std::string_view what, simdjson::error_code error);
  [[noreturn]] void fail_syntax(simdjson::error_code error);

  simdjson::ondemand::value value_;
  source_text const* source_;
  json_value const* parent_ = nullptr;  ///< null: the root
  std::string_view key_{};              ///< of a field of an object
  std::size_t index_ = 0;               ///< of an element of an array, whose `key_` is null
};

// ---- what is called for every name of a document, and therefore inlined ----

/// What is between the quotes of a string's token, which may end with white space; none if that
/// differs from what it stands for.
inline std::optional<std::string_view> without_escapes(std::string_view token)
{
  auto closing = token.size() - 1;
  while (token[closing] != '"') --closing;  // at the latest at the opening quote
  if (closing == 0) return std::nullopt;
  auto const text = token.substr(1, closing - 1);
  return text.find('\\') == text.npos ? std::optional{text} : std::nullopt;
}

inline std::optional<std::string_view> json_value::plain_string()
{
  auto const token = value_.raw_json_token();
  // The token is looked at before it is consumed, for the message.
  if (!token.starts_with('"')) fail_expected("a string", simdjson::INCORRECT_TYPE);
  auto const plain = without_escapes(token);
  if (plain) static_cast<void>(value_.get_raw_json_string());
  return plain;
}

inline std::string_view json_value::argument()
{
  auto const plain = plain_string();  // JSON has NUL as an escape only
  return plain ? *plain : decoded_argument();
}

inline std::string_view json_value::name()
{
  auto const text = argument();
  if (text.empty()) fail("must not be empty");
  return text;
}

template <class Use>
void json_value::for_each_element(Use use)
{
  auto elements = array();
  use_elements(elements, use);
}

template <class Prepare, class Use>
void json_value::for_each_element(Prepare prepare, Use use)
{
  auto elements = array();
  prepare(count_elements(elements));
  use_elements(elements, use);
}

template <class Use>
void json_value::use_elements(simdjson::ondemand::array& elements, Use& use)
{
  std::size_t index = 0;
  for (auto element : elements) {
    simdjson::ondemand::value value;
    if (auto const error = std::move(element).get(value)) fail_syntax(error);
    json_value child{value, *this, index++};
    use(child);
  }
}

template <class Use>
void json_value::for_each_field(Use use)
{
  simdjson::ondemand::object object;
  if (auto const error = value_.get_object().get(object)) fail_expected("an object", error);
  for (auto field : object) {
    auto const key = key_of(field);
    simdjson::ondemand::value value;
    if (auto const error = field.value().get(value)) fail_syntax(error);
    json_value child{value, *this, key};
    use(key, child);
  }
}

/// A document whose root is an object. Owns what the views into it refer to, but for the source.
class json_document {
 public:
  explicit json_document(source_text const& source);

  /// The root, from its beginning; values handed out before are void.
  [[nodiscard]] json_value root();

  /// @throw input_error if anything but white space follows the root, once that has been read
  void expect_end();

 private:
  source_text const& source_;
  simdjson::ondemand::parser parser_{simdjson::SIMDJSON_MAXSIZE_BYTES};
  simdjson::ondemand::document document_{};
};

/// A key that an object may have, and what is done with its value.
template <class Target>
struct json_field {
  std::string_view key;
  void (*read)(Target&, json_value&);
};

enum class unknown_keys { refuse, ignore };

/// @throw input_error for a key that none of `known` is, naming the nearest
[[noreturn]] void fail_unknown_key(json_value const& object, std::string_view key,
                                   std::span<std::string_view const> known);

/// Reads an object by tables of its known keys; the first table that has a key gets its value.
///
/// @throw input_error for a key that comes twice, or is unknown while those are refused
template <class Target, class... Tables>
void read_fields(json_value& object, unknown_keys policy, Target& target, Tables const&... tables)
{
  std::uint64_t seen     = 0;
  auto const read_one_of = [&](std::string_view key, json_value& field, auto const& table,
                               std::size_t& number) {
    for (auto const& known : table) {
      if (known.key == key) {
        if ((seen >> number & 1) != 0) field.fail("this key comes twice; keep one of them");
        seen |= std::uint64_t{1} << number;
        known.read(target, field);
        return true;
      }
      ++number;
    }
    return false;
  };
  object.for_each_field([&](std::string_view key, json_value& field) {
    std::size_t number = 0;
    if ((read_one_of(key, field, tables, number) || ...)) return;
    if (policy == unknown_keys::ignore) return field.check();
    std::array<std::string_view, (std::tuple_size_v<Tables> + ...)> known;
    auto* next = known.data();
    ((next = std::transform(tables.begin(), tables.end(), next, [](auto& f) { return f.key; })),
     ...);
    fail_unknown_key(object, key, known);
  });
}

}  // namespace heddle
