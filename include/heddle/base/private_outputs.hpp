/// @file
/// Outputs that count only once they are committed.
#pragma once

#include <heddle/base/access.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace heddle {

/// Private copies of the items that a body writes, which take the items' places in its arguments.
/// Of several bodies that work on the same items at once, each has copies of its own, and one
/// commits. Not thread-safe.
class private_outputs {
 public:
  /// Copies what `accesses` write; what lies elsewhere has been brought home.
  ///
  /// @param data [accesses], where the items lie
  private_outputs(std::span<any_access const> accesses, std::span<argument const> data)
    : data_{data.begin(), data.end()}
  {
    for (std::size_t a = 0; a < accesses.size(); ++a) {
      if (!writes(accesses[a].how)) continue;
      auto* const item = accesses[a].item.get();
      auto& own        = *copies_.emplace_back(own_copy{item, item->private_copy()}).copy;
      data_[a]         = {own.host(), own.size_bytes()};
    }
  }

  /// [accesses]
  [[nodiscard]] std::span<argument const> data() const noexcept { return data_; }

  /// Puts the copies' content into the items. At most once, after all who read the items have
  /// ended.
  void commit()
  {
    for (auto const& [item, copy] : copies_) item->commit(*copy);
  }

 private:
  struct own_copy {
    data_item* of;
    std::shared_ptr<data_item> copy;
  };
  std::vector<argument> data_;
  std::vector<own_copy> copies_{};
};

}  // namespace heddle
