/// @file
/// The live progress line on a terminal.
#pragma once

#include <heddle/trace/progress.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

namespace heddle {

/// Shows a progress line on a terminal, redrawn in place; elsewhere it shows nothing. Failures are
/// red unless `NO_COLOR` is set. Thread-safe.
///
///     progress_display display;
///     while (!run.wait_for(100ms)) display.update(run.progress());
///     display.finish();
class progress_display {
 public:
  /// @param terminal is borrowed: it must outlive this object, and nobody else may write to it
  /// before
  ///        `finish`
  explicit progress_display(std::FILE* terminal = stderr);

  /// As `finish`.
  ~progress_display();
  progress_display(progress_display const&)            = delete;
  progress_display& operator=(progress_display const&) = delete;

  /// Says how far the run is. Redraws at most 10 times a second, else costs a lock.
  void update(progress_state const& state);

  /// The same in other words, cut where the terminal ends.
  void update(std::string line);

  /// Clears the line and draws no more.
  void finish();

 private:
  [[nodiscard]] bool is_time_to_draw() const;
  void draw(std::string const& line);

  std::FILE* terminal_;
  bool draws_;  ///< it is a terminal, and not finished
  bool coloured_;
  bool visible_ = false;  ///< there is a line to clear
  std::chrono::steady_clock::time_point drawn_{};
  std::mutex mutex_{};  ///< guards all of the above
};

}  // namespace heddle
