/// @file
/// Which operations of other streams have ended before an operation starts, by the events alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace heddle {

/// Addresses that an operation reads or writes, of a device or of the host.
struct simulated_extent {
  void const* at;
  std::size_t size_bytes;
  bool is_only_read = false;

  /// Whether two operations that touch them need an order.
  [[nodiscard]] bool conflicts_with(simulated_extent const& other) const noexcept
  {
    if (is_only_read && other.is_only_read) return false;
    auto const begin = reinterpret_cast<std::uintptr_t>(at);
    auto const there = reinterpret_cast<std::uintptr_t>(other.at);
    return begin < there + other.size_bytes && there < begin + size_bytes;
  }
};

/// For each stream the last operation of it that is waited for (a vector clock; Mattern: Virtual
/// time and global states of distributed systems, 1989). Copies share what they hold.
class simulated_order {
 public:
  [[nodiscard]] bool holds(std::uint64_t stream, std::uint64_t number) const
  {
    if (!last_) return false;
    auto const found = last_->find(stream);
    return found != last_->end() && found->second >= number;
  }

  /// Adds all that `other` holds and of which `matters(stream, number)`.
  template <class Predicate>
  void add(simulated_order const& other, Predicate matters)
  {
    if (!other.last_) return;
    auto all = std::make_shared<map>();
    for (auto const* each : {last_.get(), other.last_.get()}) {
      if (!each) continue;
      for (auto const& [stream, number] : *each)
        if (matters(stream, number)) raise((*all)[stream], number);
    }
    last_ = std::move(all);
  }

  /// Adds one operation and those before it in its stream.
  void add(std::uint64_t stream, std::uint64_t number)
  {
    auto all = last_ ? std::make_shared<map>(*last_) : std::make_shared<map>();
    raise((*all)[stream], number);
    last_ = std::move(all);
  }

 private:
  using map = std::map<std::uint64_t, std::uint64_t>;

  static void raise(std::uint64_t& to, std::uint64_t number)
  {
    if (to < number) to = number;
  }

  std::shared_ptr<map const> last_{};
};

}  // namespace heddle
