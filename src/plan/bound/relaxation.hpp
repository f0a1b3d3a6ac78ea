/// @file
/// A workflow on a machine as lower bounds see it: related resources, one kind of link.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace heddle {

/// What a second of speed 1 costs on each kind of resource.
struct prices {
  double cpu = 1;
  double gpu = 1;

  [[nodiscard]] double of(resource_kind kind) const
  {
    return kind == resource_kind::cpu ? cpu : gpu;
  }
};

/// What no schedule can undercut, whatever the machine: every bound but the path through the
/// placements starts from it.
///
/// Unrelated resources become related ones by a price of each kind's time. With prices y,
///
///     work(t)  = min over kinds k of y(k) * seconds(t, k)
///     speed(r) = y(kind of r) * speed of r
///
/// a task takes at least work / speed on every resource; on machines of one kind that is what it
/// takes. The prices are those that make the area bound, total work over total speed, the largest.
///
/// Links become one: a transfer takes as long as over the fastest link between two memory nodes
/// that have resources.
///
/// A task that needs k cores wherever it can run does its work k times at once, on resources of at
/// least the speed of one: loads of the whole machine count that. What a memory node can do counts
/// one, for the others may lie in other nodes of the host.
///
/// Keeps a reference to the costs. Takes O(tasks + edges x links that no other one dominates).
struct relaxation {
  explicit relaxation(cost_model const& costs);

  [[nodiscard]] std::size_t num_tasks() const { return least_seconds.size(); }

  /// The k longest tasks are looked at for k up to this.
  static constexpr std::size_t most_fastest = 32;

  cost_model const& costs;
  std::vector<double> least_seconds;     ///< [tasks], on the fastest resource
  std::vector<double> work;              ///< [tasks], of one core
  std::vector<double> cores;             ///< [tasks], 1 where it may run on a GPU instead
  std::vector<double> speed;             ///< [resources]
  std::vector<double> fastest_speed;     ///< [k] of the k + 1 fastest resources together
  std::vector<double> node_speeds;       ///< [memory nodes with resources], largest first
  std::vector<double> node_seconds;      ///< [tasks], share of one memory node's time, see below
  std::vector<double> to_successor;      ///< [edges], least seconds, as `successor` of the edges
  std::vector<double> from_predecessor;  ///< [edges], least seconds, as `predecessor`
  double total_speed = 0;                ///< of all resources

  // Tasks on one memory node take at least the sum of their `node_seconds` from the first start to
  // the last end: either least seconds over the most resources that a node has, or work over the
  // largest speed of a node, for all tasks the one whose sum is larger.

 private:
  void take_resources(prices const& y);
};

/// How long a set of tasks takes at least on the whole machine, started together: the larger of
/// total work over total speed and, for all k, the k longest tasks on the k fastest resources, a
/// task of several cores as so many.
class load_bound {
 public:
  explicit load_bound(relaxation const& on) : on_{on} { longest_.reserve(on.fastest_speed.size()); }

  void add(task_id task);

  [[nodiscard]] double seconds() const;

 private:
  relaxation const& on_;
  std::vector<double> longest_;  ///< the longest first, at most as many as `fastest_speed` has
  double total_ = 0;
};

}  // namespace heddle
