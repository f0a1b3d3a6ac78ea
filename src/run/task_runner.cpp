#include "src/run/task_runner.hpp"

#include "src/run/program_paths.hpp"

#include <heddle/base/error.hpp>
#include <heddle/base/private_outputs.hpp>
#include <heddle/data/resident_item.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
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
      "task \"{}\" has only a GPU body, and is to run on a CPU; give it a body with .cpu(), or a "
      "cheaper cost on a GPU that is there",
      task.name)};
  }
  throw not_supported{fmt::format(
    "task \"{}\" has nothing to run: neither a body nor a program; give it one, or replay its "
    "expected seconds (--replay SCALE)",
    task.name)};
}

/// Of a program or of a body.
template <class Outputs>
class uncommitted final : public uncommitted_outputs {
 public:
  explicit uncommitted(std::unique_ptr<Outputs> outputs) : outputs_{std::move(outputs)} {}
  void commit() override { outputs_->commit(); }

 private:
  std::unique_ptr<Outputs> outputs_;
};

/// That the task can run on the kind of device that it is planned on.
void expect_device_body(task_info const& task, device_kind where)
{
  auto const& details = task.declared();
  if (where == device_kind::simulated && !details.simulated && !details.cpu) {
    throw not_supported{fmt::format(
      "task \"{}\" has only a GPU body, which a simulated device cannot run; give it one "
      "with .simulated() or .cpu()",
      task.name)};
  }
  for (auto const& access : details.accesses) {
    if (dynamic_cast<resident_item*>(access.item.get()) != nullptr) continue;
    throw not_supported{
      fmt::format("task \"{}\" is to run on a GPU, but touches a value<T> whose T is not trivially "
                  "copyable; give it no cost on a GPU, or use another T",
                  task.name)};
  }
}

}  // namespace

task_runner::task_runner(workflow const& w, cost_model const& costs, run_options const& options,
                         std::vector<std::optional<device_kind>> const& devices, stage_team* team)
  : workflow_{w}, costs_{costs}, replay_scale_{options.replay_scale}, team_{team}
{
  if (replay_scale_) return;
  bool programs = false;
  for (task_id t = 0; t < static_cast<task_id>(w.num_tasks()); ++t) {
    auto const where = devices[static_cast<std::size_t>(t)];
    if (where && w.at(t).declared().gpu) {
      expect_device_body(w.at(t), *where);
    } else if (is_program(w.at(t))) {
      expect_usable_paths(w, t);
      programs = true;
    } else if (!w.at(t).declared().cpu) {
      refuse(w.at(t));
    }
  }
  if (!programs) return;
  directory_.emplace(options.directory);
  programs_.emplace(w, *directory_, options, team);
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

std::vector<argument> task_runner::bring_home(task_details const& details)
{
  std::vector<argument> data;
  data.reserve(details.accesses.size());
  for (auto const& [item, how] : details.accesses) {
    if (reads(how)) item->bring_home();
    if (writes(how)) item->write_at_home();
    data.push_back({item->host(), item->size_bytes()});
  }
  return data;
}

void task_runner::run_body(task_id task, std::stop_token const& stop) const
{
  auto const& details = workflow_.at(task).declared();
  auto const data     = bring_home(details);
  details.cpu({data, details.whole_range(), stop, details.division(), team_});
}

std::unique_ptr<uncommitted_outputs> task_runner::run_copy(task_id task, std::size_t copy,
                                                           std::stop_token const& stop) const
{
  if (is_program(workflow_.at(task))) {
    auto folder = programs_->run_copy(task, copy, stop);
    return std::make_unique<uncommitted<private_folder>>(std::move(folder));
  }
  auto const& details = workflow_.at(task).declared();
  auto outputs        = std::make_unique<private_outputs>(details.accesses, bring_home(details));
  details.cpu({outputs->data(), {}, stop});
  return std::make_unique<uncommitted<private_outputs>>(std::move(outputs));
}

}  // namespace heddle
