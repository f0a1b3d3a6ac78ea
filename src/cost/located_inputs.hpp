/// @file
/// When the inputs that lie somewhere when a plan begins reach every memory node.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/cost/machine_state.hpp>
#include <heddle/workflow/workflow.hpp>

#include <map>
#include <span>
#include <vector>

namespace heddle {

/// Judges tasks one by one, in the order of the workflow. A view of what it is made of.
class located_inputs {
 public:
  /// Only links and memory nodes of `costs` are used.
  ///
  /// @throw input_error if the state names what does not exist, a negative
  /// time
  located_inputs(workflow const& w, machine_state const& began, cost_model const& costs);

  /// Examines the next task of the workflow: whether it has any such input.
  ///
  /// @throw input_error if the task writes a file of which the state says that it lies somewhere
  bool next(task_info const& task);

  /// Of the task examined last: when they all are there, [memory nodes].
  [[nodiscard]] std::span<double const> arrivals() const { return arrivals_; }

  /// Of the task examined last: their bytes that lie in each memory node, [memory nodes].
  [[nodiscard]] std::span<double const> bytes() const { return bytes_; }

 private:
  struct copy {
    int memory_node;
    double from_seconds;
  };
  using copies = std::vector<copy>;

  void add(copies const& all, double bytes);
  void expect_no_writer(task_info const& task) const;
  void expect_usable(copy const& one, std::string_view what) const;

  workflow const& workflow_;
  cost_model const& costs_;
  std::map<file_id, copies> files_;
  std::map<data_item const*, copies> items_;  ///< that no task has written so far
  std::vector<double> arrivals_;
  std::vector<double> bytes_;
  bool found_ = false;
};

}  // namespace heddle
