/// @file
/// What `heddle run` prints of a finished run.
#pragma once

#include <heddle/plan/schedule.hpp>
#include <heddle/run/report.hpp>
#include <heddle/workflow/workflow.hpp>

#include <optional>

namespace heddle::cli {

/// Whether any task of `w` declares what it costs, without which planned times mean nothing.
[[nodiscard]] bool knows_seconds(workflow const& w);

/// Names the failed tasks on standard error, with why they failed and where their output is.
void print_failures(report const& result);

/// A line on what was done and, `with_plan`, how it compares with the plan; then how many tasks
/// were not done.
void print_summary(report const& result, bool with_plan);

/// The JSON document: the fields that `heddle plan --json` prints, as far as the run has them, and
/// what became of each task.
void print_run_json(report const& result, std::optional<schedule> const& s);

}  // namespace heddle::cli
