/// @file
/// A non-owning CUDA event handle that headers can name without including CUDA.
#pragma once

struct CUevent_st;  // what cudaEvent_t points to

namespace heddle {

/// Names an event: a point in the order of a stream. Copying it copies the handle.
class event_ref {
 public:
  constexpr event_ref() noexcept = default;
  constexpr explicit event_ref(CUevent_st* event) noexcept : event_{event} {}

  [[nodiscard]] constexpr CUevent_st* get() const noexcept { return event_; }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return event_ != nullptr; }

  friend constexpr bool operator==(event_ref, event_ref) = default;

 private:
  CUevent_st* event_{};
};

}  // namespace heddle
