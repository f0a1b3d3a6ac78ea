#include "src/topology/json_cursor.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

namespace heddle {
namespace {

using nlohmann::json;

constexpr int max_depth = 64;

/// Watches the parser: the members seen so far of every object that is open.
class strict_watch {
 public:
  explicit strict_watch(std::string_view file) : file_{file} {}

  bool operator()(int depth, json::parse_event_t event, json const& parsed)
  {
    using enum json::parse_event_t;
    if (depth > max_depth) {
      throw input_error{
        fmt::format("{}: nested deeper than {} levels; no platform file is", file_, max_depth)};
    }
    if (event == object_start) members_.emplace_back();
    if (event == object_end) members_.pop_back();
    if (event == key) see(parsed.get_ref<std::string const&>());
    return true;
  }

 private:
  void see(std::string const& name)
  {
    if (members_.back().insert(name).second) return;
    throw input_error{
      fmt::format("{}: the member \"{}\" occurs twice in one object; remove one", file_, name)};
  }

  std::string_view file_;
  std::vector<std::set<std::string>> members_{};
};

/// The library's message without its own number: "parse error at line 3, column 7: ...".
std::string_view plain_message(json::exception const& e)
{
  std::string_view const what = e.what();
  auto const bracket          = what.find("] ");
  return bracket == what.npos ? what : what.substr(bracket + 2);
}

}  // namespace

json parse_strictly(std::string_view text, std::string_view file)
{
  try {
    // By reference: the library copies its callback.
    strict_watch watch{file};
    return json::parse(text, std::ref(watch));
  } catch (json::exception const& e) {
    throw input_error{
      fmt::format("{}: {}; check that the file is complete and is JSON", file, plain_message(e))};
  }
}

json_cursor::json_cursor(json const& root, std::string_view file) : json_cursor{root, file, "$"} {}

json_cursor::json_cursor(json const& value, std::string_view file, std::string path)
  : value_{&value}, file_{file}, path_{std::move(path)}
{
}

void json_cursor::fail(std::string const& what) const
{
  throw input_error{fmt::format("{}: {}: {}", file_, path_, what)};
}

void json_cursor::fail_type(char const* expected) const
{
  fail(fmt::format("expected {}, found {}; correct the value", expected, value_->type_name()));
}

json_cursor json_cursor::operator[](char const* key) const
{
  if (auto found = find(key)) return *found;
  fail(fmt::format("\"{}\" is missing; add it", key));
}

std::optional<json_cursor> json_cursor::find(char const* key) const
{
  if (!value_->is_object()) fail_type("an object");
  auto const found = value_->find(key);
  if (found == value_->end()) return std::nullopt;
  return json_cursor{*found, file_, path_ + '.' + key};
}

void json_cursor::expect_members(std::initializer_list<char const*> known) const
{
  if (!value_->is_object()) fail_type("an object");
  for (auto const& [key, value] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    fail(fmt::format("unknown member \"{}\"; known are: {}", key, fmt::join(known, ", ")));
  }
}

std::size_t json_cursor::size() const
{
  if (!value_->is_array()) fail_type("an array");
  return value_->size();
}

json_cursor json_cursor::element(std::size_t index) const
{
  return {(*value_)[index], file_, fmt::format("{}[{}]", path_, index)};
}

void json_cursor::expect_true() const
{
  if (!value_->is_boolean()) fail_type("true");
  if (!value_->get<bool>()) fail("false is not known; only true is");
}

std::string json_cursor::text() const
{
  if (!value_->is_string()) fail_type("a string");
  return value_->get<std::string>();
}

std::string json_cursor::non_empty_text() const
{
  auto result = text();
  if (result.empty()) fail("must not be empty; give it a name");
  return result;
}

double json_cursor::number() const
{
  if (!value_->is_number()) fail_type("a number");
  return value_->get<double>();
}

double json_cursor::positive() const
{
  auto const x = number();
  if (!(x > 0) || !std::isfinite(x)) fail(fmt::format("{} must be above 0; correct it", x));
  return x;
}

double json_cursor::non_negative() const
{
  auto const x = number();
  if (!(x >= 0) || !std::isfinite(x)) fail(fmt::format("{} must not be negative; correct it", x));
  return x;
}

int json_cursor::integer(int least, int most) const
{
  auto const x = number();
  if (std::trunc(x) != x || x < least || x > most) {
    fail(fmt::format("{} must be an integer from {} to {}; correct it", x, least, most));
  }
  return static_cast<int>(x);
}

}  // namespace heddle
