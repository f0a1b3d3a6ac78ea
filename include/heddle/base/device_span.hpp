/// @file
/// A span of device memory. It has no element access, so that the host cannot read it by mistake.
#pragma once

#include <cstddef>

namespace heddle {

/// Names `[size]` elements in device memory; it owns nothing.
template <class T>
class device_span {
 public:
  constexpr device_span() noexcept = default;
  constexpr device_span(T* data, std::size_t size) noexcept : data_{data}, size_{size} {}

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr std::size_t size_bytes() const noexcept { return size_ * sizeof(T); }

 private:
  T* data_{};
  std::size_t size_{};
};

}  // namespace heddle
