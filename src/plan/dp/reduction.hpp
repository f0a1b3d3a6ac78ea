/// @file
/// Series and parallel reductions of a workflow.
#pragma once

#include <heddle/workflow/edge_table.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace heddle {

/// What lies between two tasks: an edge, or parts put together.
struct workflow_part {
  enum class kind { edge, series, parallel };

  kind made_by;
  std::int32_t from, to;
  double bytes        = 0;   ///< of an edge
  task_id middle      = -1;  ///< of a series: `first` leads to it, `second` from it
  std::int32_t first  = -1;  ///< of a series and a parallel part: index among the parts
  std::int32_t second = -1;
};

/// Shrinks a workflow as long as a task has one part before and one behind it (a series), or two
/// parts lead from one task to the same other one (parallel). The order makes no difference to what
/// remains. Two tasks are added: a source before all entry tasks and a sink behind all exit tasks.
///
/// Each task keeps the number of its neighbours and the exclusive or of their ids, which is the
/// neighbour once there is only one.
class reduction {
 public:
  /// Takes O(tasks + edges) expected time.
  explicit reduction(edge_table const& edges);

  /// Each after those it is made of.
  [[nodiscard]] std::vector<workflow_part> const& parts() const { return parts_; }

  /// Indices of the parts that remain; one, from source to sink, if the workflow is
  /// series-parallel.
  [[nodiscard]] std::vector<std::int32_t> remaining() const;

  [[nodiscard]] std::int32_t source() const { return source_; }
  [[nodiscard]] std::int32_t sink() const { return source_ + 1; }

 private:
  struct neighbours {
    std::int32_t count = 0;
    std::int32_t ids   = 0;  ///< exclusive or

    void add(std::int32_t id) { ++count, ids ^= id; }
    void remove(std::int32_t id) { --count, ids ^= id; }
  };

  static std::uint64_t key(std::int32_t from, std::int32_t to)
  {
    return static_cast<std::uint64_t>(from) << 32U | static_cast<std::uint32_t>(to);
  }

  void connect(workflow_part part);
  std::int32_t disconnect(std::int32_t from, std::int32_t to);
  [[nodiscard]] bool is_in_series(std::int32_t task) const;
  void shrink(std::int32_t task);

  std::int32_t source_;
  std::vector<workflow_part> parts_;
  std::vector<neighbours> before_, behind_;                  ///< [tasks + 2]
  std::unordered_map<std::uint64_t, std::int32_t> between_;  ///< the part from a task to another
};

}  // namespace heddle
