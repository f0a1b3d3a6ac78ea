#include "src/device/simulated_addresses.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace heddle {
namespace {

std::uintptr_t number_of(void const* at) noexcept
{
  return reinterpret_cast<std::uintptr_t>(at);
}

}  // namespace

simulated_addresses::simulated_addresses(std::size_t bytes) : size_bytes_{bytes}, gaps_{{0, bytes}}
{
  auto* const at =
    mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) {
    throw system_error{fmt::format(
      "simulated device: cannot reserve {} bytes of addresses: {}; give its units less memory",
      bytes, std::strerror(errno))};
  }
  base_ = static_cast<std::byte*>(at);
}

simulated_addresses::~simulated_addresses()
{
  munmap(base_, size_bytes_);
}

bool simulated_addresses::contains(void const* at, std::size_t bytes) const noexcept
{
  auto const first = number_of(at), base = number_of(base_);
  return first < base + size_bytes_ && (first >= base || base - first < bytes);
}

bool simulated_addresses::was_taken(void const* at) const noexcept
{
  return number_of(at) >= number_of(base_) && number_of(at) - number_of(base_) < taken_end_;
}

void* simulated_addresses::take(std::size_t bytes)
{
  auto const wanted = with_guard(bytes);
  auto const gap    = std::find_if(gaps_.begin(), gaps_.end(),
                                   [&](auto const& each) { return each.second >= wanted; });
  if (gap == gaps_.end()) return nullptr;
  auto const [offset, size] = *gap;
  gaps_.erase(gap);
  if (size > wanted) gaps_.emplace(offset + wanted, size - wanted);
  taken_end_ = std::max(taken_end_, offset + wanted);
  return base_ + offset;
}

void simulated_addresses::give_back(void* at, std::size_t bytes)
{
  auto const offset = number_of(at) - number_of(base_);
  auto gap          = gaps_.emplace(offset, with_guard(bytes)).first;
  if (auto const next = std::next(gap);
      next != gaps_.end() && offset + gap->second == next->first) {
    gap->second += next->second;
    gaps_.erase(next);
  }
  if (gap == gaps_.begin()) return;
  if (auto const before = std::prev(gap); before->first + before->second == offset) {
    before->second += gap->second;
    gaps_.erase(gap);
  }
}

std::size_t simulated_addresses::with_guard(std::size_t bytes) noexcept
{
  return (bytes / granularity_bytes + 2) * granularity_bytes;
}

}  // namespace heddle
