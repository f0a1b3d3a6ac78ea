/// @file
/// Expected seconds of tasks on one machine, from what their workflow declares.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/workflow.hpp>

namespace heddle {

/// The rule of `cost_model`, task by task. A view of workflow and machine.
class task_seconds {
 public:
  task_seconds(workflow const& w, machine const& m);

  /// Seconds on a core of speed 1, whether or not the task can run on a core.
  ///
  /// @throw input_error if they are declared negative or not finite
  [[nodiscard]] double on_cpu(task_info const& task) const;

  /// Seconds on a GPU of speed 1. Their declaration is required.
  [[nodiscard]] double on_gpu(task_info const& task) const;

 private:
  [[nodiscard]] double unknown(task_info const& task) const;

  machine const& machine_;
  double fallback_seconds_ = 0;
};

/// Whether the task can run on any resource of that kind.
[[nodiscard]] bool runs_on(resource_kind kind, task_info const& task);

}  // namespace heddle
