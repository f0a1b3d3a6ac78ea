#include "src/run/program_task.hpp"

#include "src/run/affinity.hpp"
#include "src/run/process.hpp"
#include "src/run/steady_time.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heddle {
namespace {

namespace fs = std::filesystem;

/// Replaces `{key}` in every argument (in the command line, for a shell) by a number.
program with_number(program p, std::string_view key, std::size_t number)
{
  auto const pattern = fmt::format("{{{}}}", key);
  auto const text    = std::to_string(number);
  auto const replace = [&](std::string& word) {
    for (auto at = word.find(pattern); at != std::string::npos;
         at      = word.find(pattern, at + text.size())) {
      word.replace(at, pattern.size(), text);
    }
  };
  if (p.shell) replace(p.path);
  for (auto& argument : p.arguments) replace(argument);
  return p;
}

/// The end of what a program printed, for its error message.
std::string last_words(fs::path const& log)
{
  constexpr std::streamoff most = 500;
  std::ifstream in{log, std::ios::binary | std::ios::ate};
  if (!in) return {};
  auto const size = static_cast<std::streamoff>(in.tellg());
  in.seekg(std::max<std::streamoff>(0, size - most));
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  constexpr int most_lines = 3;
  auto begin               = text.size();
  for (int line = 0; line < most_lines; ++line) {
    if (begin == 0) return text;
    begin = text.rfind('\n', begin - 1);
    if (begin == std::string::npos) return text;
  }
  return text.substr(begin + 1);
}

std::string how_it_ended(process_result const& result, double timeout_seconds)
{
  if (!result.log_error.empty()) return "was stopped: " + result.log_error;
  switch (result.how) {
    case process_result::cause::exited:
      return fmt::format("ended with exit code {}", result.code);
    case process_result::cause::signalled:
      return fmt::format("was killed by signal {} ({})", result.code, strsignal(result.code));
    case process_result::cause::timed_out:
      return fmt::format("was stopped after its timeout of {} s", timeout_seconds);
    case process_result::cause::stopped:
      break;
  }
  return "was stopped with the run";
}

}  // namespace

bool is_program(task_info const& task)
{
  auto const& details = task.declared();
  if (details.run) return true;
  if (details.cpu || details.gpu) return false;
  auto const* line = std::get_if<pipeline_stage>(&details.stage);
  auto const* race = std::get_if<speculative_stage>(&details.stage);
  return (line != nullptr && !line->steps.empty()) ||
         (race != nullptr && !race->alternatives.empty());
}

program_runner::program_runner(workflow const& w, run_directory const& directory,
                               run_options const& options, stage_team* team)
  : workflow_{w},
    directory_{directory},
    options_{options},
    team_{team},
    all_units_{affinity_of_this_thread()}
{
}

/// One attempt of a task: what all the programs of its stage share.
struct program_runner::attempt {
  task_id task;
  task_details const& details;
  private_folder const& folder;
  std::stop_token stop;
  std::chrono::steady_clock::time_point timeout_at;
  std::atomic<std::size_t> log_bytes_kept{0};  ///< programs at the same time do not wait for it
};

program_runner::attempt program_runner::begin(task_id task, private_folder const& folder,
                                              std::stop_token const& stop) const
{
  auto const& details = workflow_.at(task).declared();
  auto const timeout_at =
    later(std::chrono::steady_clock::now(), std::chrono::duration<double>{details.timeout_seconds});
  return {task, details, folder, stop, timeout_at};
}

void program_runner::run(task_id task, std::stop_token const& stop) const
{
  auto const& stage = workflow_.at(task).declared().stage;
  if (auto const* choice = std::get_if<speculative_stage>(&stage)) {
    return race(task, *choice, stop);
  }
  private_folder const folder{directory_, workflow_, task};
  auto a = begin(task, folder, stop);
  run_in(a);
  folder.commit();
}

std::unique_ptr<private_folder> program_runner::run_copy(task_id task, std::size_t copy,
                                                         std::stop_token const& stop) const
{
  auto folder = std::make_unique<private_folder>(directory_, workflow_, task, copy);
  auto a      = begin(task, *folder, stop);
  start(a, *a.details.run);
  folder->expect_outputs();
  return folder;
}

void program_runner::run_in(attempt& a) const
{
  if (auto const* loop = std::get_if<data_parallel_stage>(&a.details.stage)) {
    auto const first = with_number(*a.details.run, "first", loop->over.first);
    start(a, with_number(first, "last", loop->over.last));
  } else if (auto const* line = std::get_if<pipeline_stage>(&a.details.stage)) {
    run_pipeline(a, *line);
  } else {
    start(a, *a.details.run);
  }
}

/// A token is its number.
void program_runner::run_pipeline(attempt& a, pipeline_stage const& line) const
{
  std::vector<any_step> steps;
  for (auto const& step : line.steps) {
    steps.push_back(
      {step.mode, [this, &a, &step](any_token& token) {
         start(a, with_number(step.run, "token", *static_cast<std::size_t const*>(token.get())));
       }});
  }
  std::size_t next  = 0;
  auto const source = [&] {
    return next < line.num_tokens.value_or(0) ? make_token(next++) : any_token{nullptr, nullptr};
  };
  team_->run_pipeline(line.tokens_in_flight, source, steps);
}

void program_runner::race(task_id task, speculative_stage const& stage,
                          std::stop_token const& stop) const
{
  std::vector<std::optional<private_folder>> folders(stage.alternatives.size());
  std::vector<any_attempt> attempts;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    attempts.push_back([&, i](std::stop_token const& told) {
      auto& folder = folders[i].emplace(directory_, workflow_, task, i);
      auto a       = begin(task, folder, told);
      start(a, stage.alternatives[i].run);
      folder.expect_outputs();
      return true;
    });
  }
  auto const winner = team_->race(attempts, stop);
  if (!winner) throw task_failed{"was stopped with the run"};
  folders[*winner]->commit();
}

void program_runner::start(attempt& a, program const& what) const
{
  auto const& name = workflow_.at(a.task).name;
  process_request request{what.path, what.arguments, what.environment, a.folder.path(),
                          directory_.log_of(name, a.task)};
  if (what.shell) request.arguments = {"-c", std::exchange(request.path, "/bin/sh")};
  if (!what.stdout_path.empty()) request.stdout_file = a.folder.path() / what.stdout_path;
  auto const beside_the_workflow = directory_.root() / what.path;
  if (!what.shell && what.path.find('/') != std::string::npos && fs::exists(beside_the_workflow)) {
    request.path = beside_the_workflow;
  }
  request.environment.emplace_back("HEDDLE_TASK", name);
  request.log_limit_bytes =
    options_.output_limit_bytes - std::min(options_.output_limit_bytes, a.log_bytes_kept.load());
  request.timeout    = a.timeout_at - std::chrono::steady_clock::now();
  request.kill_grace = options_.kill_grace;

  std::optional<affinity_scope> all_units;
  if (a.details.needs.cores > 1) all_units.emplace(all_units_);
  auto const result = run_process(request, a.stop);
  a.log_bytes_kept += result.bytes_kept;
  if (result.good()) return;
  auto const said = last_words(request.log);
  throw task_failed{fmt::format("program \"{}\" {}{}{}", what.path,
                                how_it_ended(result, a.details.timeout_seconds),
                                said.empty() ? "" : "; it printed last:\n", said)};
}

}  // namespace heddle
