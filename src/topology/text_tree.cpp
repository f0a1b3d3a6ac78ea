#include "src/topology/text_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace heddle {
namespace {

struct lines {
  std::string_view child;       ///< before a child that others follow
  std::string_view last_child;  ///< before the last child
  std::string_view beside;      ///< beside what is below a child that others follow
};

constexpr lines utf8_lines{"├─ ", "└─ ", "│  "};
constexpr lines ascii_lines{"|- ", "`- ", "|  "};
constexpr std::string_view nothing = "   ";
constexpr std::size_t indent       = 2;  ///< of a line that goes on, beside its own children
constexpr std::size_t min_width    = 20;

/// Columns that a text takes: bytes that continue a UTF-8 character take none.
std::size_t width_of(std::string_view text)
{
  return static_cast<std::size_t>(
    std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Cuts a text at spaces into lines of at most `width` columns.
std::vector<std::string> wrap(std::string_view text, std::size_t width)
{
  std::vector<std::string> result(1);
  while (!text.empty()) {
    auto const end  = std::min(text.find(' '), text.size());
    auto const word = text.substr(0, end);
    auto& line      = result.back();
    if (line.empty()) {
      line = word;
    } else if (width_of(line) + 1 + width_of(word) <= width - (result.size() > 1 ? indent : 0)) {
      line.append(" ").append(word);
    } else {
      result.emplace_back(word);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

class drawing {
 public:
  explicit drawing(tree_style style)
    : lines_{style.utf8 ? utf8_lines : ascii_lines},
      columns_{static_cast<std::size_t>(std::max(style.columns, 0))}
  {
  }

  /// @param first before the first line of this text
  /// @param rest  before the further ones and the children
  void add(text_tree const& tree, std::string const& first, std::string const& rest)
  {
    add_text(tree, first, rest);
    for (auto const& child : tree.children) {
      auto const last = &child == &tree.children.back();
      add(child, rest + std::string{last ? lines_.last_child : lines_.child},
          rest + std::string{last ? nothing : lines_.beside});
    }
  }

  [[nodiscard]] std::string result() && { return std::move(result_); }

 private:
  void add_text(text_tree const& tree, std::string const& first, std::string const& rest)
  {
    auto const width = std::max(columns_ - std::min(columns_, width_of(first)), min_width);
    auto const below = tree.children.empty() ? std::string_view{"  "}
                                             : lines_.beside.substr(0, lines_.beside.size() - 1);
    bool is_first    = true;
    for (auto const& line : wrap(tree.text, width)) {
      result_ += is_first ? first : rest + std::string{below};
      result_ += line + '\n';
      is_first = false;
    }
  }

  lines lines_;
  std::size_t columns_;
  std::string result_{};
};

}  // namespace

std::string draw(text_tree const& tree, tree_style style)
{
  drawing result{style};
  result.add(tree, "", "");
  return std::move(result).result();
}

}  // namespace heddle
