/// @file
/// What a prepared workflow holds.
#pragma once

#include "src/run/executor_team.hpp"

#include <heddle/run/prepared_workflow.hpp>
#include <heddle/run/task_rows.hpp>

#include <span>
#include <stop_token>
#include <vector>

namespace heddle {

struct prepared_workflow::state {
  /// @param priorities [tasks]; of ready tasks the higher goes first
  /// @throw not_supported naming a task that has no body for CPUs
  state(workflow const& w, std::span<double const> priorities, std::shared_ptr<executor> threads);

  bool run(std::stop_token const& stop);

 private:
  /// One call of a body. The rows refer to it, hence it stays where it is.
  struct call {
    host_body const* body;
    body_arguments arguments;
  };

  void collect(workflow const& w);
  void add_tasks(workflow const& w, std::span<double const> priorities);
  void bring_items_home() const;
  void use(std::stop_token const& token);

  std::shared_ptr<executor> threads_;
  executor_team team_;
  std::vector<argument> data_{};        ///< of all tasks, one after the other
  std::vector<call> calls_{};           ///< [tasks]
  std::vector<any_access> accesses_{};  ///< each item once, with all that tasks do to it
  task_rows rows_{};
};

}  // namespace heddle
