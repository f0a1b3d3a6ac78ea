/// @file
/// Execution and transfer times of one workflow on one machine.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/edge_table.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <vector>

namespace heddle {

/// What planners need to know, joined from workflow and machine. Keeps no reference to either.
/// Immutable, hence safe to share between threads.
///
///     execution(t, r) = max(seconds(t, kind of r), least_task_seconds) / speed(r)
///     transfer(bytes, q, r) = 0 if q and r share a memory node or bytes = 0,
///                             else latency + bytes / bandwidth
class cost_model {
 public:
  /// @throw input_error if a task can run on no resource of the machine, if edges close a circle
  /// (`cycle_error`), or if the machine's bandwidth is `unset` (see `set_bandwidth_by_ccr`)
  cost_model(workflow const& w, machine const& m);

  [[nodiscard]] std::size_t num_tasks() const noexcept { return cpu_seconds_.size(); }
  [[nodiscard]] int num_resources() const noexcept { return static_cast<int>(speed_.size()); }
  [[nodiscard]] edge_table const& edges() const noexcept { return edges_; }

  /// In seconds; infinite where the task cannot run on that resource.
  [[nodiscard]] double execution_seconds(task_id task, int resource) const;

  /// The same for every resource, arithmetic mean over those where the task can run.
  [[nodiscard]] double mean_execution_seconds(task_id task) const;

  /// Seconds to move `bytes` between the memories of two resources.
  [[nodiscard]] double transfer_seconds(double bytes, int from, int to) const;

  /// Mean of `transfer_seconds` over all ordered pairs of resources, a resource with itself included.
  [[nodiscard]] double mean_transfer_seconds(double bytes) const;

 private:
  edge_table edges_;
  std::vector<double> cpu_seconds_;  ///< [tasks], on speed 1; infinite: no CPU body
  std::vector<double> gpu_seconds_;  ///< [tasks], or empty if no resource is a GPU
  std::vector<double> speed_;        ///< [resources]
  std::vector<int> memory_node_;     ///< [resources]
  std::vector<resource_kind> kind_;  ///< [resources]
  machine machine_;
};

/// Sets the machine's `unset` bandwidth to B = S / (ccr * C / V): S the mean bytes of an edge (edges
/// without bytes included), C the mean seconds of a task, V the mean speed of a node.
///
/// @throw input_error if ccr is not positive and finite
void set_bandwidth_by_ccr(machine& m, workflow const& w, double ccr);

}  // namespace heddle
