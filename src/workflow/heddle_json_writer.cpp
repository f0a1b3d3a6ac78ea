#include "src/workflow/common_files.hpp"
#include "src/workflow/document_writer.hpp"
#include "src/workflow/program_fields.hpp"
#include "src/workflow/readers.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <variant>
#include <vector>

namespace heddle {
namespace {

/// What was written of a file: each size is said once, where the file first comes up.
using size_is_written = std::vector<bool>;

class heddle_json_writer {
 public:
  heddle_json_writer(workflow const& w, std::ostream& out)
    : workflow_{w},
      edges_{make_edge_table(w)},
      common_{w},
      size_is_written_(w.files().size()),
      out_{out}
  {
    for (auto const& task : w.tasks()) expect_no_cpp_body(task);
    expect_edges_follow_files();
  }

  void write()
  {
    out_.print("{{\"heddle\":1,\"name\":");
    out_.print_json_string(workflow_.name());
    out_.print(",\"tasks\":[");
    list_separator comma;
    for (task_id t = 0; t < static_cast<task_id>(workflow_.num_tasks()); ++t) {
      out_.print("{}\n", comma.next());
      write_task(t);
    }
    out_.print("\n]}}\n");
    out_.flush();
  }

 private:
  void expect_edges_follow_files() const;
  void write_task(task_id id);
  void write_files(std::string_view key, std::vector<file_id> const& files);
  void write_dependencies(task_id id);
  void write_details(task_details const& details);
  void write_resources(resources const& needs);
  void write_program(program const& run, std::string_view separator);
  void write_stage(data_parallel_stage const& stage);
  void write_stage(pipeline_stage const& stage);
  void write_stage(speculative_stage const& stage);
  void write_stage(std::monostate) {}

  void write_seconds(std::string_view key, double seconds)
  {
    if (!std::isnan(seconds)) out_.print(",\"{}\":{}", key, seconds);
  }
  void write_string(std::string_view key, std::string_view text)
  {
    out_.print(",\"{}\":", key);
    out_.print_json_string(text);
  }

  workflow const& workflow_;
  edge_table edges_;
  common_files common_;
  size_is_written size_is_written_;
  document_writer out_;
};

/// The format has an edge from the writer of a file to each of its readers, and one writer per
/// file.
void heddle_json_writer::expect_edges_follow_files() const
{
  auto const refuse = [&](task_info const& task, file_id file, std::string_view why) {
    throw not_supported{fmt::format("task \"{}\", file \"{}\": heddle JSON cannot express {}",
                                    task.name, workflow_.file(file).path, why)};
  };
  std::vector<task_id> writer(workflow_.files().size(), -1);
  task_id next = 0;
  for (auto const& task : workflow_.tasks()) {
    for (auto const file : task.outputs) {
      if (!is_output_path(workflow_.file(file).path)) refuse(task, file, "this output path");
      auto& known = writer[static_cast<std::size_t>(file)];
      if (known >= 0) refuse(task, file, "two writers of one file");
      known = next;
    }
    ++next;
  }
  next = 0;
  for (auto const& task : workflow_.tasks()) {
    auto const before = edges_.predecessors(next++);
    for (auto const file : task.inputs) {
      if (!is_input_path(workflow_.file(file).path)) refuse(task, file, "this input path");
      auto const from = writer[static_cast<std::size_t>(file)];
      if (from >= 0 && !std::ranges::binary_search(before, from)) {
        refuse(task, file, "a reader that does not depend on the writer");
      }
    }
  }
}

void heddle_json_writer::write_task(task_id id)
{
  auto const& task = workflow_.at(id);
  out_.print("{{\"id\":");
  out_.print_json_string(task.name);
  write_seconds("seconds", task.cpu_seconds);
  write_seconds("gpu_seconds", task.gpu_seconds);
  write_files("inputs", task.inputs);
  write_files("outputs", task.outputs);
  write_dependencies(id);
  if (task.details) write_details(*task.details);
  out_.print("}}");
}

void heddle_json_writer::write_files(std::string_view key, std::vector<file_id> const& files)
{
  if (files.empty()) return;
  out_.print(",\"{}\":[", key);
  list_separator comma;
  for (auto const id : files) {
    auto const& file    = workflow_.file(id);
    auto is_written     = size_is_written_[static_cast<std::size_t>(id)];
    auto const has_size = !is_written && file.size_bytes != 0;
    out_.print("{}{}", comma.next(), has_size ? "{\"path\":" : "");
    out_.print_json_string(file.path);
    if (has_size) out_.print(",\"bytes\":{}}}", file.size_bytes);
    is_written = true;
  }
  out_.print("]");
}

/// Edges that the common files imply, with all their bytes, need no word.
void heddle_json_writer::write_dependencies(task_id id)
{
  auto const from  = edges_.predecessors(id);
  auto const bytes = edges_.bytes_from_predecessors(id);
  list_separator comma;
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto const extra = common_.extra_bytes({from[i], id, bytes[i]});
    if (extra == 0 && common_.between(from[i], id).count > 0) continue;
    auto const before = comma.next();
    out_.print("{}{}", before.empty() ? ",\"depends\":[" : before, extra == 0 ? "" : "{\"id\":");
    out_.print_json_string(workflow_.at(from[i]).name);
    if (extra != 0) out_.print(",\"bytes\":{}}}", extra);
  }
  if (!comma.next().empty()) out_.print("]");
}

void heddle_json_writer::write_details(task_details const& details)
{
  static task_details const defaults{};
  if (!details.kind.empty()) write_string("kind", details.kind);
  if (details.analytic) {
    out_.print(",\"work\":{{\"flops\":{},\"bytes\":{}}}", details.analytic->flops,
               details.analytic->bytes);
  }
  if (details.needs != defaults.needs) write_resources(details.needs);
  if (!details.place.empty()) write_string("place", details.place);
  if (details.release_seconds != 0) out_.print(",\"release\":{}", details.release_seconds);
  if (details.priority != 0) out_.print(",\"priority\":{}", details.priority);
  if (details.retries != 0) out_.print(",\"retries\":{}", details.retries);
  if (std::isfinite(details.timeout_seconds))
    out_.print(",\"timeout\":{}", details.timeout_seconds);
  if (details.cache) out_.print(",\"cache\":true");
  if (details.run) write_program(*details.run, ",");
  std::visit([this](auto const& stage) { write_stage(stage); }, details.stage);
}

void heddle_json_writer::write_resources(resources const& needs)
{
  out_.print(
    ",\"resources\":{{\"cores\":{},\"memory\":{},\"gpus\":{},\"gpu_memory\":{},\"disk\":{},"
    "\"network\":{}}}",
    needs.cores, needs.memory_bytes, needs.gpus, needs.device_memory_bytes, needs.disk_bytes,
    needs.network_bytes_per_second);
}

void heddle_json_writer::write_program(program const& run, std::string_view separator)
{
  out_.print("{}\"{}\":", separator, run.shell ? "command" : "program");
  out_.print_json_string(run.path);
  if (run.shell) out_.print(",\"shell\":true");
  if (!run.arguments.empty()) {
    out_.print(",\"arguments\":[");
    list_separator comma;
    for (auto const& argument : run.arguments) {
      out_.print("{}", comma.next());
      out_.print_json_string(argument);
    }
    out_.print("]");
  }
  if (!run.stdout_path.empty()) write_string("stdout", run.stdout_path);
  if (run.environment.empty()) return;
  out_.print(",\"environment\":{{");
  list_separator comma;
  for (auto const& [name, content] : run.environment) {
    out_.print("{}", comma.next());
    out_.print_json_string(name);
    out_.print(":");
    out_.print_json_string(content);
  }
  out_.print("}}");
}

void heddle_json_writer::write_stage(data_parallel_stage const& stage)
{
  out_.print(",\"data_parallel\":{{\"first\":{},\"last\":{}", stage.over.first, stage.over.last);
  if (stage.grain != 0) out_.print(",\"grain\":{}", stage.grain);
  out_.print("}}");
}

void heddle_json_writer::write_stage(pipeline_stage const& stage)
{
  out_.print(",\"pipeline\":{{\"tokens\":{},\"num_tokens\":{},\"stages\":[", stage.tokens_in_flight,
             stage.num_tokens.value_or(0));
  list_separator comma;
  for (auto const& step : stage.steps) {
    out_.print("{}{{\"name\":", comma.next());
    out_.print_json_string(step.name);
    out_.print(",\"mode\":\"{}\"", step.mode == step_mode::parallel ? "parallel" : "serial");
    write_program(step.run, ",");
    out_.print("}}");
  }
  out_.print("]}}");
}

void heddle_json_writer::write_stage(speculative_stage const& stage)
{
  out_.print(",\"speculative\":{{\"alternatives\":[");
  list_separator comma;
  for (auto const& one : stage.alternatives) {
    out_.print("{}{{\"name\":", comma.next());
    out_.print_json_string(one.name);
    write_program(one.run, ",");
    out_.print("}}");
  }
  out_.print("]}}");
}

}  // namespace

void write_heddle_json(workflow const& w, std::ostream& out)
{
  heddle_json_writer{w, out}.write();
}

}  // namespace heddle
