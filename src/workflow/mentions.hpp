/// @file
/// Tasks by name in a document that may name a task before it declares it.
#pragma once

#include "src/workflow/name_table.hpp"

#include <heddle/base/units.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace heddle {

/// The number of a name in the order of first mention.
using mention_id = std::int32_t;

/// Where a name came up first: element `index` of list number `list` of task number `task`.
struct mention_place {
  std::uint32_t task  = 0;
  std::uint32_t index = 0;
  std::uint8_t list   = 0;  ///< its meaning is the reader's
};

class task_mentions {
 public:
  mention_id mention(std::string_view name, mention_place place)
  {
    auto const [id, is_new] = names_.add(name);
    if (is_new) entries_.push_back({place, -1});
    return id;
  }

  /// @return false if a task of that name was declared before
  bool declare(std::string_view name, task_id task)
  {
    auto& declared = entries_[static_cast<std::size_t>(mention(name, {}))].task;
    if (declared >= 0) return false;
    declared = task;
    return true;
  }

  [[nodiscard]] task_id task(mention_id id) const
  {
    return entries_[static_cast<std::size_t>(id)].task;
  }
  [[nodiscard]] std::string_view name(mention_id id) const { return names_.name(id); }
  [[nodiscard]] mention_place place(mention_id id) const
  {
    return entries_[static_cast<std::size_t>(id)].place;
  }

  /// The first name that was mentioned and never declared.
  [[nodiscard]] std::optional<mention_id> undeclared() const
  {
    for (std::size_t id = 0; id < entries_.size(); ++id) {
      if (entries_[id].task < 0) return static_cast<mention_id>(id);
    }
    return std::nullopt;
  }

 private:
  struct entry {
    mention_place place;
    task_id task;  ///< -1: not declared yet
  };

  name_table names_;
  std::vector<entry> entries_;
};

}  // namespace heddle
