/// @file
/// Upward rank: the priority by which list schedulers such as HEFT order tasks.
///
///     rank(t) = execution(t) + max over successors s of (transfer(t, s) + rank(s))
///
/// A task's upward rank is the length of the longest path from the task to any exit task, its own
/// execution included; the largest rank is therefore the critical path of the workflow.
///
/// H. Topcuoglu, S. Hariri, M.-Y. Wu: Performance-effective and low-complexity task scheduling for
/// heterogeneous computing, IEEE TPDS 13(3), 2002.
#pragma once

#include <heddle/base/stream_ref.hpp>

#include <cstdint>
#include <span>

namespace heddle {

/// Mean costs of one workflow on one machine. A view: it owns nothing.
///
/// Edges are in compressed sparse row form: the edges leaving task `t` are
/// `[first_edge[t], first_edge[t + 1])`.
struct workflow_costs {
  std::span<std::int32_t const> first_edge;   ///< [tasks + 1], non-decreasing
  std::span<std::int32_t const> successor;    ///< [edges], task ids
  std::span<double const> execution_seconds;  ///< [tasks], mean over the resources
  std::span<double const> transfer_seconds;   ///< [edges], mean over the links
};

/// Tasks grouped by topological level. An edge always leads to a later level.
struct topological_levels {
  std::span<std::int32_t const> first_task;  ///< [levels + 1], host memory
  std::span<std::int32_t const> task;        ///< [tasks], entry tasks first
};

/// Computes the upward rank of every task on the calling thread.
///
/// Takes O(tasks + edges) time and allocates nothing.
///
/// @param costs  in host memory
/// @param levels in host memory
/// @param rank_seconds [tasks], in host memory; overwritten
/// @throw invalid_argument if the lengths of the spans disagree
void upward_ranks(workflow_costs costs, topological_levels levels, std::span<double> rank_seconds);

/// Computes the upward rank of every task on the device, in stream order.
///
/// Does not synchronize: `rank_seconds` is valid once `stream` reaches this point. Launches one
/// kernel per level. Gives bit for bit the ranks that `upward_ranks` gives.
///
/// @param costs  in device memory
/// @param levels `first_task` in host memory, `task` in device memory
/// @param rank_seconds [tasks], in device memory; overwritten
/// @param stream a stream of the current device
/// @throw invalid_argument if the lengths of the spans disagree
/// @throw cuda_error       if a launch is refused
/// @throw not_built        in a build without CUDA
void upward_ranks_async(workflow_costs costs, topological_levels levels,
                        std::span<double> rank_seconds, stream_ref stream);

}  // namespace heddle
