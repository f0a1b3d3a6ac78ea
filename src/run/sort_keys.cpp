#include <heddle/run/sort_keys.hpp>

#include <heddle/run/sort_parts.hpp>

#include "src/run/vector_sort.hpp"

#include <algorithm>
#include <cstddef>

namespace heddle::detail {
namespace {

/// Keys, a piece of which that fits into a core's own cache is divided only if another thread has
/// nothing to do.
class key_pieces {
 public:
  key_pieces(void* keys, key_order const& order, std::size_t grain) noexcept
    : keys_{static_cast<std::byte*>(keys)},
      order_{order},
      least_{std::max(grain, least_bytes / order.num_bytes)},
      most_{std::max(grain, most_bytes / order.num_bytes)}
  {
  }

  [[nodiscard]] bool is_whole(std::size_t first, std::size_t last) const noexcept
  {
    auto const size = last - first;
    return size <= least_ || (size <= most_ && !this_worker->is_wanted());
  }
  void sort_whole(std::size_t first, std::size_t last) noexcept
  {
    sort_keys_here(at(first), last - first, order_);
  }
  [[nodiscard]] range divide(std::size_t first, std::size_t last) noexcept
  {
    auto const cut = divide_keys(at(first), last - first, order_);
    return {first + cut.first, first + cut.last};
  }

 private:
  static constexpr std::size_t least_bytes = std::size_t{1} << 16;  // some 50 us
  static constexpr std::size_t most_bytes  = std::size_t{1} << 19;  // some 500 us

  [[nodiscard]] void* at(std::size_t i) const noexcept { return keys_ + i * order_.num_bytes; }

  std::byte* keys_;
  key_order const& order_;
  std::size_t least_;
  std::size_t most_;
};

}  // namespace

void sort_keys(executor& e, void* keys, std::size_t size, key_order const& order,
               loop_options const& options)
{
  if (are_keys_sorted(keys, size, order)) return;
  executor::visit const here{e};
  sort_strands strands{e, options};
  key_pieces pieces{keys, order, options.grain};
  sort_pieces(strands, pieces, 0, size, most_levels(size));
}

}  // namespace heddle::detail
