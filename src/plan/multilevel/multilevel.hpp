/// @file
/// Planning of very large workflows.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>

#include <vector>

namespace heddle {

/// Multilevel planning: tasks are joined to clusters (`coarsen`), HEFT plans the clusters, and each
/// task is then placed, by decreasing upward rank, where it finishes earliest among its cluster's
/// resource and few others (`candidate_schedule`). The same without the clusters' plan is tried
/// too; the shorter schedule wins. (The scheme is that of multilevel partitioning, Karypis, Kumar
/// 1998; acyclic clusters as in Herrmann et al. 2019.)
///
/// Takes O(tasks x (log tasks + classes of resources) + edges x degree) time, beside HEFT of at
/// most 200,000 clusters, and some 250 bytes a task.
[[nodiscard]] std::vector<assignment> plan_by_multilevel(cost_model const& costs);

}  // namespace heddle
