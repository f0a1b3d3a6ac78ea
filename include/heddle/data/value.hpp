/// @file
/// One object that tasks share: a small result.
#pragma once

#include <heddle/base/access.hpp>
#include <heddle/base/data_item.hpp>
#include <heddle/data/resident_item.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace heddle {

/// The item behind a `value<T>` of a T with pointers, a constructor or the like: it stays in host
/// memory, and no device body can use it.
template <class T>
class value_item final : public data_item {
 public:
  explicit value_item(T object) : object_{std::move(object)} {}

  [[nodiscard]] std::size_t size_bytes() const noexcept override { return sizeof(T); }
  [[nodiscard]] void* host() noexcept override { return &object_; }
  [[nodiscard]] std::shared_ptr<data_item> private_copy() const override
  {
    return std::make_shared<value_item>(object_);
  }
  void commit(data_item& copy) override
  {
    object_ = std::move(static_cast<value_item&>(copy).object_);
  }

 private:
  T object_;
};

/// The same for a T that is no more than its bytes.
template <class T>
requires std::is_trivially_copyable_v<T>
class value_item<T> final : public resident_item {
 public:
  explicit value_item(T const& object) : object_{std::make_unique<T>(object)}
  {
    live_at(object_.get(), sizeof(T));
  }
  ~value_item() override
  {
    if (!leave_devices()) static_cast<void>(object_.release());
  }

  [[nodiscard]] std::size_t size_bytes() const noexcept override { return sizeof(T); }
  [[nodiscard]] void* host() noexcept override { return object_.get(); }
  [[nodiscard]] std::shared_ptr<data_item> private_copy() const override
  {
    return std::make_shared<value_item>(*object_);
  }
  void commit(data_item& copy) override { *object_ = *static_cast<value_item&>(copy).object_; }

 private:
  std::unique_ptr<T> object_;
};

/// One copyable object that tasks read and write by declared accesses. Not thread-safe by itself;
/// the workflow's edges order its tasks.
template <class T>
class value {
 public:
  explicit value(T initial = {}) : item_{std::make_shared<value_item<T>>(std::move(initial))} {}

  /// The object, to read on the host. Waits for its way back from a device, if that is where it is.
  /// No run that writes it may be under way.
  ///
  /// @throw content_lost if it was on a device which failed
  [[nodiscard]] T const& get() const
  {
    item_->bring_home();
    return *static_cast<T const*>(item_->host());
  }

  [[nodiscard]] std::shared_ptr<data_item> const& item() const noexcept { return item_; }

 private:
  std::shared_ptr<data_item> item_;
};

/// Declares that a task reads `v`: `T const&` on the host.
template <class T>
[[nodiscard]] access<T const&, T const*> read(value<T> const& v)
{
  return {{v.item(), mode::read}};
}

/// Declares that a task overwrites `v`: `T&` on the host.
template <class T>
[[nodiscard]] access<T&, T*> write(value<T>& v)
{
  return {{v.item(), mode::write}};
}

/// Declares that a task reads and changes `v`: `T&` on the host.
template <class T>
[[nodiscard]] access<T&, T*> read_write(value<T>& v)
{
  return {{v.item(), mode::read_write}};
}

}  // namespace heddle
