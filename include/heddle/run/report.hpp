/// @file
/// What a run hands back.
#pragma once

#include <heddle/trace/run_record.hpp>

#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace heddle {

/// One task of a finished run.
struct task_report {
  std::string name;
  std::string resource;        ///< id of the resource it ran on; empty: it never ran
  double planned_seconds = 0;  ///< execution time by the plan; 0 without one
  double actual_seconds  = 0;  ///< execution time as measured
  task_status status     = task_status::pending;
  std::string message{};  ///< why it failed
};

/// A finished run.
struct report {
  double makespan_seconds = 0;       ///< measured, from the start of the run to its last task's end
  std::vector<task_report> tasks{};  ///< [tasks], by task_id
  std::exception_ptr error{};        ///< the first failure, as `task_failed` with the cause nested
  bool stopped = false;              ///< cancelled, past its deadline, or asked to stop
  run_record record{};               ///< everything that traces and reports show

  /// Writes the self-contained HTML report.
  ///
  /// @throw system_error if it cannot be written
  void write_html(std::filesystem::path const& path) const;

  /// Writes the Chrome/Perfetto trace.
  ///
  /// @throw system_error if it cannot be written
  void write_trace(std::filesystem::path const& path) const;
};

}  // namespace heddle
