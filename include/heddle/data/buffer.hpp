/// @file
/// An array that tasks share.
#pragma once

#include <heddle/base/access.hpp>
#include <heddle/base/data_item.hpp>
#include <heddle/base/device_span.hpp>
#include <heddle/data/resident_item.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

namespace heddle {

/// Untyped array, in host memory 64-byte aligned if it owns its bytes.
class buffer_item final : public resident_item {
 public:
  /// Owns `size_bytes` bytes, all 0. Pages are placed by the thread that first writes them.
  ///
  /// @throw std::bad_alloc
  explicit buffer_item(std::size_t size_bytes);

  /// Refers to the user's bytes, which must outlive it.
  buffer_item(void* data, std::size_t size_bytes);

  ~buffer_item() override
  {
    if (!leave_devices()) static_cast<void>(owned_.release());
  }

  [[nodiscard]] std::size_t size_bytes() const noexcept override { return size_bytes_; }
  [[nodiscard]] void* host() noexcept override { return data_; }

  /// Whether the user may look at the bytes without asking: then they are brought home at the end
  /// of each run.
  [[nodiscard]] bool is_users_memory() const noexcept { return owned_ == nullptr; }
  [[nodiscard]] std::shared_ptr<data_item> private_copy() const override;
  void commit(data_item& copy) override;

 private:
  struct free_bytes {
    void operator()(void* bytes) const noexcept;
  };

  std::unique_ptr<void, free_bytes> owned_{};
  void* data_;
  std::size_t size_bytes_;
};

/// `[size]` elements of a trivially copyable type that tasks read and write by declared accesses.
/// Where it lies is heddle's business. Not thread-safe by itself; the workflow's edges order its
/// tasks.
///
/// A workflow that names a buffer keeps its memory alive; moving the buffer does not move the
/// elements.
template <class T>
class buffer {
  static_assert(std::is_trivially_copyable_v<T> && !std::is_const_v<T>);

 public:
  /// `size` elements with all bytes 0.
  explicit buffer(std::size_t size) : item_{std::make_shared<buffer_item>(size * sizeof(T))} {}

  /// The user's own elements, which must outlive this buffer and every workflow that names it; and
  /// the process, if a run gave up a device that did not answer: it may still copy from or to them.
  explicit buffer(std::span<T> elements)
    : item_{std::make_shared<buffer_item>(elements.data(), elements.size_bytes())}
  {
  }

  [[nodiscard]] std::size_t size() const noexcept { return item_->size_bytes() / sizeof(T); }

  /// The elements, to read on the host. Waits for their way back from a device, if that is where
  /// they are, and for nothing else. No run that writes them may be under way.
  ///
  /// @throw content_lost if they were on a device which failed
  [[nodiscard]] std::span<T const> host() const
  {
    item_->bring_home();
    return {static_cast<T const*>(item_->host()), size()};
  }

  /// The elements, to change on the host before a run; ask again after it.
  ///
  /// @throw content_lost if they were on a device which failed
  [[nodiscard]] std::span<T> host_for_writing()
  {
    item_->bring_home();
    item_->write_at_home();
    return {static_cast<T*>(item_->host()), size()};
  }

  [[nodiscard]] std::shared_ptr<data_item> const& item() const noexcept { return item_; }

 private:
  std::shared_ptr<data_item> item_;
};

/// Declares that a task reads `b`: `std::span<T const>` on the host.
template <class T>
[[nodiscard]] access<std::span<T const>, device_span<T const>> read(buffer<T> const& b)
{
  return {{b.item(), mode::read}};
}

/// Declares that a task overwrites all of `b`: `std::span<T>` on the host.
template <class T>
[[nodiscard]] access<std::span<T>, device_span<T>> write(buffer<T>& b)
{
  return {{b.item(), mode::write}};
}

/// Declares that a task reads and changes `b`: `std::span<T>` on the host.
template <class T>
[[nodiscard]] access<std::span<T>, device_span<T>> read_write(buffer<T>& b)
{
  return {{b.item(), mode::read_write}};
}

}  // namespace heddle
