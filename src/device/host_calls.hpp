/// @file
/// Host functions that wait for their place in a stream.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <utility>

namespace heddle {

/// Owns functions until they ran: a stream may be lost, and then never calls them. Thread-safe.
class host_calls {
 public:
  /// A function with the way back to its owner, which is all that a C callback gets.
  struct call {
    std::function<void()> function;
    host_calls& owner;
    std::list<call>::iterator self{};
  };

  call& add(std::function<void()> function)
  {
    std::scoped_lock const lock{mutex_};
    auto& added = calls_.emplace_back(call{std::move(function), *this});
    added.self  = std::prev(calls_.end());
    return added;
  }

  /// Destroys the function outside the lock, for it may own anything.
  void remove(call& c) noexcept
  {
    std::list<call> removed;
    std::scoped_lock const lock{mutex_};
    removed.splice(removed.end(), calls_, c.self);
  }

  [[nodiscard]] bool empty() const noexcept
  {
    std::scoped_lock const lock{mutex_};
    return calls_.empty();
  }

  /// What a stream calls, with the address of a `call`.
  static void run(void* address) noexcept
  {
    auto& c = *static_cast<call*>(address);
    c.function();
    c.owner.remove(c);
  }

 private:
  mutable std::mutex mutex_{};
  std::list<call> calls_{};
};

}  // namespace heddle
