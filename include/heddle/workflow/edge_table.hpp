/// @file
/// The edges of a workflow in compressed rows, checked and in topological order.
#pragma once

#include <heddle/base/error.hpp>
#include <heddle/base/units.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace heddle {

/// Says that `to` starts after `from` has ended and `bytes` of its results have arrived.
struct edge {
  task_id from;
  task_id to;
  double bytes = 0;
};

/// A workflow whose edges close a circle; `what()` names the tasks on it in order.
struct cycle_error : input_error {
  using input_error::input_error;
};

/// Edges by task, both ways. Immutable once made, hence safe to share between threads.
///
/// Edges of one task are sorted by the id of the other; a pair of tasks has one edge, whose bytes
/// are the sum of those declared.
struct edge_table {
  std::vector<std::int32_t> first_successor;    ///< [tasks + 1], non-decreasing
  std::vector<task_id> successor;               ///< [edges]
  std::vector<double> successor_bytes;          ///< [edges]
  std::vector<std::int32_t> first_predecessor;  ///< [tasks + 1], non-decreasing
  std::vector<task_id> predecessor;             ///< [edges]
  std::vector<double> predecessor_bytes;        ///< [edges]
  std::vector<task_id> topological_order;       ///< [tasks]; of ready tasks the smallest id first

  [[nodiscard]] std::size_t num_tasks() const noexcept { return topological_order.size(); }
  [[nodiscard]] std::size_t num_edges() const noexcept { return successor.size(); }

  [[nodiscard]] std::span<task_id const> successors(task_id task) const
  {
    return row(first_successor, successor, task);
  }
  [[nodiscard]] std::span<double const> bytes_to_successors(task_id task) const
  {
    return row(first_successor, successor_bytes, task);
  }
  [[nodiscard]] std::span<task_id const> predecessors(task_id task) const
  {
    return row(first_predecessor, predecessor, task);
  }
  [[nodiscard]] std::span<double const> bytes_from_predecessors(task_id task) const
  {
    return row(first_predecessor, predecessor_bytes, task);
  }

 private:
  template <class T>
  static std::span<T const> row(std::vector<std::int32_t> const& first, std::vector<T> const& items,
                                task_id task)
  {
    auto const t     = static_cast<std::size_t>(task);
    auto const begin = static_cast<std::size_t>(first[t]);
    return std::span{items}.subspan(begin, static_cast<std::size_t>(first[t + 1]) - begin);
  }
};

class workflow;

/// Sorts, merges and checks the edges of `w`. Takes O(tasks + edges) expected time.
///
/// @throw cycle_error if the edges close a circle
[[nodiscard]] edge_table make_edge_table(workflow const& w);

/// The same for edges between so many tasks without names.
[[nodiscard]] edge_table make_edge_table(std::size_t num_tasks, std::span<edge const> edges);

/// Checks the edges of `w` only, which takes one look at each if all lead to later tasks, as most
/// programs write them.
///
/// @throw cycle_error if the edges close a circle
void expect_acyclic(workflow const& w);

}  // namespace heddle
