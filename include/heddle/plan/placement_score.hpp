/// @file
/// Placement scores: how long a workflow takes at least from each task on, for each place where the
/// task may run.
///
///     score(t, p) = execution(t, p)
///                   + max over successors s of min over q of (transfer(t, s, p, q) + score(s, q))
///
/// A path bound that knows unrelated costs, tasks that cannot run everywhere and each edge's own
/// transfer time: no schedule that runs t on p ends sooner than score(t, p) after t has started. It
/// does not know that tasks wait for each other's places; where none has to, as on a chain, it is
/// exact.
#pragma once

#include <heddle/base/stream_ref.hpp>
#include <heddle/plan/ticks.hpp>
#include <heddle/plan/upward_rank.hpp>

#include <cstdint>
#include <span>

namespace heddle {

/// Costs of one or several scenarios of a workflow, in ticks. A view: it owns nothing.
///
/// Edges are in compressed sparse row form: the edges leaving task `t` are
/// `[first_edge[t], first_edge[t + 1])`. A place is where a task may run, usually a memory node.
/// A transfer is linear in what it moves, which is given as a share of one volume for all edges:
///
///     transfer(e, p, q) = 0 if share[e] = 0, else floor(share[e] * full[q][p] + fixed[q][p])
///
/// computed with one rounding in single precision (for the nearest tick `fixed` includes 0.5). It
/// must be at least 0 and less than `infinite_ticks`.
///
/// `execution`, `transfer_share` and `links` are given for each scenario, one after the other, or
/// once for all.
struct placement_costs {
  std::int32_t num_places = 1;
  std::span<std::int32_t const> first_edge;  ///< [tasks + 1], non-decreasing
  std::span<std::int32_t const> successor;   ///< [edges], task ids
  std::span<ticks const> execution;          ///< [scenarios x] [tasks x places]
  std::span<float const> transfer_share;     ///< [scenarios x] [edges]
  std::span<float const> links;  ///< [scenarios x] [places q] [full of all p, fixed of all p]
};

/// Computes the score of every task at every place on the calling thread.
///
/// A score that cannot be reached, or would be `infinite_ticks` or more, is `infinite_ticks`. Takes
/// O(scenarios x (tasks x places + edges x places^2)) time and allocates nothing. Memory of the
/// spans that is aligned to 64 bytes is read faster.
///
/// @param costs  in host memory
/// @param levels in host memory
/// @param score  [scenarios x tasks x places], in host memory; overwritten
/// @throw invalid_argument if the lengths of the spans disagree
void placement_scores(placement_costs costs, topological_levels levels, std::span<ticks> score);

/// Computes the score of every task at every place on the device, in stream order.
///
/// Does not synchronize: `score` is valid once `stream` reaches this point. Launches one kernel per
/// level. Gives bit for bit the scores that `placement_scores` gives.
///
/// @param costs  in device memory
/// @param levels `first_task` in host memory, `task` in device memory
/// @param score  [scenarios x tasks x places], in device memory; overwritten
/// @param stream a stream of the current device
/// @throw invalid_argument if the lengths of the spans disagree
/// @throw cuda_error       if a launch is refused
/// @throw not_built        in a build without CUDA
void placement_scores_async(placement_costs costs, topological_levels levels,
                            std::span<ticks> score, stream_ref stream);

}  // namespace heddle
