/// @file
/// Writers of a finished run: a Chrome/Perfetto trace and a self-contained HTML report.
#pragma once

#include <heddle/trace/run_record.hpp>

#include <filesystem>
#include <iosfwd>

namespace heddle {

/// Writes the trace-event JSON that chrome://tracing and ui.perfetto.dev open: one thread per
/// worker, a complete event per task that ran, with its id, kind, status and planned times as
/// arguments, and a flow arrow per edge between workers. Streams, so that memory does not grow with
/// the run; a failing stream is left in its failed state.
void write_chrome_trace(run_record const& run, std::ostream& out);

/// Writes one HTML file that needs nothing else: Gantt chart by worker with zoom and hover, planned
/// against actual, critical path, utilisation, table of tasks. Streams likewise.
void write_html_report(run_record const& run, std::ostream& out);

/// The same into a file, which appears whole or not at all.
///
/// @throw system_error if it cannot be written
void write_chrome_trace(run_record const& run, std::filesystem::path const& path);
void write_html_report(run_record const& run, std::filesystem::path const& path);

}  // namespace heddle
