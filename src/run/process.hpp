/// @file
/// External programs: started in a session of their own, watched, and ended with all of their
/// group.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace heddle {

/// How to start a program.
struct process_request {
  std::string path{};                    ///< looked up in PATH if it holds no '/'
  std::vector<std::string> arguments{};  ///< without the program's own name
  std::vector<std::pair<std::string, std::string>> environment{};  ///< beside the inherited one
  std::filesystem::path directory{};                               ///< to run in
  std::filesystem::path log{};              ///< takes what it prints; appended to
  std::filesystem::path stdout_file{};      ///< takes standard output instead of the log, if set
  std::size_t log_limit_bytes = 0;          ///< of what it prints to keep
  std::chrono::duration<double> timeout{};  ///< infinite: none
  std::chrono::duration<double> kill_grace{};
};

/// How a program ended.
struct process_result {
  enum class cause { exited, signalled, timed_out, stopped };

  cause how;
  int code               = 0;  ///< exit code, or number of the signal
  std::size_t bytes_kept = 0;  ///< printed, and now in the log
  std::size_t bytes_lost = 0;  ///< printed beyond the limit, hence not kept
  std::string log_error{};     ///< why the log could not be written, if so

  [[nodiscard]] bool good() const noexcept
  {
    return how == cause::exited && code == 0 && log_error.empty();
  }
};

/// Runs a program to its end on the calling thread, which sleeps meanwhile.
///
/// When the program ends, is out of time or is to stop, its whole process group ends with it:
/// SIGTERM, after `kill_grace` SIGKILL; what is left of the group after the program has ended gets
/// SIGKILL.
///
/// @throw system_error if the program cannot be started; names it and says why
[[nodiscard]] process_result run_process(process_request const& request,
                                         std::stop_token const& stop);

}  // namespace heddle
