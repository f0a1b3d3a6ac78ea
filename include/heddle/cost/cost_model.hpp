/// @file
/// Execution and transfer times of one workflow on one machine.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/edge_table.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace heddle {

/// What planners need to know, joined from workflow and machine. Keeps no reference to either.
/// Immutable, hence safe to share between threads. Takes 16 bytes a task beside its edges.
///
///     execution(t, r) = max(seconds(t, kind of r), least_task_seconds) / speed(r)
///     transfer(bytes, q, r) = 0 if q and r share a memory node or bytes = 0,
///                             else latency + bytes / bandwidth
///
/// Seconds that are not declared follow from the task's `work`, max(flops / flops_per_second,
/// bytes / bytes_per_second); without it they are the mean of those the workflow knows, and 1 ms if
/// it knows none. On machines with a `least_task_seconds` (the evaluation platforms) a task without
/// seconds counts as that least instead.
///
/// A task can run on a CPU if it has a CPU body, a program, a stage or CPU seconds, or declares
/// nothing at all; on a GPU if its GPU seconds are declared and, for a C++ task, it has a GPU body.
/// A task that needs several cores is planned on one resource; that the machine has as many cores
/// and as much memory as it needs is checked, except on the evaluation platforms, which ignore
/// needs.
class cost_model {
 public:
  /// Takes O(tasks + edges) time.
  ///
  /// @throw input_error if a task can run on no resource of the machine, if edges close a circle
  /// (`cycle_error`), if a cost is negative or not finite, if the machine's bandwidth is `unset`
  /// (see `set_bandwidth_by_ccr`), or if the machine contradicts itself (no resource, a speed that
  /// is not positive, an unknown memory node)
  cost_model(workflow const& w, machine const& m);

  [[nodiscard]] std::size_t num_tasks() const noexcept { return cpu_seconds_.size(); }
  [[nodiscard]] int num_resources() const noexcept { return static_cast<int>(speed_.size()); }
  [[nodiscard]] int num_memory_nodes() const noexcept { return num_memory_nodes_; }
  [[nodiscard]] edge_table const& edges() const noexcept { return edges_; }

  /// The memory node of every resource, [resources].
  [[nodiscard]] std::span<int const> memory_nodes() const noexcept { return memory_node_; }

  /// Speed of every resource, [resources].
  [[nodiscard]] std::span<double const> speeds() const noexcept { return speed_; }

  /// What the resource is, for those who bound or place by kind.
  [[nodiscard]] resource_kind kind(int resource) const { return kind_[index(resource)]; }

  /// In seconds on speed 1; infinite where the task cannot run on that kind.
  [[nodiscard]] double seconds_on(resource_kind kind, task_id task) const
  {
    if (kind == resource_kind::cpu) return cpu_seconds_[index(task)];
    return gpu_seconds_.empty() ? infinite : gpu_seconds_[index(task)];
  }

  /// In seconds; infinite where the task cannot run on that resource.
  [[nodiscard]] double execution_seconds(task_id task, int resource) const
  {
    return seconds_on(kind_[index(resource)], task) / speed_[index(resource)];
  }

  /// The same for every resource, arithmetic mean over those where the task can run.
  [[nodiscard]] double mean_execution_seconds(task_id task) const;

  /// Seconds to move `bytes` between the memories of two resources.
  [[nodiscard]] double transfer_seconds(double bytes, int from, int to) const
  {
    return node_transfer_seconds(bytes, memory_node_[index(from)], memory_node_[index(to)]);
  }

  /// Seconds to move `bytes` between two memory nodes.
  [[nodiscard]] double node_transfer_seconds(double bytes, int from, int to) const
  {
    if (from == to || bytes == 0) return 0;
    auto const [latency, bandwidth] =
      uniform_links() ? link{latency_, bandwidth_} : between(from, to);
    return latency + bytes / bandwidth;
  }

  /// Whether transfers between any two different memory nodes take the same time.
  [[nodiscard]] bool uniform_links() const noexcept
  {
    return pair_bandwidth_.empty() && pair_latency_.empty();
  }

  /// Mean of `transfer_seconds` over all links: the unordered pairs of resources, a resource with
  /// itself included, each link the mean of its two directions. On m equally linked nodes that is
  /// (m - 1) / (m + 1) of a transfer.
  [[nodiscard]] double mean_transfer_seconds(double bytes) const
  {
    return bytes == 0 ? 0 : mean_latency_ + bytes * mean_seconds_per_byte_;
  }

 private:
  struct link {
    double latency;
    double bandwidth;
  };

  static constexpr double infinite = std::numeric_limits<double>::infinity();

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] link between(int from, int to) const;
  void take_links(machine const& m);
  void average_links();

  edge_table edges_;
  std::vector<double> cpu_seconds_;  ///< [tasks], on speed 1; infinite: cannot run on a CPU
  std::vector<double> gpu_seconds_;  ///< [tasks], or empty if no resource is a GPU
  std::vector<double> speed_;        ///< [resources]
  std::vector<int> memory_node_;     ///< [resources]
  std::vector<resource_kind> kind_;  ///< [resources]
  int num_memory_nodes_         = 0;
  double bandwidth_             = infinite;
  double latency_               = 0;
  double mean_latency_          = 0;
  double mean_seconds_per_byte_ = 0;
  std::vector<double> pair_bandwidth_;  ///< [memory nodes x memory nodes], or empty
  std::vector<double> pair_latency_;    ///< [memory nodes x memory nodes], or empty
};

/// Sets the machine's bandwidth to B = S / (ccr * C / V): S the mean bytes of an edge (edges
/// without bytes included), C the mean seconds of a task on a core of speed 1, V the mean speed of
/// a resource. A workflow that moves nothing gets an infinite bandwidth.
///
/// @throw input_error if ccr is not positive and finite, or as `cost_model` does for `w`
void set_bandwidth_by_ccr(machine& m, workflow const& w, double ccr);

}  // namespace heddle
