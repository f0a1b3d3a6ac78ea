/// @file
/// Numbers for names: what the readers of files use to find tasks and files by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace heddle {

/// A set of names, numbered from 0 in the order in which they came. Open addressing with linear
/// probing; it keeps views, so the text of the names must outlive it.
class name_table {
 public:
  struct place {
    std::int32_t id;
    bool is_new;
  };

  /// The number of `name`, which is added if it is not there. Takes O(1) expected time.
  place add(std::string_view name);

  [[nodiscard]] std::optional<std::int32_t> find(std::string_view name) const;

  [[nodiscard]] std::string_view name(std::int32_t id) const
  {
    return names_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

 private:
  struct slot {
    std::uint32_t tag = 0;   ///< the upper half of the hash, to skip most comparisons
    std::int32_t id   = -1;  ///< -1: free
  };

  slot const& find_slot(std::string_view name, std::uint64_t hash) const;
  void grow();

  std::vector<std::string_view> names_;
  std::vector<slot> slots_ = std::vector<slot>(16);
};

}  // namespace heddle
