/// @file
/// What happened in one run: plain data that reports and traces are written from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

enum class task_status {
  pending,  ///< not started when the run ended
  done,
  failed,     ///< by itself: exit code, signal, timeout, exception
  skipped,    ///< because something it depends on failed
  cancelled,  ///< because the run was stopped
};

[[nodiscard]] std::string_view to_string(task_status status);

/// One task of the run. Times are seconds since the start of the run; -1: never.
struct task_record {
  std::string name;
  std::string kind{};
  int worker                    = -1;  ///< index among the workers; -1: never ran
  double start_seconds          = -1;
  double finish_seconds         = -1;
  int planned_worker            = -1;  ///< -1: the run had no plan
  double planned_start_seconds  = -1;
  double planned_finish_seconds = -1;
  task_status status            = task_status::pending;
  int attempts                  = 0;
  std::string message{};                     ///< why it failed
  std::string output_path{};                 ///< file with what it printed
  std::vector<std::int32_t> predecessors{};  ///< indices of tasks
};

/// A whole run.
struct run_record {
  std::string workflow_name{};
  std::string algorithm{};             ///< of the plan; "dynamic" without one
  std::vector<std::string> workers{};  ///< names, by index
  std::vector<task_record> tasks{};
  double makespan_seconds         = 0;   ///< measured
  double planned_makespan_seconds = -1;  ///< -1: no plan
  double lower_bound_seconds      = -1;  ///< of the plan; -1: no plan
};

}  // namespace heddle
