/// @file
/// The words of Graphviz DOT.
#pragma once

#include "src/workflow/source_text.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace heddle {

/// One word. Quoted words are never keywords.
struct dot_token {
  enum class kind { end, word, quoted, arrow, line, symbol };

  kind what = kind::end;
  std::string_view text{};  ///< of a symbol: the one character
  char const* position = nullptr;

  [[nodiscard]] bool is(char symbol) const
  {
    return what == kind::symbol && text.front() == symbol;
  }
  /// Whether this is an identifier, quoted or not.
  [[nodiscard]] bool is_id() const { return what == kind::word || what == kind::quoted; }
  /// Keywords of DOT are the same in upper and lower case; `keyword` is in lower case.
  [[nodiscard]] bool is_keyword(std::string_view keyword) const;
};

/// Cuts a text into words; the text must outlive it, and it must outlive its tokens' texts.
class dot_tokens {
 public:
  explicit dot_tokens(source_text const& source);

  /// The word that `take` gives next.
  [[nodiscard]] dot_token const& peek() const { return next_; }
  dot_token take();

  /// @throw input_error always: "FILE:LINE: message", at the line of `at`
  [[noreturn]] void fail(dot_token const& at, std::string_view message) const;

 private:
  void skip_blanks_and_comments();
  dot_token scan();
  dot_token scan_quoted();
  dot_token scan_word();
  std::string_view scan_quotation();

  source_text const& source_;
  char const* at_;
  char const* end_;
  dot_token next_{};
  std::deque<std::string> unescaped_{};  ///< texts that differ from the source
};

}  // namespace heddle
