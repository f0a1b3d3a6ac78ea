#include "src/workflow/dot_tokens.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace heddle {
namespace {

bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Only \" and a backslash at the end of a line mean something else than themselves.
bool has_escapes(std::string_view quotation)
{
  return quotation.find("\\\"") != quotation.npos || quotation.find("\\\n") != quotation.npos;
}

std::string unescape(std::string_view quotation)
{
  std::string text;
  for (std::size_t i = 0; i < quotation.size(); ++i) {
    auto const escapes = quotation[i] == '\\' && i + 1 < quotation.size();
    if (escapes && quotation[++i] == '\n') continue;
    if (escapes && quotation[i] != '"') text += '\\';
    text += quotation[i];
  }
  return text;
}

}  // namespace

bool dot_token::is_keyword(std::string_view keyword) const
{
  auto const same = [](char a, char b) { return (a | 0x20) == b; };
  return what == kind::word && std::ranges::equal(text, keyword, same);
}

dot_tokens::dot_tokens(source_text const& source)
  : source_{source}, at_{source.text().data()}, end_{at_ + source.text().size()}
{
  auto const text = source.text();
  if (!simdjson::validate_utf8(text) || text.find('\0') != text.npos) {
    throw input_error{fmt::format("{}: holds NUL or bytes that are not UTF-8", source.name())};
  }
  next_ = scan();
}

dot_token dot_tokens::take()
{
  auto const taken = next_;
  if (taken.what != dot_token::kind::end) next_ = scan();
  return taken;
}

void dot_tokens::fail(dot_token const& at, std::string_view message) const
{
  throw input_error{
    fmt::format("{}:{}: {}", source_.name(), source_.line_of(at.position), message)};
}

void dot_tokens::skip_blanks_and_comments()
{
  auto const rest     = [this] { return std::string_view{at_, end_}; };
  auto const at_start = [this] { return at_ == source_.text().data() || at_[-1] == '\n'; };
  for (;;) {
    at_ = std::find_if_not(at_, end_, is_blank);
    if (rest().starts_with("//") || (rest().starts_with('#') && at_start())) {
      at_ = std::find(at_, end_, '\n');
    } else if (rest().starts_with("/*")) {
      auto const close = rest().find("*/", 2);
      if (close == std::string_view::npos) fail({{}, {}, at_}, "this comment is not closed");
      at_ += close + 2;
    } else {
      return;
    }
  }
}

dot_token dot_tokens::scan()
{
  using enum dot_token::kind;
  skip_blanks_and_comments();
  if (at_ == end_) return {end, {}, at_};
  auto const rest = std::string_view{at_, end_};
  if (rest.front() == '"') return scan_quoted();
  if (rest.starts_with("->") || rest.starts_with("--")) {
    at_ += 2;
    return {rest[1] == '>' ? arrow : line, rest.substr(0, 2), at_ - 2};
  }
  if (is_letter(*at_) || is_digit(*at_) || *at_ == '.' || *at_ == '-') return scan_word();
  if (*at_ == '<') fail({{}, {}, at_}, "HTML-like ids are not supported; use a quoted id");
  return {symbol, rest.substr(0, 1), at_++};
}

/// A name, or a number. Exponents, which DOT does not know, are understood, so that nothing written
/// by hand is cut in two.
dot_token dot_tokens::scan_word()
{
  auto const* const begin = at_;
  auto const skip_digits  = [this] {
    at_ = std::find_if_not(at_, end_, [](char c) { return is_digit(c) || c == '.'; });
  };
  if (is_letter(*at_)) {
    at_ = std::find_if_not(at_, end_, [](char c) { return is_letter(c) || is_digit(c); });
    return {dot_token::kind::word, {begin, at_}, begin};
  }
  ++at_;
  skip_digits();
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    skip_digits();
  }
  if (at_ != end_ && is_letter(*at_)) {
    fail({{}, {}, at_},
         "a number runs into a name; put a blank between them, or quotes around both");
  }
  return {dot_token::kind::word, {begin, at_}, begin};
}

/// What stands between quotes, as it is. The character after a backslash never ends it.
std::string_view dot_tokens::scan_quotation()
{
  auto const* const begin = ++at_;
  while (at_ != end_ && *at_ != '"') at_ += *at_ == '\\' && at_ + 1 != end_ ? 2 : 1;
  if (at_ == end_) fail({{}, {}, begin}, "this quotation is not closed");
  return {begin, at_++};
}

/// Quotations that "+" puts together are one word.
dot_token dot_tokens::scan_quoted()
{
  dot_token token{dot_token::kind::quoted, {}, at_};
  token.text = scan_quotation();
  if (has_escapes(token.text)) token.text = unescaped_.emplace_back(unescape(token.text));
  std::string* sum = nullptr;
  for (skip_blanks_and_comments(); at_ != end_ && *at_ == '+'; skip_blanks_and_comments()) {
    ++at_;
    skip_blanks_and_comments();
    if (at_ == end_ || *at_ != '"') fail({{}, {}, at_}, "expected a quotation after +");
    if (sum == nullptr) sum = &unescaped_.emplace_back(token.text);
    *sum += unescape(scan_quotation());
    token.text = *sum;
  }
  return token;
}

}  // namespace heddle
