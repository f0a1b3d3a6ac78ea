/// @file
/// Ctrl-C and the other polite ways to end a process, turned into a question one can ask.
#pragma once

#include <csignal>
#include <ctime>

namespace heddle::cli {

/// Holds back from this thread, and from threads it starts while it lives, the signals that ask a
/// process to end: SIGINT, SIGTERM, SIGQUIT, and SIGHUP unless it is ignored (nohup).
class interrupts {
 public:
  interrupts() noexcept
  {
    sigemptyset(&set_);
    for (int const signal : {SIGINT, SIGTERM, SIGQUIT}) sigaddset(&set_, signal);
    struct sigaction hangup {};
    sigaction(SIGHUP, nullptr, &hangup);
    if (hangup.sa_handler != SIG_IGN) sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  interrupts(interrupts const&)            = delete;
  interrupts& operator=(interrupts const&) = delete;
  /// Forgets signals that nobody took: what they would have ended has ended.
  ~interrupts()
  {
    while (take() != 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

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
