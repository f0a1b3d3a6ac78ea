/// @file
/// Ctrl-C and the other polite ways to end a process, turned into a question one can ask.
#pragma once

#include <csignal>
#include <ctime>

namespace heddle::cli {

/// Holds SIGINT, SIGTERM and SIGHUP back from this thread, and from threads it starts, while it
/// lives.
class interrupts {
 public:
  interrupts() noexcept
  {
    sigemptyset(&set_);
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  interrupts(interrupts const&)            = delete;
  interrupts& operator=(interrupts const&) = delete;
  ~interrupts() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  /// The number of a signal that came since the last call, or 0.
  [[nodiscard]] int take() const noexcept
  {
    timespec const at_once{};
    int const signal = sigtimedwait(&set_, nullptr, &at_once);
    return signal > 0 ? signal : 0;
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

}  // namespace heddle::cli
