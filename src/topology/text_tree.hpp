/// @file
/// A tree of lines, and how it is drawn.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heddle {

struct text_tree {
  std::string text{};
  std::vector<text_tree> children{};
};

/// How trees are drawn: with box lines of Unicode or with ASCII, and how wide at most.
struct tree_style {
  bool utf8   = true;
  int columns = 80;
};

/// One line for each text; longer ones go on in the next line, indented. A word that is wider than
/// the columns stays whole.
[[nodiscard]] std::string draw(text_tree const& tree, tree_style style);

}  // namespace heddle
