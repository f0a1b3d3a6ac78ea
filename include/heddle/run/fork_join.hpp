/// @file
/// Two calls at once, the second of which may run on another thread.
#pragma once

#include <heddle/run/executor.hpp>

#include <atomic>
#include <concepts>
#include <exception>
#include <utility>

namespace heddle {
namespace detail {

/// A call that lies on the stack of the one who forked it.
template <class F>
class forked_call : public job {
 public:
  explicit forked_call(F& call) noexcept : job{&runner_of_these}, call_{call} {}

  [[nodiscard]] bool has_ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  [[nodiscard]] std::exception_ptr const& error() const noexcept { return error_; }

 private:
  static job* run_one(job& j, worker& me)
  {
    auto& self = static_cast<forked_call&>(j);
    try {
      self.call_();
    } catch (...) {
      self.error_ = std::current_exception();
    }
    self.ended_.store(true, std::memory_order_release);  // from here on it may be gone
    me.home().notify_waiters();
    return nullptr;
  }
  static constexpr job_runner runner_of_these{&run_one};

  F& call_;
  std::atomic<bool> ended_{false};
  std::exception_ptr error_{};
};

}  // namespace detail

/// Calls `first()` and `second()`, each once, and returns when both have ended: `first` on the
/// calling thread, `second` there too unless another thread takes it meanwhile. Takes no memory but
/// the stack, and a few nanoseconds. May be nested to any depth that the stack allows.
///
/// @throw what `first` throws, else what `second` throws; if `first` throws before `second` has
/// been taken, `second` is left out
template <std::invocable First, std::invocable Second>
void fork_join(executor& e, First&& first, Second&& second)
{
  executor::visit const here{e};
  auto& me = here.self();
  detail::forked_call<std::remove_reference_t<Second>> forked{second};
  std::exception_ptr error;
  me.add(forked);
  try {
    std::forward<First>(first)();
  } catch (...) {
    error = std::current_exception();
  }
  me.open();
  bool const is_mine = me.pop_if(forked);
  me.close();
  if (is_mine) {
    if (error) std::rethrow_exception(error);
    return second();
  }
  e.work_until(me, [&forked] { return forked.has_ended(); });
  if (!error) error = forked.error();
  if (error) std::rethrow_exception(error);
}

}  // namespace heddle
