#include "src/device/simulated_memory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace heddle {
namespace {

constexpr std::size_t granularity_bytes = simulated_addresses::granularity_bytes;

/// Addresses for each byte of memory: guards take some, and fragmentation must not.
constexpr std::size_t addresses_per_byte = 4;

std::uintptr_t number_of(void const* at) noexcept
{
  return reinterpret_cast<std::uintptr_t>(at);
}

std::size_t in_granules(std::size_t bytes) noexcept
{
  return (bytes + granularity_bytes - 1) / granularity_bytes * granularity_bytes;
}

std::size_t offset_in(simulated_allocation const& a, void const* at) noexcept
{
  return number_of(at) - number_of(a.address);
}

}  // namespace

std::string simulated_place::fault_now() const
{
  if (!memory || !fault.empty()) return fault;
  if (memory->now == simulated_allocation::state::freed) return "the memory was freed";
  if (memory->now == simulated_allocation::state::enqueued)
    return "the memory is not allocated yet: the stream does not wait for its allocation";
  return {};
}

std::byte* simulated_place::content() const noexcept
{
  return memory ? memory->content.get() + offset_in(*memory, at) : nullptr;
}

simulated_memory::simulated_memory(std::size_t capacity_bytes)
  : capacity_bytes_{capacity_bytes},
    addresses_{addresses_per_byte * (in_granules(capacity_bytes) + (1 << 16))}
{
}

std::shared_ptr<simulated_allocation> simulated_memory::reserve(std::size_t bytes)
{
  if (bytes > free_bytes() || in_granules(bytes) > free_bytes()) return nullptr;
  auto* const address = addresses_.take(bytes);
  if (!address) return nullptr;
  auto a = std::make_shared<simulated_allocation>(simulated_allocation{address, bytes});
  by_address_.emplace(number_of(address), a);
  allocated_bytes_ += bytes;
  taken_bytes_ += in_granules(bytes);
  return a;
}

std::shared_ptr<simulated_allocation> simulated_memory::give_up(void* address)
{
  auto const found = by_address_.find(number_of(address));
  if (found == by_address_.end()) return nullptr;
  auto a = std::move(found->second);
  by_address_.erase(found);
  ++given_up_;
  return a;
}

void simulated_memory::make(simulated_allocation& a)
{
  a.content.reset(new std::byte[a.size_bytes]);
  a.now = simulated_allocation::state::usable;
  poison(a);
}

void simulated_memory::poison(simulated_allocation& a)
{
  if (a.content) std::fill_n(a.content.get(), a.size_bytes, poison_byte);
}

void simulated_memory::release(simulated_allocation& a)
{
  a.content.reset();
  a.now = simulated_allocation::state::freed;
  addresses_.give_back(a.address, a.size_bytes);
  allocated_bytes_ -= a.size_bytes;
  taken_bytes_ -= in_granules(a.size_bytes);
  --given_up_;
}

void simulated_memory::bind(simulated_place& place) const
{
  if (place.size_bytes == 0) return;
  auto const after = by_address_.upper_bound(number_of(place.at));
  auto const found = after == by_address_.begin() ? nullptr : std::prev(after)->second;
  if (!found || offset_in(*found, place.at) > found->size_bytes + granularity_bytes) {
    place.fault =
      addresses_.was_taken(place.at) ? "the memory was freed" : "that is no memory of this device";
  } else if (offset_in(*found, place.at) + place.size_bytes > found->size_bytes) {
    place.fault = fmt::format("{} bytes at offset {} reach over the end of the {} bytes allocated",
                              place.size_bytes, offset_in(*found, place.at), found->size_bytes);
  } else {
    place.memory = found;
  }
}

}  // namespace heddle
