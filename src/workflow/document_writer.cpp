#include "src/workflow/document_writer.hpp"

#include <heddle/base/error.hpp>

#include <simdjson.h>

namespace heddle {

void document_writer::print_json_string(std::string_view text)
{
  if (!simdjson::validate_utf8(text)) {
    throw not_supported{fmt::format("\"{}\" is not UTF-8, as JSON must be; rename it", text)};
  }
  buffer_.push_back('"');
  for (auto const c : text) {
    if (c == '"' || c == '\\') {
      buffer_.push_back('\\');
      buffer_.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(buffer_), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      buffer_.push_back(c);
    }
  }
  buffer_.push_back('"');
}

void document_writer::flush()
{
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
}

}  // namespace heddle
