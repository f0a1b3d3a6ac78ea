#include "src/workflow/common_files.hpp"
#include "src/workflow/document_writer.hpp"
#include "src/workflow/readers.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <ostream>
#include <span>
#include <variant>
#include <vector>

namespace heddle {
namespace {

/// A file that exists only to carry the bytes of an edge that no file of the workflow carries.
struct edge_file {
  edge of;
  std::string path;
};

/// WfFormat knows a program and its arguments, and nothing else that heddle calls details.
void expect_expressible(task_info const& task)
{
  expect_no_cpp_body(task);
  static task_details const defaults{};
  auto const& d       = task.declared();
  auto const is_plain = std::holds_alternative<std::monostate>(d.stage) && d.kind.empty() &&
                        !d.analytic && d.needs == defaults.needs && d.place.empty() &&
                        d.release_seconds == 0 && d.priority == 0 && d.retries == 0 &&
                        std::isinf(d.timeout_seconds) && !d.cache && std::isnan(task.gpu_seconds);
  auto const is_plain_program =
    !d.run || (!d.run->shell && d.run->stdout_path.empty() && d.run->environment.empty());
  if (!is_plain || !is_plain_program) {
    throw not_supported{fmt::format(
      "task \"{}\": WfFormat holds seconds, files, program and arguments only; use heddle JSON",
      task.name)};
  }
}

class wfformat_writer {
 public:
  wfformat_writer(workflow const& w, std::ostream& out)
    : workflow_{w},
      edges_{make_edge_table(w)},
      extra_outputs_(w.num_tasks()),
      extra_inputs_(w.num_tasks()),
      out_{out}
  {
    for (auto const& task : w.tasks()) expect_expressible(task);
    collect_edge_files();
  }

  void write()
  {
    out_.print("{{\"name\":");
    out_.print_json_string(workflow_.name());
    out_.print(",\"schemaVersion\":\"1.5\",\"workflow\":{{\"specification\":{{\"tasks\":[");
    write_list(workflow_.num_tasks(), [this](task_id id) { write_task(id); });
    out_.print("],\"files\":[");
    write_all_files();
    out_.print("]}},\"execution\":{{\"tasks\":[");
    write_executions();
    out_.print("]}}}}}}\n");
    out_.flush();
  }

 private:
  void collect_edge_files();
  void write_task(task_id id);
  void write_relatives(std::string_view key, std::span<task_id const> relatives);
  void write_paths(std::string_view key, std::vector<file_id> const& files,
                   std::vector<std::size_t> const& extra);
  void write_file(std::string_view path, double bytes);
  void write_all_files();
  void write_executions();
  void write_command(program const& run);

  template <class Write>
  void write_list(std::size_t count, Write write)
  {
    list_separator comma;
    for (std::size_t i = 0; i < count; ++i) {
      out_.print("{}\n", comma.next());
      write(static_cast<task_id>(i));
    }
  }

  workflow const& workflow_;
  edge_table edges_;
  std::vector<edge_file> edge_files_{};
  std::vector<std::vector<std::size_t>> extra_outputs_;  ///< [tasks], indices of edge files
  std::vector<std::vector<std::size_t>> extra_inputs_;   ///< [tasks], indices of edge files
  document_writer out_;
};

void wfformat_writer::collect_edge_files()
{
  common_files const common{workflow_};
  for (std::size_t t = 0; t < workflow_.num_tasks(); ++t) {
    auto const to    = static_cast<task_id>(t);
    auto const from  = edges_.predecessors(to);
    auto const bytes = edges_.bytes_from_predecessors(to);
    for (std::size_t i = 0; i < from.size(); ++i) {
      auto const extra = common.extra_bytes({from[i], to, bytes[i]});
      if (extra == 0) continue;
      extra_outputs_[static_cast<std::size_t>(from[i])].push_back(edge_files_.size());
      extra_inputs_[t].push_back(edge_files_.size());
      edge_files_.push_back(
        {{from[i], to, extra},
         fmt::format("{}.to.{}", workflow_.at(from[i]).name, workflow_.at(to).name)});
    }
  }
}

void wfformat_writer::write_task(task_id id)
{
  auto const& task = workflow_.at(id);
  out_.print("{{\"name\":");
  out_.print_json_string(task.name);
  out_.print(",\"id\":");
  out_.print_json_string(task.name);
  write_relatives("parents", edges_.predecessors(id));
  write_relatives("children", edges_.successors(id));
  write_paths("inputFiles", task.inputs, extra_inputs_[static_cast<std::size_t>(id)]);
  write_paths("outputFiles", task.outputs, extra_outputs_[static_cast<std::size_t>(id)]);
  out_.print("}}");
}

void wfformat_writer::write_relatives(std::string_view key, std::span<task_id const> relatives)
{
  out_.print(",\"{}\":[", key);
  list_separator comma;
  for (auto const relative : relatives) {
    out_.print("{}", comma.next());
    out_.print_json_string(workflow_.at(relative).name);
  }
  out_.print("]");
}

void wfformat_writer::write_paths(std::string_view key, std::vector<file_id> const& files,
                                  std::vector<std::size_t> const& extra)
{
  out_.print(",\"{}\":[", key);
  list_separator comma;
  for (auto const file : files) {
    out_.print("{}", comma.next());
    out_.print_json_string(workflow_.file(file).path);
  }
  for (auto const file : extra) {
    out_.print("{}", comma.next());
    out_.print_json_string(edge_files_[file].path);
  }
  out_.print("]");
}

void wfformat_writer::write_file(std::string_view path, double bytes)
{
  out_.print("{{\"id\":");
  out_.print_json_string(path);
  out_.print(",\"sizeInBytes\":{}}}", bytes);
}

void wfformat_writer::write_all_files()
{
  list_separator comma;
  for (auto const& file : workflow_.files()) {
    out_.print("{}\n", comma.next());
    write_file(file.path, file.size_bytes);
  }
  for (auto const& file : edge_files_) {
    out_.print("{}\n", comma.next());
    write_file(file.path, file.of.bytes);
  }
}

/// Tasks of which neither time nor program is known have no record.
void wfformat_writer::write_executions()
{
  list_separator comma;
  for (auto const& task : workflow_.tasks()) {
    auto const& run = task.declared().run;
    if (std::isnan(task.cpu_seconds) && !run) continue;
    out_.print("{}\n{{\"id\":", comma.next());
    out_.print_json_string(task.name);
    if (!std::isnan(task.cpu_seconds)) out_.print(",\"runtimeInSeconds\":{}", task.cpu_seconds);
    if (run) write_command(*run);
    out_.print("}}");
  }
}

void wfformat_writer::write_command(program const& run)
{
  out_.print(",\"command\":{{\"program\":");
  out_.print_json_string(run.path);
  out_.print(",\"arguments\":[");
  list_separator comma;
  for (auto const& argument : run.arguments) {
    out_.print("{}", comma.next());
    out_.print_json_string(argument);
  }
  out_.print("]}}");
}

}  // namespace

void write_wfformat(workflow const& w, std::ostream& out)
{
  wfformat_writer{w, out}.write();
}

}  // namespace heddle
