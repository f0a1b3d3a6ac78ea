#include "src/cli/html_text.hpp"

namespace heddle::cli {

std::string escaped(std::string_view text)
{
  std::string safe;
  for (char const c : text) {
    switch (c) {
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

}  // namespace heddle::cli
