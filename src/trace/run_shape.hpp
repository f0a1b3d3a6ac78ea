/// @file
/// Questions that both writers ask a run.
#pragma once

#include <heddle/trace/run_record.hpp>

#include <string>
#include <vector>

namespace heddle {

/// Whether the task has a worker and a time to be drawn at.
[[nodiscard]] bool was_started(task_record const& task);

/// When a started task ended: the end of the run if it did not, and never before its start.
[[nodiscard]] double end_seconds(run_record const& run, task_record const& task);

/// The name of a worker; "worker 7" where the run has none for it.
[[nodiscard]] std::string worker_name(run_record const& run, int worker);

/// The names of all workers that the run lists or that its tasks mention.
[[nodiscard]] std::vector<std::string> worker_names(run_record const& run);

}  // namespace heddle
