/// @file
/// Where tasks may run, as far as their times differ.
#pragma once

#include <heddle/cost/cost_model.hpp>

#include <cstddef>
#include <vector>

namespace heddle {

/// Resources that execute every task equally fast, in the order of their first one:
/// [classes][resources]. Takes O(tasks x resources) time, and that times the classes of equal kind
/// and speed where single tasks cannot run on single resources.
[[nodiscard]] std::vector<std::vector<int>> group_equal_resources(cost_model const& costs);

/// The memory nodes that have resources; but nodes of equal resources are one place where all links
/// are equal, since whoever may run on several of them does best to stay where the data are.
struct places {
  explicit places(cost_model const& costs);

  [[nodiscard]] std::size_t size() const { return memory_node.size(); }

  /// The least seconds of a task at a place; infinite where it cannot run.
  [[nodiscard]] double execution_seconds(cost_model const& costs, task_id task,
                                         std::size_t place) const;

  /// 0 within a place.
  [[nodiscard]] double transfer_seconds(cost_model const& costs, double bytes, std::size_t from,
                                        std::size_t to) const
  {
    return costs.node_transfer_seconds(bytes, memory_node[from], memory_node[to]);
  }

  std::vector<int> of_resource;             ///< [resources]
  std::vector<int> memory_node;             ///< [places], one of the place
  std::vector<std::vector<int>> resources;  ///< [places], one of each class
};

}  // namespace heddle
