#include "src/workflow/command_line.hpp"

namespace heddle {
namespace {

bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Takes one line apart, character by character.
class splitter {
 public:
  explicit splitter(std::string_view line) : rest_{line} {}

  /// @return false at the end of the line, or where the line is not well-formed
  bool next_word(std::string& word)
  {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    word.clear();
    while (!rest_.empty() && !is_blank(rest_.front()) && well_formed_) take_part(word);
    return well_formed_;
  }

  [[nodiscard]] bool well_formed() const { return well_formed_; }

 private:
  char take()
  {
    auto const c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  /// One character of a word, or a quotation.
  void take_part(std::string& word)
  {
    switch (auto const c = take()) {
      case '\'':
        return take_single_quoted(word);
      case '"':
        return take_double_quoted(word);
      case '\\':
        well_formed_ = !rest_.empty();
        if (well_formed_) word += take();
        return;
      default:
        word += c;
    }
  }

  void take_single_quoted(std::string& word)
  {
    auto const end = rest_.find('\'');
    well_formed_   = end != rest_.npos;
    if (!well_formed_) return;
    word += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
  }

  /// Within double quotes a backslash escapes only these characters.
  void take_double_quoted(std::string& word)
  {
    while (!rest_.empty()) {
      auto const c = take();
      if (c == '"') return;
      auto const escapes = c == '\\' && !rest_.empty() &&
                           std::string_view{"\\\"$`"}.find(rest_.front()) != std::string_view::npos;
      word += escapes ? take() : c;
    }
    well_formed_ = false;
  }

  std::string_view rest_;
  bool well_formed_ = true;
};

}  // namespace

std::optional<std::vector<std::string>> split_command_line(std::string_view line)
{
  splitter words{line};
  std::vector<std::string> result;
  for (std::string word; words.next_word(word);) result.push_back(word);
  if (!words.well_formed()) return std::nullopt;
  return result;
}

}  // namespace heddle
