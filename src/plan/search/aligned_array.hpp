/// @file
/// Memory for vectors.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace heddle {

/// An array, all zero at first, that begins where a vector of 64 bytes may.
template <class T>
class aligned_array {
 public:
  explicit aligned_array(std::size_t size = 0) : memory_{new (alignment) T[size]{}}, size_{size} {}

  [[nodiscard]] T* data() const noexcept { return memory_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::span<T> span() const noexcept { return {memory_.get(), size_}; }
  T& operator[](std::size_t i) const { return memory_[i]; }

 private:
  static constexpr std::align_val_t alignment{64};
  struct deleter {
    void operator()(T* memory) const { ::operator delete[](memory, alignment); }
  };
  std::unique_ptr<T[], deleter> memory_;
  std::size_t size_;
};

}  // namespace heddle
