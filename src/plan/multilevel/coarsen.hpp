/// @file
/// Coarsening: the tasks of a large workflow in clusters that are planned as one task each.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle {

/// Which cluster each task is in.
struct clustering {
  std::vector<std::int32_t> cluster_of{};  ///< [tasks]
  std::size_t num_clusters = 0;
};

/// Clusters `costs` into about `target` clusters, or as far as that leaves enough of them at a time
/// for all resources. The graph of clusters has no circles: joined are
///
/// - a task and its only successor, of which it is the only predecessor; and
/// - tasks of one level (most edges on a path from an entry task), neighbours by their
///   predecessors, up to a fair share of the level's and of all work,
///
/// and only tasks that run on the same kinds of resource. Both leave edges between clusters that
/// lead from lower to higher levels. Takes O(tasks x log tasks + edges) time.
[[nodiscard]] clustering coarsen(cost_model const& costs, std::size_t target);

}  // namespace heddle
