/// @file
/// The type-erased side of `buffer` and `value`: what a workflow knows of the data its tasks touch.
#pragma once

#include <cstddef>
#include <memory>

namespace heddle {

/// How a task touches a data item. `write` promises to overwrite all of it.
enum class mode { read, write, read_write };

/// Whether a task that touches an item in this mode needs what was in it before.
[[nodiscard]] constexpr bool reads(mode how) noexcept
{
  return how != mode::write;
}

/// Whether a task that touches an item in this mode leaves something new in it.
[[nodiscard]] constexpr bool writes(mode how) noexcept
{
  return how != mode::read;
}

/// One piece of data that tasks share. Not thread-safe by itself: the edges of the workflow order
/// the tasks that touch it.
class data_item {
 public:
  data_item()                            = default;
  data_item(data_item const&)            = delete;
  data_item& operator=(data_item const&) = delete;
  virtual ~data_item()                   = default;

  /// The size of the content in bytes, which is what a transfer of it costs.
  [[nodiscard]] virtual std::size_t size_bytes() const noexcept = 0;

  /// Where the content lies in host memory: the first element of a `buffer`, the object of a
  /// `value`. It is what was written last only after `bring_home`.
  [[nodiscard]] virtual void* host() noexcept = 0;

  /// Waits until host memory holds what was written last, and for nothing else.
  ///
  /// @throw content_lost if that was on a device which failed
  virtual void bring_home() {}

  /// Says that host memory is about to be written: content elsewhere is out of date.
  ///
  /// @throw content_lost if a device that was given up may still use it
  virtual void write_at_home() {}

  /// A new item with the same content, for a body whose writes may have to be thrown away.
  [[nodiscard]] virtual std::shared_ptr<data_item> private_copy() const = 0;

  /// Takes the content of `copy`, which `private_copy` of this item made.
  virtual void commit(data_item& copy) = 0;
};

}  // namespace heddle
