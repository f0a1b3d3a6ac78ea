/// @file
/// What a machine looks like when a plan begins.
#pragma once

#include <heddle/base/data_item.hpp>
#include <heddle/workflow/task_info.hpp>

#include <vector>

namespace heddle {

/// A copy of a file that no task of the workflow writes.
struct located_file {
  file_id file        = 0;
  int memory_node     = 0;
  double from_seconds = 0;  ///< when the copy is there
};

/// A copy of what is in a data item before the first task of the workflow that writes it.
struct located_item {
  data_item const* item = nullptr;
  int memory_node       = 0;
  double from_seconds   = 0;  ///< when the copy is there
};

/// For plans that do not begin on an idle machine, with all inputs everywhere: to plan what is left
/// of a workflow again, leave its ended and running tasks out, say until when the latter keep their
/// resources, and where the outputs of both lie or will lie. Plain data; the defaults are the idle
/// machine. All times count from the start of the plan.
///
/// A file or item that is listed moves to a task's memory node from the copy that arrives first;
/// one that is not listed is everywhere, at no cost.
struct machine_state {
  std::vector<double> free_from_seconds{};  ///< [resources], infinite: never; or empty: all at 0
  std::vector<located_file> files{};        ///< several of one file are copies of it
  std::vector<located_item> items{};        ///< several of one item are copies of it
};

}  // namespace heddle
