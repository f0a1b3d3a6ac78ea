/// @file
/// Who has whom in a list, seen from the other side: parents from lists of children.
#pragma once

#include <heddle/base/units.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace heddle {

/// For every task, the tasks in whose lists it is, in increasing order and as often as it is there.
/// Compressed rows, made by a stable counting sort. Immutable once made.
class transposed_lists {
 public:
  /// `list_of(t)` is a range of tasks, for every task number `t`.
  template <class ListOf>
  transposed_lists(std::size_t num_tasks, ListOf list_of) : first_(num_tasks + 1)
  {
    auto const for_each = [&](auto use) {
      for (std::size_t t = 0; t < num_tasks; ++t) {
        for (auto const listed : list_of(t)) use(t, static_cast<std::size_t>(listed));
      }
    };
    for_each([&](std::size_t, std::size_t listed) { ++first_[listed + 1]; });
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    listing_.resize(first_.back());
    auto next = first_;
    for_each([&](std::size_t t, std::size_t listed) {
      listing_[next[listed]++] = static_cast<task_id>(t);
    });
  }

  [[nodiscard]] std::span<task_id const> of(task_id listed) const
  {
    auto const t = static_cast<std::size_t>(listed);
    return std::span{listing_}.subspan(first_[t], first_[t + 1] - first_[t]);
  }
  [[nodiscard]] std::size_t size() const noexcept { return listing_.size(); }

 private:
  std::vector<std::size_t> first_;  ///< [tasks + 1]
  std::vector<task_id> listing_{};
};

}  // namespace heddle
