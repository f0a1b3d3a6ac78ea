/// @file
/// The memory of one simulated device.
#pragma once

#include "src/device/simulated_addresses.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace heddle {

/// Memory as its streams see it: made when the allocation is reached, gone when the free is.
struct simulated_allocation {
  enum class state { enqueued, usable, freed };

  void* address;
  std::size_t size_bytes;
  state now = state::enqueued;
  std::shared_ptr<std::byte[]> content{};  ///< [size_bytes] while usable; bodies that run share it
};

/// What an operation works on: `bytes` from `at` on, in memory of a unit.
///
/// It is bound when the operation is enqueued, so that an address that is freed and given out again
/// in between still means the memory that it meant to the host.
struct simulated_place {
  std::size_t unit;
  void const* at;
  std::size_t size_bytes;
  bool is_only_read = false;
  std::shared_ptr<simulated_allocation> memory{};
  std::string fault{};  ///< what was wrong with the address already then

  /// What is wrong with it now; empty if nothing is.
  [[nodiscard]] std::string fault_now() const;

  /// Where its content is to be read and written; null for no bytes of no memory.
  [[nodiscard]] std::byte* content() const noexcept;
};

/// The allocations of one unit. New memory is full of poison. Not thread-safe but for `contains`.
class simulated_memory {
 public:
  static constexpr auto poison_byte = std::byte{0xA5};

  explicit simulated_memory(std::size_t capacity_bytes);

  /// @return null if it does not fit
  [[nodiscard]] std::shared_ptr<simulated_allocation> reserve(std::size_t bytes);

  /// The allocation at `address`, which must not be bound from now on; null if there is none.
  [[nodiscard]] std::shared_ptr<simulated_allocation> give_up(void* address);

  /// The allocation is reached in stream order.
  static void make(simulated_allocation& a);

  /// Overwrites all of it, for those who use it after its free.
  static void poison(simulated_allocation& a);

  /// The free is reached in stream order. Bodies that still run keep the content.
  void release(simulated_allocation& a);

  /// Finds what the place names.
  void bind(simulated_place& place) const;

  /// Whether any of `[at, at + bytes)` is an address of this memory.
  [[nodiscard]] bool contains(void const* at, std::size_t bytes) const noexcept
  {
    return addresses_.contains(at, bytes);
  }

  [[nodiscard]] bool awaits_free() const noexcept { return given_up_ > 0; }
  [[nodiscard]] std::size_t free_bytes() const noexcept { return capacity_bytes_ - taken_bytes_; }
  [[nodiscard]] std::size_t allocations() const noexcept { return by_address_.size() + given_up_; }
  [[nodiscard]] std::size_t allocated_bytes() const noexcept { return allocated_bytes_; }

 private:
  std::size_t capacity_bytes_;
  simulated_addresses addresses_;
  std::map<std::uintptr_t, std::shared_ptr<simulated_allocation>> by_address_{};  // not given up
  std::size_t given_up_        = 0;  // allocations whose free is not reached
  std::size_t allocated_bytes_ = 0;
  std::size_t taken_bytes_     = 0;  // the same in whole granules
};

}  // namespace heddle
