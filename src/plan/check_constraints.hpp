/// @file
/// The part of the validator that knows what a task may use, and from when on.
#pragma once

#include <heddle/cost/machine_state.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <map>
#include <string>
#include <vector>

namespace heddle {

/// Works everything out anew from workflow, machine and state, in the plainest way; shares no code
/// with cost model and planners. A view.
class constraints {
 public:
  constraints(workflow const& w, machine const& m, machine_state const& began);

  /// Why the task may not use these resources, its first one first; empty: it may. The resources
  /// exist.
  [[nodiscard]] std::string why_not(task_info const& task, std::vector<int> const& resources) const;

  /// When the task could start at the earliest in that memory node, if it had no predecessors.
  [[nodiscard]] double earliest_start(task_id task, int memory_node) const;

  /// Until when the resource is busy from the beginning.
  [[nodiscard]] double free_from(int resource) const;

  /// Seconds to move `bytes` between memory nodes.
  [[nodiscard]] double transfer(double bytes, int from, int to) const;

 private:
  struct copy {
    int memory_node;
    double from_seconds;
  };

  /// One input of one task that lies somewhere from the beginning.
  struct located_input {
    double bytes;
    std::vector<copy> copies;
  };

  [[nodiscard]] std::string why_not_at(task_info const& task, int resource) const;
  [[nodiscard]] std::string why_not_in_memory(resources const& needs, resource const& r) const;
  [[nodiscard]] std::string why_not_together(std::vector<int> const& cores) const;
  [[nodiscard]] bool has_memory(double bytes, int node) const;
  [[nodiscard]] std::vector<int> nodes_of_host(int node) const;
  [[nodiscard]] std::size_t num_cpus(int node) const;
  void find_located_files();
  void find_located_items();

  workflow const& workflow_;
  machine const& machine_;
  machine_state const& state_;
  std::map<task_id, std::vector<located_input>> located_;
};

}  // namespace heddle
