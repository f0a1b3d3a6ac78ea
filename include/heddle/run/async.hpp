/// @file
/// One call, some time, on some thread of an executor; and its result.
#pragma once

#include <heddle/base/error.hpp>
#include <heddle/run/executor.hpp>

#include <atomic>
#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace heddle {
namespace detail {

/// What the call and its future share; the last of the two deletes it.
template <class Result>
struct async_state : job {
  using stored = std::conditional_t<std::is_void_v<Result>, std::monostate, Result>;

  explicit async_state(job_runner const& how) noexcept : job{&how} {}
  async_state(async_state const&)            = delete;
  async_state& operator=(async_state const&) = delete;
  virtual ~async_state()                     = default;

  void let_go() noexcept
  {
    if (holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  std::atomic<int> holders{2};
  std::atomic<bool> has_ended{false};
  std::exception_ptr error{};
  std::optional<stored> result{};
};

template <class Result, class F>
struct async_call final : async_state<Result> {
  explicit async_call(F f) : async_state<Result>{runner_of_these}, body{std::move(f)} {}

  static job* run_one(job& j, worker& me)
  {
    auto& self = static_cast<async_call&>(static_cast<async_state<Result>&>(j));
    auto& home = me.home();
    try {
      if constexpr (std::is_void_v<Result>) {
        (*self.body)();
        self.result.emplace();
      } else {
        self.result.emplace((*self.body)());
      }
    } catch (...) {
      self.error = std::current_exception();
    }
    self.body.reset();
    self.has_ended.store(true, std::memory_order_release);
    self.let_go();
    home.notify_waiters();
    return nullptr;
  }
  static constexpr job_runner runner_of_these{&run_one};

  std::optional<F> body;
};

}  // namespace detail

/// The result of a call that may not have ended yet. Movable; destroying it does not wait. Not
/// thread-safe.
template <class Result>
class future {
 public:
  future() = default;
  future(executor& home, detail::async_state<Result>& state) noexcept : home_{&home}, state_{&state}
  {
  }
  future(future&& other) noexcept : home_{other.home_}, state_{std::exchange(other.state_, nullptr)}
  {
  }
  future& operator=(future&& other) noexcept
  {
    std::swap(home_, other.home_);
    std::swap(state_, other.state_);
    return *this;
  }
  ~future()
  {
    if (state_ != nullptr) state_->let_go();
  }

  /// Whether `get` will return at once.
  [[nodiscard]] bool has_ended() const noexcept
  {
    return state_ != nullptr && state_->has_ended.load(std::memory_order_acquire);
  }

  /// Runs other tasks until the call has ended. May be called once.
  ///
  /// @throw what the call throws
  /// @throw invalid_argument if there is no result to wait for
  Result get()
  {
    if (state_ == nullptr) throw invalid_argument{"future: it has no result, or gave it away"};
    {
      executor::visit const here{*home_};
      home_->work_until(here.self(), [this] { return has_ended(); });
    }
    future const ended{std::move(*this)};
    if (ended.state_->error) std::rethrow_exception(ended.state_->error);
    if constexpr (!std::is_void_v<Result>) return std::move(*ended.state_->result);
  }

 private:
  executor* home_                     = nullptr;
  detail::async_state<Result>* state_ = nullptr;
};

/// Calls `body()` some time, on a thread of `e` or on one that waits for tasks of `e`. Allocates
/// memory. The executor must outlive the future's `get`; what has not been called when the executor
/// is destroyed is called then.
template <std::invocable F>
[[nodiscard]] auto async(executor& e, F body) -> future<std::invoke_result_t<F&>>
{
  using result     = std::invoke_result_t<F&>;
  auto* const call = new detail::async_call<result, F>{std::move(body)};
  future<result> ahead{e, *call};
  if (auto* const me = detail::this_worker; me != nullptr && &me->home() == &e) {
    me->add(*call);
  } else {
    e.submit(*call);
  }
  return ahead;
}

}  // namespace heddle
