#include "src/run/task_runner.hpp"

#include "src/run/program_paths.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace heddle {
namespace {

/// Keeps the calling thread busy for a time, or until it is told to stop.
void burn(double seconds, std::stop_token const& stop)
{
  auto const span  = std::chrono::duration<double>{seconds};
  auto const begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < span && !stop.stop_requested()) {
  }
}

[[noreturn]] void refuse(task_info const& task)
{
  if (task.declared().gpu) {
    throw not_supported{fmt::format(
      "task \"{}\" has only a GPU body, and this version runs CPU bodies; give it one with .cpu()",
      task.name)};
  }
  throw not_supported{fmt::format(
    "task \"{}\" has nothing to run: neither a body nor a program; give it one, or replay its "
    "expected seconds (--replay SCALE)",
    task.name)};
}

/// The indices of a data-parallel stage; empty for every other task.
range whole_range(task_details const& details)
{
  auto const* loop = std::get_if<data_parallel_stage>(&details.stage);
  return loop != nullptr ? loop->over : range{};
}

}  // namespace

task_runner::task_runner(workflow const& w, cost_model const& costs, run_options const& options)
  : workflow_{w}, costs_{costs}, replay_scale_{options.replay_scale}
{
  if (replay_scale_) return;
  bool programs = false;
  for (task_id t = 0; t < static_cast<task_id>(w.num_tasks()); ++t) {
    if (is_program(w.at(t))) {
      expect_usable_paths(w, t);
      programs = true;
    } else if (!w.at(t).declared().cpu) {
      refuse(w.at(t));
    }
  }
  if (!programs) return;
  directory_.emplace(options.directory);
  programs_.emplace(w, *directory_, options);
}

void task_runner::run(task_id task, int resource, std::stop_token const& stop) const
{
  if (replay_scale_) {
    burn(*replay_scale_ * costs_.execution_seconds(task, resource), stop);
  } else if (is_program(workflow_.at(task))) {
    programs_->run(task, stop);
  } else {
    run_body(task, stop);
  }
}

std::filesystem::path task_runner::log_of(task_id task) const
{
  auto const& info = workflow_.at(task);
  return directory_ && is_program(info) ? directory_->log_of(info.name, task)
                                        : std::filesystem::path{};
}

void task_runner::run_body(task_id task, std::stop_token const& stop) const
{
  auto const& details = workflow_.at(task).declared();
  std::vector<argument> data;
  data.reserve(details.accesses.size());
  for (auto const& [item, how] : details.accesses)
    data.push_back({item->host(), item->size_bytes()});
  details.cpu({data, whole_range(details), stop});
}

}  // namespace heddle
