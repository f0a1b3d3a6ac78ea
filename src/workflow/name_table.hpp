/// @file
/// Numbers for names: what the readers of files use to find tasks and files by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// A set of names, numbered from 0 in the order in which they came.
///
/// Look-ups in a large table are bound by cache misses. Therefore the slots are small (open
/// addressing, linear probing), and the table copies the names one behind the other, so that a
/// comparison need not go to the far-away text that a name came from. The hash is seeded at random,
/// lest a file is made to put all its names into one slot.
class name_table {
 public:
  struct place {
    std::int32_t id;
    bool is_new;
  };

  name_table();

  /// The number of `name`, which is added if it is not there. Takes O(1) expected time.
  place add(std::string_view name) { return add(name, hash_of(name)); }

  /// Adds all `names` and appends their numbers to `ids`: `add` for each, but the cache misses of
  /// many look-ups overlap.
  void add_all(std::span<std::string_view const> names, std::vector<std::int32_t>& ids);

  [[nodiscard]] std::optional<std::int32_t> find(std::string_view name) const;

  /// Valid until the next name is added.
  [[nodiscard]] std::string_view name(std::int32_t id) const
  {
    auto const i = static_cast<std::size_t>(id);
    return {text_.data() + begin_[i], begin_[i + 1] - begin_[i]};
  }
  [[nodiscard]] std::size_t size() const noexcept { return begin_.size() - 1; }

 private:
  /// A slot starts its search for a free place at `hash` modulo the number of slots.
  struct slot {
    std::uint32_t hash = 0;
    std::int32_t id    = -1;  ///< -1: free
  };

  [[nodiscard]] std::uint32_t hash_of(std::string_view name) const;
  [[nodiscard]] slot const& find_slot(std::string_view name, std::uint32_t hash) const;
  place add(std::string_view name, std::uint32_t hash);
  void prefetch(std::span<std::uint32_t const> hashes) const;
  void grow();

  std::uint64_t seed_;
  std::string text_;                   ///< all names, in the order of their numbers
  std::vector<std::size_t> begin_{0};  ///< [names + 1], of each name in `text_`
  std::vector<slot> slots_ =
    std::vector<slot>(1024);  ///< a power of two, at most half of them in use
};

}  // namespace heddle
