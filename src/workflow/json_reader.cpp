#include "src/workflow/json_reader.hpp"

#include "src/workflow/nearest_name.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace heddle {

using simdjson::error_code;

std::string json_value::path() const
{
  std::vector<json_value const*> chain;
  for (auto const* v = this; v->parent_ != nullptr; v = v->parent_) chain.push_back(v);
  std::string path;
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    if ((*link)->key_.data() == nullptr) {
      path += fmt::format("[{}]", (*link)->index_);
    } else {
      if (!path.empty()) path += '.';
      path += (*link)->key_;
    }
  }
  return path;
}

void json_value::fail(std::string_view message) const
{
  if (parent_ == nullptr) throw input_error{fmt::format("{}: {}", source_->name(), message)};
  throw input_error{fmt::format("{}: {}: {}", source_->name(), path(), message)};
}

char json_value::first_character()
{
  auto const token = value_.raw_json_token();
  return token.empty() ? '\0' : token[0];
}

std::string json_value::describe_found()
{
  switch (first_character()) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    default:
      break;
  }
  auto const token              = value_.raw_json_token();
  constexpr std::size_t longest = 30;
  auto const end                = token.find_first_of(" \t\r\n");
  return std::string{token.substr(0, std::min(end, longest))};
}

void json_value::fail_expected(std::string_view what, error_code error)
{
  if (error == simdjson::INCORRECT_TYPE || error == simdjson::NUMBER_ERROR) {
    fail(fmt::format("expected {}, found {}", what, describe_found()));
  }
  fail_syntax(error);
}

void json_value::fail_syntax(error_code error)
{
  char const* position = nullptr;
  auto const known     = value_.current_location().get(position) == simdjson::SUCCESS;
  auto const where = known ? fmt::format(" at or before line {}", source_->line_of(position)) : "";
  fail(fmt::format("not well-formed JSON{}: {}", where, simdjson::error_message(error)));
}

std::string_view json_value::decoded_string()
{
  std::string_view text;
  if (auto const error = value_.get_string().get(text)) fail_syntax(error);
  return text;
}

std::string_view json_value::string()
{
  auto const plain = plain_string();
  return plain ? *plain : decoded_string();
}

std::string_view json_value::decoded_argument()
{
  auto const text = decoded_string();
  if (text.find('\0') != text.npos) fail("holds a NUL character; take it out");
  return text;
}

std::string_view json_value::key_of(simdjson::simdjson_result<simdjson::ondemand::field>& field)
{
  simdjson::ondemand::raw_json_string raw;
  if (auto const error = field.key().get(raw)) fail_syntax(error);
  auto const* end = raw.raw();
  while (*end != '"' && *end != '\\') ++end;  // there is one: simdjson's first pass has seen it
  if (*end == '"') return {raw.raw(), end};
  std::string_view key;
  if (auto const error = field.unescaped_key().get(key)) fail_syntax(error);
  return key;
}

double json_value::number()
{
  double number    = 0;
  auto const error = value_.get_double().get(number);
  if (error) fail_expected("a number that a double can hold", error);
  if (!std::isfinite(number)) fail("too large for a double");
  return number;
}

double json_value::non_negative_number()
{
  auto const found = number();
  if (found < 0) fail(fmt::format("must not be negative, but is {}", found));
  return found + 0.0;  // -0.0 becomes 0.0
}

std::int64_t json_value::integer(std::int64_t least, std::int64_t most)
{
  auto const found = number();
  if (std::trunc(found) != found || found < static_cast<double>(least) ||
      found > static_cast<double>(most)) {
    fail(fmt::format("expected an integer from {} to {}, found {}", least, most, found));
  }
  return static_cast<std::int64_t>(found);
}

bool json_value::boolean()
{
  bool found = false;
  if (auto const error = value_.get_bool().get(found)) fail_expected("true or false", error);
  return found;
}

simdjson::ondemand::array json_value::array()
{
  simdjson::ondemand::array elements;
  if (auto const error = value_.get_array().get(elements)) fail_expected("an array", error);
  return elements;
}

std::size_t json_value::count_elements(simdjson::ondemand::array& elements)
{
  std::size_t count = 0;
  if (auto const error = elements.count_elements().get(count)) fail_syntax(error);
  return count;
}

std::size_t json_value::find_key(std::span<std::string_view const> keys)
{
  simdjson::ondemand::object object;
  if (auto const error = value_.get_object().get(object)) fail_expected("an object", error);
  for (auto field : object) {
    auto const found = std::ranges::find(keys, key_of(field));
    if (found != keys.end()) return static_cast<std::size_t>(found - keys.begin());
  }
  return keys.size();
}

void json_value::check(int depth)
{
  constexpr int deepest = 64;
  if (depth > deepest) fail(fmt::format("nested deeper than {} levels", deepest));
  bool is_null = false;
  switch (first_character()) {
    case '{':
      return for_each_field([&](auto, json_value& field) { field.check(depth + 1); });
    case '[':
      return for_each_element([&](json_value& element) { element.check(depth + 1); });
    case '"':
      static_cast<void>(string());
      return;
    case 't':
    case 'f':
      static_cast<void>(boolean());
      return;
    case 'n':
      if (auto const error = value_.is_null().get(is_null)) fail_expected("null", error);
      if (!is_null) fail_expected("null", simdjson::INCORRECT_TYPE);
      return;
    default:
      static_cast<void>(number());
  }
}

json_document::json_document(source_text const& source) : source_{source}
{
  auto const text = source.text();
  simdjson::padded_string_view const padded{text, text.size() + source_text::padding};
  if (auto const error = parser_.iterate(padded).get(document_)) {
    throw input_error{
      fmt::format("{}: not well-formed JSON: {}", source.name(), simdjson::error_message(error))};
  }
}

json_value json_document::root()
{
  document_.rewind();
  simdjson::ondemand::value root;
  if (auto const error = document_.get_value().get(root)) {
    throw input_error{
      fmt::format("{}: not well-formed JSON: {}", source_.name(), simdjson::error_message(error))};
  }
  return {root, source_};
}

void json_document::expect_end()
{
  char const* position = nullptr;
  if (document_.current_location().get(position) != simdjson::OUT_OF_BOUNDS) {
    throw input_error{fmt::format("{}: something follows the end of the JSON document; take it out",
                                  source_.name())};
  }
}

void fail_unknown_key(json_value const& object, std::string_view key,
                      std::span<std::string_view const> known)
{
  object.fail(
    fmt::format("unknown key \"{}\"; did you mean \"{}\"?", key, nearest_name(key, known)));
}

}  // namespace heddle
