/// @file
/// Execution and transfer times of one workflow on one machine.
#pragma once

#include <heddle/cost/core_groups.hpp>
#include <heddle/cost/machine_state.hpp>
#include <heddle/cost/memory_limits.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/workflow/edge_table.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace heddle {

class feasibility;

/// What planners need to know, joined from workflow and machine. Keeps no reference to either.
/// Immutable, hence safe to share between threads. Takes 8 bytes a task and kind of resource beside
/// the edges; 4 or 8 more for each sort of constraint that any task of the workflow declares.
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
///
/// What a task may use is narrowed further, resource by resource:
///
/// - by its `place`, the id of a resource or of a memory node;
/// - on a CPU by its `memory_bytes`, which the memory node must have; where no memory node of the
///   host has as many, the host must. Of several cores, that of the first counts. On a GPU by its
///   `device_memory_bytes`. What tasks that run at the same time hold is added up (see
///   `memory_limits`);
/// - on CPUs by its `cores`: it takes so many of one memory node (see `core_groups`), and runs at
///   the speed of the slowest, as `seconds` say for so many cores. That one is its first: its
///   inputs arrive at, and its outputs leave from, the memory node of the first core. On a GPU it
///   takes that alone;
/// - by resources that are never free.
///
/// A task starts after its release, after its inputs have arrived from where they lie when the plan
/// begins, and on resources that are free by then (see `machine_state`).
///
/// The evaluation platforms ignore cores, memory and GPUs that a task needs.
class cost_model {
 public:
  /// Takes O(tasks + edges) time, and O(resources) for each task with a place or needs.
  ///
  /// @throw input_error if a task can run on no resource of the machine (the message says why not,
  /// for every resource), if its place is unknown, if the state names what workflow or machine do
  /// not have, if edges close a circle (`cycle_error`), if a cost is negative or not finite, if the
  /// machine's bandwidth is `unset` (see `set_bandwidth_by_ccr`), or if the machine contradicts
  /// itself (no resource, a speed that is not positive, an unknown memory node)
  cost_model(workflow const& w, machine const& m, machine_state const& began = {});

  /// Of a workflow in which each cluster of tasks is one task: their times and the bytes between
  /// clusters added up. All tasks of a cluster run on the same kinds of resource; this model is
  /// plain and lets each task run on all resources of a kind. Takes O(tasks + edges) time.
  ///
  /// @param cluster_of [tasks], from 0 to below `clusters`
  /// @throw cycle_error if edges between the clusters close a circle
  [[nodiscard]] cost_model merged(std::span<std::int32_t const> cluster_of,
                                  std::size_t clusters) const;

  [[nodiscard]] std::size_t num_tasks() const noexcept { return edges_.num_tasks(); }
  [[nodiscard]] int num_resources() const noexcept { return static_cast<int>(speed_.size()); }
  [[nodiscard]] int num_memory_nodes() const noexcept { return num_memory_nodes_; }
  [[nodiscard]] edge_table const& edges() const noexcept { return edges_; }

  /// Whether all there is to know are execution and transfer times: each task takes one resource,
  /// is released at 0 and finds inputs that no task makes everywhere, all resources are free from 0
  /// on, and memory never runs out. Techniques and bounds that know no more than that ask for it.
  /// Times that are infinite for single resources are plain.
  [[nodiscard]] bool is_plain() const noexcept { return is_plain_; }

  /// Whether tasks may be kept from single resources of a kind that they run on.
  [[nodiscard]] bool keeps_tasks_from_resources() const noexcept { return !allowed_.empty(); }

  /// Whether any task takes several cores, where it runs on CPUs.
  [[nodiscard]] bool has_wide_tasks() const noexcept { return !demand_.empty(); }

  /// The cores that a task takes on CPUs.
  [[nodiscard]] int cores(task_id task) const
  {
    return demand_.empty() ? 1 : demand_[index(task)].cores;
  }

  /// The CPUs of which a task takes all its cores if it takes this one, in a fixed order. Those
  /// slower than the first are not for it.
  [[nodiscard]] std::span<int const> cores_around(task_id task, int first) const
  {
    return groups_.around(first, demand_.empty() ? core_demand{} : demand_[index(task)]);
  }

  /// What memory tasks hold; empty if it never runs out.
  [[nodiscard]] memory_limits const& memory() const noexcept { return memory_; }

  /// Before which the task cannot start, wherever it runs.
  [[nodiscard]] double release_seconds(task_id task) const
  {
    return release_seconds_.empty() ? 0 : release_seconds_[index(task)];
  }

  /// Until which the resource is busy with what is not planned here; infinite: for ever.
  [[nodiscard]] double free_from_seconds(int resource) const
  {
    return free_from_seconds_.empty() ? 0 : free_from_seconds_[index(resource)];
  }

  /// When the inputs that lie somewhere when the plan begins are all in each memory node: [memory
  /// nodes], or empty if the task has none.
  [[nodiscard]] std::span<double const> located_arrivals(task_id task) const
  {
    return located_row(located_arrivals_, task);
  }

  /// Bytes of such inputs in each memory node when the plan begins: [memory nodes], or empty.
  [[nodiscard]] std::span<double const> located_bytes(task_id task) const
  {
    return located_row(located_bytes_, task);
  }

  /// The memory node of every resource, [resources].
  [[nodiscard]] std::span<int const> memory_nodes() const noexcept { return memory_node_; }

  /// Speed of every resource, [resources].
  [[nodiscard]] std::span<double const> speeds() const noexcept { return speed_; }

  /// What the resource is, for those who bound or place by kind.
  [[nodiscard]] resource_kind kind(int resource) const { return kind_[index(resource)]; }

  /// In seconds on speed 1; infinite where the task can run on no resource of that kind. It may be
  /// finite although single ones of the kind cannot run it.
  [[nodiscard]] double seconds_on(resource_kind kind, task_id task) const
  {
    auto const first = index_of_kind(kind);
    return first < seconds_.size() ? seconds_[first + index(task)] : infinite;
  }

  /// In seconds; infinite where the task cannot run on that resource. A task of several cores has
  /// it as the first and slowest of them.
  [[nodiscard]] double execution_seconds(task_id task, int resource) const
  {
    auto const r = index(resource);
    if (!allowed_.empty() && !is_allowed(task, r)) return infinite;
    return seconds_[first_seconds_[r] + index(task)] / speed_[r];
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

  /// Seconds that anything takes at least between two memory nodes; 0 within one.
  [[nodiscard]] double node_latency_seconds(int from, int to) const
  {
    if (from == to) return 0;
    return uniform_links() ? latency_ : between(from, to).latency;
  }

  /// Bytes a second between two memory nodes; infinite within one.
  [[nodiscard]] double node_bandwidth(int from, int to) const
  {
    if (from == to) return infinite;
    return uniform_links() ? bandwidth_ : between(from, to).bandwidth;
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
  explicit cost_model(core_groups groups) : groups_{std::move(groups)} {}

  struct link {
    double latency;
    double bandwidth;
  };

  static constexpr double infinite = std::numeric_limits<double>::infinity();

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] link between(int from, int to) const;

  [[nodiscard]] std::size_t index_of_kind(resource_kind kind) const
  {
    return kind == resource_kind::cpu ? 0 : num_tasks();
  }

  [[nodiscard]] bool is_allowed(task_id task, std::size_t resource) const
  {
    return allowed_[index(allowed_row_[index(task)]) * speed_.size() + resource] != 0;
  }

  [[nodiscard]] std::span<double const> located_row(std::vector<double> const& of,
                                                    task_id task) const
  {
    if (located_row_.empty() || located_row_[index(task)] < 0) return {};
    auto const nodes = index(num_memory_nodes_);
    return std::span{of}.subspan(index(located_row_[index(task)]) * nodes, nodes);
  }

  template <class T>
  void put(std::vector<T>& values, std::size_t task, T value) const;

  void take_tasks(workflow const& w, machine const& m, feasibility&& feasible);
  void take_releases(workflow const& w);
  void take_located(workflow const& w, machine_state const& began);
  void take_links(machine const& m);
  void average_links();

  edge_table edges_;
  std::vector<double> seconds_;  ///< on speed 1: [tasks] on CPUs, then [tasks] on GPUs if there are
                                 ///< any; infinite: cannot run there
  std::vector<std::size_t> first_seconds_;  ///< [resources], where those of its kind begin
  std::vector<double> speed_;               ///< [resources]
  std::vector<int> memory_node_;            ///< [resources]
  std::vector<resource_kind> kind_;         ///< [resources]
  core_groups groups_;
  memory_limits memory_;
  std::vector<char> allowed_;              ///< [rows x resources]; empty: all may run all
  std::vector<std::int32_t> allowed_row_;  ///< [tasks], or empty
  std::vector<core_demand> demand_;        ///< [tasks], or empty if all take one core
  std::vector<double> release_seconds_;    ///< [tasks], or empty: all 0
  std::vector<double> free_from_seconds_;  ///< [resources], or empty: all 0
  std::vector<std::int32_t> located_row_;  ///< [tasks], -1: no row; or empty
  std::vector<double> located_arrivals_;   ///< [rows x memory nodes]
  std::vector<double> located_bytes_;      ///< [rows x memory nodes]
  bool is_plain_                = true;
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
