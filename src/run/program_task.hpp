/// @file
/// Tasks that are external programs.
#pragma once

#include "src/run/run_directory.hpp"

#include <heddle/run/engine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <sched.h>

#include <stop_token>

namespace heddle {

/// Whether the task, or one of the steps or alternatives of its stage, starts a program.
[[nodiscard]] bool is_program(task_info const& task);

/// Runs the programs of tasks. Immutable, hence thread-safe.
///
/// In this version a stage runs on one worker: a data-parallel program once over its whole range,
/// the tokens of a pipeline and the alternatives of a race one after the other.
class program_runner {
 public:
  program_runner(workflow const& w, run_directory const& directory, run_options const& options);

  /// Runs one attempt of `task` in a private folder and commits its outputs.
  ///
  /// @throw task_failed  if it did not succeed; says how it ended and what it printed last
  /// @throw system_error if it could not be started
  void run(task_id task, std::stop_token const& stop) const;

 private:
  struct attempt;

  void run_stage(attempt& a) const;
  void start(attempt& a, program const& what) const;

  workflow const& workflow_;
  run_directory const& directory_;
  run_options const& options_;
  cpu_set_t all_units_;  ///< what a program of several cores may use
};

}  // namespace heddle
