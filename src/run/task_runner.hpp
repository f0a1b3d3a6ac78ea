/// @file
/// Runs single attempts of tasks, whatever they are: C++ bodies, programs, burnt time.
#pragma once

#include "src/run/program_task.hpp"
#include "src/run/run_directory.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace heddle {

/// What one copy of a task has written, and nobody has seen yet.
class uncommitted_outputs {
 public:
  uncommitted_outputs()                                      = default;
  uncommitted_outputs(uncommitted_outputs const&)            = delete;
  uncommitted_outputs& operator=(uncommitted_outputs const&) = delete;
  virtual ~uncommitted_outputs()                             = default;

  /// Puts it where it is to be, when all copies have ended. At most once.
  virtual void commit() = 0;
};

/// Runs tasks of one workflow for one run. Immutable, hence thread-safe.
class task_runner {
 public:
  /// @param devices [tasks], the kind of device that a task is planned on; none: it runs on a CPU
  /// @param team    of stages; may be null if there are none, or in a replay
  /// @throw not_supported naming the first task that has nothing which could run here
  /// @throw input_error   naming a program's path that leaves the run directory
  /// @throw system_error  if there are programs and the run directory cannot be used
  task_runner(workflow const& w, cost_model const& costs, run_options const& options,
              std::vector<std::optional<device_kind>> const& devices, stage_team* team);

  /// Runs one attempt of `task` on a worker that stands for `resource`, on the calling thread.
  ///
  /// @throw task_failed, or whatever the body throws
  void run(task_id task, int resource, std::stop_token const& stop) const;

  /// Runs one copy of a plain task, of which another may be under way, on the calling thread.
  ///
  /// @throw task_failed, or whatever the body throws
  [[nodiscard]] std::unique_ptr<uncommitted_outputs> run_copy(task_id task, std::size_t copy,
                                                              std::stop_token const& stop) const;

  /// Where the task's printed output goes; empty if it is no program.
  [[nodiscard]] std::filesystem::path log_of(task_id task) const;

 private:
  void run_body(task_id task, std::stop_token const& stop) const;
  [[nodiscard]] static std::vector<argument> bring_home(task_details const& details);

  workflow const& workflow_;
  cost_model const& costs_;
  std::optional<double> replay_scale_;
  stage_team* team_;
  std::optional<run_directory> directory_{};
  std::optional<program_runner> programs_{};
};

}  // namespace heddle
