#include "src/trace/json_text.hpp"

#include <cmath>
#include <ostream>

namespace heddle {
namespace {

constexpr std::size_t full_bytes = 1 << 16;

unsigned char byte_at(std::string_view text, std::size_t i)
{
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

bool is_continuation(unsigned char byte)
{
  return (byte & 0xc0) == 0x80;
}

/// Number of bytes of the well-formed UTF-8 character that `text` begins with; 0 if it is not one
/// (table 3-7 of the Unicode standard).
std::size_t utf8_length(std::string_view text)
{
  auto const first  = byte_at(text, 0);
  auto const second = byte_at(text, 1);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !is_continuation(second)) return 0;
  if (first < 0xe0) return 2;
  if (!is_continuation(byte_at(text, 2))) return 0;
  if (first < 0xf0) {
    bool const overlong  = first == 0xe0 && second < 0xa0;
    bool const surrogate = first == 0xed && second > 0x9f;
    return overlong || surrogate ? 0 : 3;
  }
  bool const overlong  = first == 0xf0 && second < 0x90;
  bool const too_large = first == 0xf4 && second > 0x8f;
  return overlong || too_large || !is_continuation(byte_at(text, 3)) ? 0 : 4;
}

bool needs_escape(char c)
{
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == '<' || c == 0x7f;
}

}  // namespace

void json_text::raw(std::string_view text)
{
  buffer_.append(text);
  flush_if_full();
}

void json_text::string(std::string_view text)
{
  buffer_.push_back('"');
  for (std::size_t i = 0; i < text.size();) {
    auto const length = utf8_length(text.substr(i));
    if (length == 0) {
      buffer_.append(std::string_view{"\\ufffd"});
    } else if (needs_escape(text[i])) {
      fmt::format_to(std::back_inserter(buffer_), "\\u{:04x}", text[i]);
    } else {
      buffer_.append(text.substr(i, length));
    }
    i += length == 0 ? 1 : length;
  }
  buffer_.push_back('"');
  flush_if_full();
}

void json_text::number(double value)
{
  if (std::isfinite(value)) {
    format("{:.9g}", value);
  } else {
    raw("null");
  }
}

void json_text::flush()
{
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
}

void json_text::flush_if_full()
{
  if (buffer_.size() >= full_bytes) flush();
}

}  // namespace heddle
