/// @file
/// Addresses of simulated device memory: real ones, so that pointers can be computed with, but
/// protected, so that the host cannot follow them.
#pragma once

#include <cstddef>
#include <map>

namespace heddle {

/// A range of addresses that nothing can be read from or written to, given out first fit.
///
/// Extents start at multiples of `granularity` and leave at least one granule between each other,
/// so that a step over an end is no step into a neighbour. Not thread-safe but for `contains`.
class simulated_addresses {
 public:
  static constexpr std::size_t granularity_bytes = 256;

  /// @throw system_error if the system has not so many addresses
  explicit simulated_addresses(std::size_t bytes);
  simulated_addresses(simulated_addresses const&)            = delete;
  simulated_addresses& operator=(simulated_addresses const&) = delete;
  ~simulated_addresses();

  /// Whether any of `[at, at + bytes)` lies in the range.
  [[nodiscard]] bool contains(void const* at, std::size_t bytes) const noexcept;

  /// Whether the address has been given out before, be it still or not.
  [[nodiscard]] bool was_taken(void const* at) const noexcept;

  /// @return null if no gap is long enough
  [[nodiscard]] void* take(std::size_t bytes);

  /// @param bytes as it was taken
  void give_back(void* at, std::size_t bytes);

 private:
  [[nodiscard]] static std::size_t with_guard(std::size_t bytes) noexcept;

  std::size_t size_bytes_;
  std::byte* base_;
  std::size_t taken_end_ = 0;                  // of all that was ever given out
  std::map<std::size_t, std::size_t> gaps_{};  // offset -> bytes; neighbours are merged
};

}  // namespace heddle
