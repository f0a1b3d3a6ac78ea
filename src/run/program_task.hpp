/// @file
/// Tasks that are external programs.
#pragma once

#include "src/run/run_directory.hpp"

#include <heddle/run/engine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <sched.h>

#include <cstddef>
#include <memory>
#include <stop_token>

namespace heddle {

/// Whether the task, or one of the steps or alternatives of its stage, starts a program.
[[nodiscard]] bool is_program(task_info const& task);

/// Runs the programs of tasks. Immutable, hence thread-safe.
///
/// The steps of a pipeline run at the same time in one folder, the alternatives of a race each in
/// its own; what a loser has written goes with its folder. In this version a data-parallel program
/// runs once over its whole range.
class program_runner {
 public:
  /// @param team of pipelines and races; may be null if there are none
  program_runner(workflow const& w, run_directory const& directory, run_options const& options,
                 stage_team* team);

  /// Runs one attempt of `task` in a private folder and commits its outputs.
  ///
  /// @throw task_failed  if it did not succeed; says how it ended and what it printed last
  /// @throw system_error if it could not be started
  void run(task_id task, std::stop_token const& stop) const;

  /// Runs one of several copies of a plain task, which commits nothing, but has checked that it
  /// could.
  [[nodiscard]] std::unique_ptr<private_folder> run_copy(task_id task, std::size_t copy,
                                                         std::stop_token const& stop) const;

 private:
  struct attempt;

  void run_in(attempt& a) const;
  void run_pipeline(attempt& a, pipeline_stage const& line) const;
  void race(task_id task, speculative_stage const& stage, std::stop_token const& stop) const;
  [[nodiscard]] attempt begin(task_id task, private_folder const& folder,
                              std::stop_token const& stop) const;
  void start(attempt& a, program const& what) const;

  workflow const& workflow_;
  run_directory const& directory_;
  run_options const& options_;
  stage_team* team_;
  cpu_set_t all_units_;  ///< what a program of several cores may use
};

}  // namespace heddle
