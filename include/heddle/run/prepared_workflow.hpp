/// @file
/// A workflow frozen for many runs.
#pragma once

#include <heddle/plan/schedule.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/workflow/workflow.hpp>

#include <memory>
#include <stop_token>

namespace heddle {

/// A workflow with C++ bodies for CPUs in compressed rows; see `engine::prepare`. A run costs some
/// ten nanoseconds a task beside the bodies, where `engine::start` makes a record of each task.
///
/// Stages (loops, reductions, pipelines, races) use all threads that have nothing else to do.
/// Retries, traces and reports are for `engine::start`. The workflow and its engine must outlive
/// this. Movable. Not thread-safe; one run at a time, and none of the same workflow elsewhere
/// meanwhile.
class prepared_workflow {
 public:
  /// Runs all tasks on the threads of the engine and the calling one, and returns when they have
  /// ended. After an exception, and once `stop` is requested, tasks that have not started are left
  /// out, and bodies that ask their stop token are told; what they throw then is not an error.
  ///
  /// @return whether all tasks were run
  /// @throw task_failed  which names the task; its exception is nested in it
  /// @throw content_lost if what a task reads was on a device which failed
  bool run(std::stop_token const& stop = {});

  prepared_workflow(prepared_workflow&&) noexcept;
  prepared_workflow& operator=(prepared_workflow&&) noexcept;
  ~prepared_workflow();

 private:
  friend class engine;
  struct state;
  explicit prepared_workflow(std::unique_ptr<state> s) noexcept;
  std::unique_ptr<state> state_;
};

}  // namespace heddle
