#include <heddle/data/buffer.hpp>

#include <cstdlib>
#include <limits>
#include <new>

namespace heddle {
namespace {

constexpr std::size_t alignment = 64;

}  // namespace

/// `calloc` leaves the pages of large blocks untouched, which `aligned_alloc` plus `memset` would
/// not; hence the alignment by hand.
buffer_item::buffer_item(std::size_t size_bytes) : size_bytes_{size_bytes}
{
  if (size_bytes > std::numeric_limits<std::size_t>::max() - alignment) throw std::bad_alloc{};
  owned_.reset(std::calloc(size_bytes + alignment, 1));
  if (!owned_) throw std::bad_alloc{};
  auto space = size_bytes + alignment;
  data_      = owned_.get();
  std::align(alignment, size_bytes, data_, space);
  live_at(data_, size_bytes);
}

buffer_item::buffer_item(void* data, std::size_t size_bytes) : data_{data}, size_bytes_{size_bytes}
{
  live_at(data, size_bytes);
}

void buffer_item::free_bytes::operator()(void* bytes) const noexcept
{
  std::free(bytes);
}

std::shared_ptr<data_item> buffer_item::private_copy() const
{
  auto copy = std::make_shared<buffer_item>(size_bytes_);
  if (size_bytes_ > 0) std::memcpy(copy->data_, data_, size_bytes_);
  return copy;
}

void buffer_item::commit(data_item& copy)
{
  if (size_bytes_ > 0) std::memcpy(data_, copy.host(), size_bytes_);
}

}  // namespace heddle
