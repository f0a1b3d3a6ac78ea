#include <heddle/trace/writers.hpp>

#include "src/base/atomic_file.hpp"
#include "src/trace/json_text.hpp"
#include "src/trace/run_shape.hpp"

#include <fmt/chrono.h>

#include <array>
#include <ctime>
#include <map>
#include <ostream>
#include <utility>

// The report is report.html with three places filled in: its style, its script and the run as JSON.
// The script draws everything else from the JSON. Tasks are written as arrays, not objects, which
// halves a report of 100,000 tasks.

namespace heddle {

namespace embedded {
extern std::string_view const report_html;
extern std::string_view const report_css;
extern std::string_view const report_model_js;
extern std::string_view const report_gantt_js;
extern std::string_view const report_pointing_js;
extern std::string_view const report_table_js;
extern std::string_view const report_page_js;
}  // namespace embedded

namespace {

/// Numbers the kinds in the order in which they appear.
class kind_table {
 public:
  explicit kind_table(run_record const& run)
  {
    for (auto const& task : run.tasks) {
      if (numbers_.emplace(task.kind, names.size()).second) names.push_back(task.kind);
    }
  }
  [[nodiscard]] std::size_t number_of(std::string_view kind) const
  {
    return numbers_.find(kind)->second;
  }

  std::vector<std::string> names{};

 private:
  std::map<std::string, std::size_t, std::less<>> numbers_{};
};

void write_field(json_text& json, std::string_view name, std::string_view value)
{
  json.format("\"{}\":", name);
  json.string(value);
  json.raw(",\n");
}

void write_field(json_text& json, std::string_view name, double value)
{
  json.format("\"{}\":", name);
  json.number(value);
  json.raw(",\n");
}

void write_field(json_text& json, std::string_view name, std::vector<std::string> const& values)
{
  json.format("\"{}\":[", name);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) json.raw(",");
    json.string(values[i]);
  }
  json.raw("],\n");
}

void write_times(json_text& json, std::initializer_list<double> times)
{
  for (auto const time : times) {
    json.raw(",");
    json.number(time);
  }
}

/// [name, kind, worker, start, finish, planned worker, planned start, planned finish, status,
/// attempts, [predecessors], message, output path]; the script reads them by these positions.
void write_task(json_text& json, run_record const& run, kind_table const& kinds,
                task_record const& task)
{
  bool const ran = was_started(task);
  json.raw("[");
  json.string(task.name);
  json.format(",{},{}", kinds.number_of(task.kind), ran ? task.worker : -1);
  write_times(json, {ran ? task.start_seconds : -1, ran ? end_seconds(run, task) : -1});
  json.format(",{}", task.planned_worker);
  write_times(json, {task.planned_start_seconds, task.planned_finish_seconds});
  json.format(",\"{}\",{},[{}],", to_string(task.status), task.attempts,
              fmt::join(task.predecessors, ","));
  json.string(task.message);
  json.raw(",");
  json.string(task.output_path);
  json.raw("]");
}

void write_data(run_record const& run, std::ostream& out)
{
  json_text json{out};
  kind_table const kinds{run};
  json.raw("{");
  write_field(json, "workflow", run.workflow_name);
  write_field(json, "algorithm", run.algorithm);
  write_field(json, "date", fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr))));
  write_field(json, "makespan", run.makespan_seconds);
  write_field(json, "plannedMakespan", run.planned_makespan_seconds);
  write_field(json, "lowerBound", run.lower_bound_seconds);
  write_field(json, "workers", worker_names(run));
  write_field(json, "kinds", kinds.names);
  json.raw("\"tasks\":[");
  for (std::size_t i = 0; i < run.tasks.size(); ++i) {
    json.raw(i > 0 ? ",\n" : "\n");
    write_task(json, run, kinds, run.tasks[i]);
  }
  json.raw("\n]}");
  json.flush();
}

/// Writes what stands before `mark` in `page` and takes both off it.
void write_up_to(std::string_view& page, std::string_view mark, std::ostream& out)
{
  auto const at = page.find(mark);
  out << page.substr(0, at);
  page.remove_prefix(at + mark.size());
}

}  // namespace

void write_html_report(run_record const& run, std::ostream& out)
{
  auto page = embedded::report_html;
  write_up_to(page, "{{style}}", out);
  out << embedded::report_css;
  write_up_to(page, "{{data}}", out);
  write_data(run, out);
  write_up_to(page, "{{script}}", out);
  out << embedded::report_model_js << embedded::report_gantt_js << embedded::report_pointing_js
      << embedded::report_table_js << embedded::report_page_js << page;
}

void write_html_report(run_record const& run, std::filesystem::path const& path)
{
  write_atomically(path, [&](std::ostream& out) { write_html_report(run, out); });
}

}  // namespace heddle
